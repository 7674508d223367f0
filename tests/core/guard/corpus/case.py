"""A row of the corpus, and tokens that are good but for one thing."""

import json
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from joserfc.jwk import RSAKey

from tests.core.support.tenant import Tenant, as_json, encode, signature

Token = Callable[[Tenant], str]


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


def good(tenant: Tenant) -> str:
    """A token without fault."""
    return tenant.token()


def header(without: tuple[str, ...] = (), **changes: Any) -> Token:
    """A token signed with the right key, its header changed; None is JSON's null."""
    return lambda tenant: signed(
        tenant.key, _changed(tenant, tenant.header(), without, changes), tenant.claims()
    )


def claims(without: tuple[str, ...] = (), **changes: Any) -> Token:
    """A token signed with the right key, its claims changed; None is JSON's null."""
    return lambda tenant: signed(
        tenant.key, tenant.header(), _changed(tenant, tenant.claims(), without, changes)
    )


def of_kid(kid: str, **claims: Any) -> Token:
    """A token of that kid, issued long before the keys were fetched: they can refuse it at once."""

    def token(tenant: Tenant) -> str:
        issued = {"iat": ago(3600)(tenant)} | claims
        return signed(tenant.key, tenant.header(kid=kid), tenant.claims(**issued))

    return token


def header_text(text: str | bytes) -> Token:
    """A token signed with the right key whose header is `text`; GOOD in it is a good header's
    members."""
    return lambda tenant: signed(tenant.key, _filled(text, tenant.header()), tenant.claims())


def payload_text(text: str | bytes) -> Token:
    """A token signed with the right key whose payload is `text`; GOOD in it is the members of
    good claims."""
    return lambda tenant: signed(tenant.key, tenant.header(), _filled(text, tenant.claims()))


def parts(change: Callable[[str, str, str], str]) -> Token:
    """A good token, taken apart and put together by `change`."""
    return lambda tenant: change(*tenant.token().split("."))


def signed(key: RSAKey, header: Any, payload: Any) -> str:
    """A compact JWS signed with RS256, whatever the header says; bytes go in as they are."""
    signing_input = f"{encode(as_json(header))}.{encode(as_json(payload))}"
    return f"{signing_input}.{encode(signature(signing_input.encode(), key))}"


def ago(seconds: float) -> Callable[[Tenant], float]:
    """A time before the request: far enough from it that a slow machine changes nothing."""
    return lambda _: int(time.time()) - seconds


def ahead(seconds: float) -> Callable[[Tenant], float]:
    return lambda _: int(time.time()) + seconds


@cache
def foreign_key() -> RSAKey:
    """A key of somebody else, under the kid of the tenant's."""
    return RSAKey.generate_key(2048, {"kid": "tenant-1", "use": "sig", "alg": "RS256"})


def _changed(
    tenant: Tenant, members: dict[str, Any], without: tuple[str, ...], changes: dict[str, Any]
) -> dict[str, Any]:
    kept = {name: value for name, value in members.items() if name not in without}
    return kept | {
        name: value(tenant) if callable(value) else value for name, value in changes.items()
    }


def _filled(text: str | bytes, members: dict[str, Any]) -> bytes:
    if isinstance(text, bytes):
        return text
    return text.replace("GOOD", json.dumps(members)[1:-1]).encode()
