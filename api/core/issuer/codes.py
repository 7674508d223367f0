"""Authorization codes (RFC 6749 section 4.1.2)."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin

from api.core.issuer.personas import Approval

# Seconds after which a code has expired.
LIFETIME = 60.0


@dataclass(frozen=True)
class AuthorizationCode(AuthorizationCodeMixin):
    """An authorization code and the login that it stands for.

    :param code: the code itself
    :param client_id: the client that the code was issued to
    :param redirect_uri: the redirect URI of the authorization request
    :param code_challenge: the PKCE challenge
    :param code_challenge_method: the PKCE method, "S256"
    :param approval: the subject and the scopes that the person chose
    """

    code: str = field(repr=False)
    client_id: str
    redirect_uri: str
    code_challenge: str
    code_challenge_method: str
    approval: Approval

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.approval.scopes)


class AuthorizationCodes:
    """The codes that have not been exchanged.

    They are kept in memory, since the development server is one process.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """
        :param clock: returns the seconds since the epoch
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._codes: dict[str, tuple[float, AuthorizationCode]] = {}

    def add(self, code: AuthorizationCode) -> None:
        """Store a code until it is exchanged or has expired.

        :param code: the new code
        """
        with self._lock:
            self._drop_expired()
            self._codes[code.code] = (self._clock() + LIFETIME, code)

    def take(self, code: str, client_id: str) -> AuthorizationCode | None:
        """Remove a code and return it.

        An exchange that fails also uses the code up, so that a client has only one attempt at the
        PKCE verifier.

        :param code: the code of the token request
        :param client_id: the client of the token request
        :returns: None if the code is unknown, used, expired or another client's
        """
        with self._lock:
            self._drop_expired()
            _, authorization_code = self._codes.get(code, (0.0, None))
            if authorization_code is None or authorization_code.client_id != client_id:
                return None
            del self._codes[code]
            return authorization_code

    def _drop_expired(self) -> None:
        now = self._clock()
        self._codes = {code: entry for code, entry in self._codes.items() if entry[0] > now}
