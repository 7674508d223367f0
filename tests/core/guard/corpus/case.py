"""A row of the corpus, and tokens that are good but for one thing."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from joserfc.jwk import RSAKey

from tests.core.guard.corpus.building import Builder, ago
from tests.core.support.tenant import Tenant, sign, signature

Token = Callable[[Tenant], str]
"""Makes a token of a tenant."""

_tokens = Builder[Tenant](
    good_header=lambda tenant: tenant.header(),
    good_claims=lambda tenant: tenant.claims(),
    sign=lambda tenant, data: signature(data, tenant.key),
)
good, header, claims = _tokens.good, _tokens.header, _tokens.claims
header_text, payload_text = _tokens.header_text, _tokens.payload_text
parts, loosely_signed = _tokens.parts, _tokens.loose


class Case(NamedTuple):
    """What is sent, and how it must be answered. authorization: the value of each header line.

    reason: what error_description must name. error: None where no challenge has one.
    """

    name: str
    authorization: Callable[[Tenant], tuple[bytes, ...]]
    status: int
    error: str | None = None
    reason: str = ""
    path: str = "/api/private"


def bearer(token: Token) -> Callable[[Tenant], tuple[bytes, ...]]:
    """The token of `token` as the one Authorization header."""
    return lambda tenant: (f"Bearer {token(tenant)}".encode(),)


def invalid_token(reason: str, tokens: dict[str, Token]) -> Iterator[Case]:
    """Tokens that fail the check that `reason` names."""
    for name, token in tokens.items():
        yield Case(name, bearer(token), 401, "invalid_token", reason)


def accepted(tokens: dict[str, Token], path: str = "/api/private-scoped") -> Iterator[Case]:
    """Tokens that pass every check."""
    for name, token in tokens.items():
        yield Case(name, bearer(token), 200, path=path)


def of_kid(kid: str, **claims: Any) -> Token:
    """A token of that kid, issued long before the keys were fetched: they can refuse it at once."""

    def token(tenant: Tenant) -> str:
        issued = {"iat": ago(3600)(tenant)} | claims
        return sign(tenant.header(kid=kid), tenant.claims(**issued), tenant.key)

    return token


@cache
def foreign_key() -> RSAKey:
    """A key of somebody else, under the kid of the tenant's."""
    return RSAKey.generate_key(2048, {"kid": "tenant-1", "use": "sig", "alg": "RS256"})
