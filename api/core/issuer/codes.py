"""Authorization codes between login and token (RFC 6749, section 4.1.2)."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin

from api.core.issuer.personas import Approval

LIFETIME = 60.0


@dataclass(frozen=True)
class AuthorizationCode(AuthorizationCodeMixin):
    """What a code stands for, and what it is bound to."""

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
    """The codes not yet exchanged; in memory, as the development server is one process."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._codes: dict[str, tuple[float, AuthorizationCode]] = {}

    def add(self, code: AuthorizationCode) -> None:
        with self._lock:
            self._drop_expired()
            self._codes[code.code] = (self._clock() + LIFETIME, code)

    def take(self, code: str, client_id: str) -> AuthorizationCode | None:
        """The code, once; None when it is unknown, used, expired or another client's.

        A failed exchange uses the code up as well: nobody gets a second guess at the verifier.
        """
        with self._lock:
            self._drop_expired()
            _, found = self._codes.get(code, (0.0, None))
            if found is None or found.client_id != client_id:
                return None
            del self._codes[code]
            return found

    def _drop_expired(self) -> None:
        now = self._clock()
        self._codes = {code: kept for code, kept in self._codes.items() if kept[0] > now}
