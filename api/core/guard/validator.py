"""What a Bearer token must be."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from api.core.guard import jws
from api.core.guard.claims import (
    ALGORITHM,
    CLAIM_RULES,
    HEADER_RULES,
    ISSUER_RULE,
    Expected,
    Rule,
    Verdict,
    check_iat,
    check_unbound,
    is_number,
)
from api.core.guard.jws import UnverifiedToken
from api.core.guard.keys import SigningKeys
from api.core.guard.keyset import NEVER
from api.core.guard.problems import InsufficientScope, InvalidToken, quotable
from api.core.guard.token import AccessToken
from api.core.text import shown

# Issuers write iat in whole seconds: a token may be so much younger.
IAT_STEP = 1.0

RS256 = JWSRegistry(algorithms=[ALGORITHM]).get_alg(ALGORITHM)


class Finding(NamedTuple):
    """What one check found; it passed where `verdict.remedy` is None."""

    name: str
    verdict: Verdict


class Auth0JWTBearerTokenValidator(JWTBearerTokenValidator):
    """Accepts the two profiles of Auth0: its own default, and RFC 9068.

    keys: the signing keys of each expected issuer. now: seconds since the epoch.
    """

    scheme = "Bearer"
    binding = Rule("cnf", check_unbound)

    def __init__(
        self,
        expected: Expected,
        keys: Mapping[str, SigningKeys],
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(
            issuer=expected.issuers[0],
            resource_server=expected.audience,
            realm=quotable(expected.audience),
        )
        self.expected = expected
        self.keys = keys
        self.now = now

    def authenticate_token(self, token_string: str) -> AccessToken:
        """The token, once every check has passed.

        Raises InvalidToken (401) that names the first check that failed, and
        SigningKeysUnavailable (503) where the signature cannot be checked at the moment.
        """
        try:
            token = jws.read(token_string)
        except jws.Unreadable as error:
            raise InvalidToken(check="format", remedy=str(error)) from None
        for finding in self.examine(token):
            if finding.verdict.remedy is not None:
                raise InvalidToken(check=finding.name, remedy=finding.verdict.remedy)
        return AccessToken(token.claims, self.scheme)

    def validate_token(self, token: AccessToken, scopes: tuple[str, ...], request: Any) -> None:
        """Raises InsufficientScope (403) unless the token grants one of `scopes`: all the words of
        one, as Authlib has it."""
        if scopes and not any(token.grants(*each.split(" ")) for each in scopes):
            needed = " or ".join(scopes)
            raise InsufficientScope(f"This operation needs the scope {needed}; ask for it.")

    def examine(self, token: UnverifiedToken) -> Iterator[Finding]:
        """Every check in order. Whoever goes on after one that failed reads claims that nothing
        vouches for: the API stops there, `token explain` goes on and says so."""
        yield from self._judge(HEADER_RULES, token.header)
        yield from self._judge((ISSUER_RULE,), token.claims)
        yield from self._check_signature(token)
        yield from self._judge((*CLAIM_RULES, self.binding), token.claims)

    def _judge(self, rules: tuple[Rule, ...], members: dict[str, Any]) -> Iterator[Finding]:
        for rule in rules:
            yield Finding(rule.name, rule.check(members, self.expected, self.now()))

    def _check_signature(self, token: UnverifiedToken) -> Iterator[Finding]:
        kid = token.header.get("kid")
        key = self._find_key(token.claims, kid)
        remedy = None if key else self._remedy_without_key(token.claims)
        yield Finding("key", Verdict(shown(kid), "the kid of a signing key of the issuer", remedy))
        verified = key is not None and RS256.verify(token.signing_input, token.signature, key)
        yield Finding("signature", _SIGNED if verified else _UNSIGNED)

    def _find_key(self, claims: dict[str, Any], kid: Any) -> RSAKey | None:
        issuer = claims.get("iss")
        if not isinstance(issuer, str) or issuer not in self.keys or not isinstance(kid, str):
            return None
        return self.keys[issuer].find(kid, self._issued_before(claims))

    def _issued_before(self, claims: dict[str, Any]) -> float:
        """When the token had been issued at the latest, if its iat is true; NEVER without one.

        A token from the future is refused whatever its key, so that nobody waits for that.
        """
        iat = claims.get("iat")
        if not is_number(iat) or check_iat(claims, self.expected, self.now()).remedy:
            return NEVER
        # An integer may be too large to become a float; nothing was issued before the epoch.
        return max(iat, 0) + max(self.expected.leeway, IAT_STEP)

    def _remedy_without_key(self, claims: dict[str, Any]) -> str:
        return check_iat(claims, self.expected, self.now()).remedy or _NO_SUCH_KEY


_NO_SUCH_KEY = "no signing key of the issuer has this kid; get a new token"
_SIGNED = Verdict("verifies", "made with that key")
_UNSIGNED = _SIGNED._replace(
    found="does not verify",
    remedy="the signature does not verify; send the token as it was issued",
)
