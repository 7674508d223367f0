"""The validator of the scheme Bearer: it accepts a token after every check has passed."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from joserfc.jwk import RSAKey

from api.core.guard import jws
from api.core.guard.checks import CheckResult, first_failure
from api.core.guard.claims import is_number
from api.core.guard.jws import UnverifiedToken
from api.core.guard.keys import SigningKeys
from api.core.guard.keyset import NEVER
from api.core.guard.problems import InsufficientScope, InvalidToken, quotable
from api.core.guard.token import AccessToken
from api.core.guard.token_checks import (
    BEFORE_KEY,
    IAT,
    NOT_BOUND,
    OF_TIME,
    WITH_KEY,
    TokenCheck,
)
from api.core.guard.token_rules import TokenContext, TokenRequirements
from api.core.guard.verified import Verification, VerifiedTokens

# Issuers write iat in whole seconds: a token may be so much younger.
IAT_STEP = 1.0


def find_key(keys: SigningKeys, kid: str, issued_before: float) -> RSAKey | None:
    """Look up a key as the API does.

    :param keys: the signing keys of the token's issuer
    :param kid: the id of the key
    :param issued_before: seconds since the epoch when the token existed
    :raises SigningKeysUnavailable: nobody can tell at the moment whether there is such a key
    """
    return keys.find(kid, issued_before)


FindKey = Callable[[SigningKeys, str, float], RSAKey | None]
"""The type of `find_key`."""


class Auth0JWTBearerTokenValidator(JWTBearerTokenValidator):
    """Accepts the two profiles of Auth0: its own default, and RFC 9068.

    Authlib's class is the seam to its ResourceProtector. Nothing of what it checks is used, and
    what it says of one issuer counts for the first of several.

    :param requirements: what is demanded of a token
    :param keys: the signing keys of each accepted issuer
    :param now: returns the seconds since the epoch
    :param verified: remembers the tokens that were accepted; its own memory where none is given
    """

    scheme = "Bearer"
    binding = NOT_BOUND

    def __init__(
        self,
        requirements: TokenRequirements,
        keys: Mapping[str, SigningKeys],
        now: Callable[[], float] = time.time,
        verified: VerifiedTokens | None = None,
    ) -> None:
        super().__init__(
            issuer=requirements.issuers[0],
            resource_server=requirements.audience,
            realm=quotable(requirements.audience),
        )
        self.requirements = requirements
        self.keys = keys
        self.now = now
        self.verified = VerifiedTokens() if verified is None else verified

    def authenticate_token(self, token_string: str) -> AccessToken:
        """Return the token after every check has passed.

        :raises InvalidToken: a check has failed; the first one is named
        :raises SigningKeysUnavailable: the signature cannot be checked at the moment
        """
        claims = self.verified.claims(token_string, self._is_valid)
        return AccessToken(claims or self._verify(token_string), self.scheme)

    def validate_token(self, token: AccessToken, scopes: tuple[str, ...], request: Any) -> None:
        """Accept a token that grants all the words of one alternative.

        :param scopes: the alternatives, as Authlib has them: scopes with a space between
        :raises InsufficientScope: the token grants none of them
        """
        if scopes and not any(token.grants(*each.split(" ")) for each in scopes):
            needed = " or ".join(scopes)
            raise InsufficientScope(f"This operation needs the scope {needed}; ask for it.")

    def examine(self, token: UnverifiedToken, find_key: FindKey) -> Iterator[CheckResult]:
        """Yield the result of every check in order, in words, whether or not one fails.

        After a check has failed, the claims of the token prove nothing.

        :param find_key: looks up the key of the token
        """
        for check, context in self._checks(token, find_key):
            yield check.result(token, context)

    def _verify(self, token_string: str) -> dict[str, Any]:
        try:
            token = jws.read(token_string)
        except jws.Unreadable as error:
            raise InvalidToken(check="format", remedy=str(error)) from None
        for check, context in self._checks(token, find_key):
            if not check.passes(token, context):
                raise InvalidToken(check=check.name, remedy=check.remedy_for(token, context))
        if context.key:
            keys = self.keys[token.claims["iss"]]
            self.verified.add(token_string, Verification(self.scheme, keys, context.key))
        return token.claims

    def _is_valid(self, verification: Verification, claims: dict[str, Any]) -> bool:
        """Return whether what was verified before still holds, now and for this scheme."""
        if verification.scheme != self.scheme or not verification.keys.holds(verification.key):
            return False
        token = UnverifiedToken({}, claims, b"", b"")
        context = TokenContext(self.requirements, self.now())
        return first_failure(OF_TIME, token, context) is None

    def _checks(
        self, token: UnverifiedToken, find_key: FindKey
    ) -> Iterator[tuple[TokenCheck, TokenContext]]:
        """The checks in order; the key is looked up when those that need none have been made."""
        context = TokenContext(self.requirements, self.now())
        for check in BEFORE_KEY:
            yield check, context
        key = self._find_key(token, context, find_key)
        # The time is read anew: a request may wait for its key.
        context = TokenContext(self.requirements, self.now(), key)
        for check in (*WITH_KEY, self.binding):
            yield check, context

    def _find_key(
        self, token: UnverifiedToken, context: TokenContext, find_key: FindKey
    ) -> RSAKey | None:
        issuer, kid = token.claims.get("iss"), token.header.get("kid")
        if not isinstance(issuer, str) or issuer not in self.keys or not isinstance(kid, str):
            return None
        return find_key(self.keys[issuer], kid, self._issued_before(token, context))

    def _issued_before(self, token: UnverifiedToken, context: TokenContext) -> float:
        """When the token had been issued at the latest, if its iat is true; NEVER without one.

        A token from the future is refused whatever its key, so that nobody waits for that.
        """
        iat = token.claims.get("iat")
        if not is_number(iat) or not IAT.passes(token, context):
            return NEVER
        # An integer may be too large to become a float; nothing was issued before the epoch.
        return max(iat, 0) + max(self.requirements.leeway, IAT_STEP)
