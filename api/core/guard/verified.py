"""The cache of verified tokens: a token that comes again need not be verified again."""

import hashlib
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

from joserfc.jwk import RSAKey

from api.core.guard import jws
from api.core.guard.keys import SigningKeys

CAPACITY = 10_000


class Verification(NamedTuple):
    """What is remembered of a token that has passed every check.

    :param scheme: the scheme whose checks it has passed
    :param keys: the signing keys of its issuer
    :param key: the one of them that verifies its signature
    """

    scheme: str
    keys: SigningKeys
    key: RSAKey


class VerifiedTokens:
    """The tokens that were accepted lately, which all threads share.

    Each is kept as its SHA-256, of the whole token: so the cache holds no token, and a long one
    takes no more memory than a short one. The token that has not come for the longest time makes
    room for a new one.

    `outcomes` counts the look-ups: "hit", or "miss" where a token had to be verified.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        """
        :param capacity: how many tokens are remembered; 0 for none
        """
        self.outcomes: Counter[str] = Counter()
        self._capacity = capacity
        self._kept: OrderedDict[bytes, Verification] = OrderedDict()
        self._lock = threading.Lock()

    def claims(
        self, token: str, is_valid: Callable[[Verification, dict[str, Any]], bool]
    ) -> dict[str, Any] | None:
        """Return the claims of a token that is remembered, or None.

        They are read anew each time, so that no request sees what another one did to them.

        :param token: the whole token
        :param is_valid: whether a verification still counts, for these claims; if not, the token
            is forgotten
        """
        digest = _digest(token)
        verification = self._kept.get(digest)
        # Outside the lock, where nobody waits for it.
        claims = jws.read_claims(token) if verification else None
        is_hit = bool(verification and claims and is_valid(verification, claims))
        with self._lock:
            self.outcomes["hit" if is_hit else "miss"] += 1
            if not is_hit:
                self._kept.pop(digest, None)
            # Meanwhile it may have made room for another one.
            elif digest in self._kept:
                self._kept.move_to_end(digest)
        return claims if is_hit else None

    def add(self, token: str, verification: Verification) -> None:
        """Remember a token.

        :param token: the whole token, which has passed every check
        :param verification: what they were based on
        """
        with self._lock:
            self._kept[_digest(token)] = verification
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
