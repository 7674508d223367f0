"""The guard of one app: which schemes it takes, and what it tells clients of itself."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from api.core.guard.challenges import Offer
from api.core.guard.dpop import DPoPTokenValidator
from api.core.guard.proof import ALGORITHMS
from api.core.guard.validator import Auth0JWTBearerTokenValidator
from api.core.problems import AuthorizationProblem, InvalidDPoPProof, InvalidToken

METADATA_PATH = ".well-known/oauth-protected-resource"


@dataclass(frozen=True, slots=True)
class Guard:
    """max_header: the bytes of an Authorization header that are read. dpop: "allowed" beside
    Bearer, "required" instead of it, or "off". refusals: how many there
    were, by error and the check that failed: "invalid_token:exp", "insufficient_scope"."""

    bearer: Auth0JWTBearerTokenValidator
    bound: DPoPTokenValidator
    dpop: str = "allowed"
    max_header: int = 16 * 1024
    refusals: Counter[str] = field(default_factory=Counter, compare=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def validators(self) -> dict[str, Auth0JWTBearerTokenValidator]:
        """The validator of each scheme that is taken, by its name in lower case."""
        of_mode = {
            "allowed": (self.bearer, self.bound),
            "required": (self.bound,),
            "off": (self.bearer,),
        }
        return {validator.TOKEN_TYPE: validator for validator in of_mode[self.dpop]}

    def offer(self, metadata: str) -> Offer:
        """What challenges say to every caller. metadata: the address of `metadata()`."""
        schemes = tuple(validator.scheme for validator in self.validators.values())
        return Offer(schemes, self.bearer.expected.audience, metadata)

    def metadata(self) -> dict[str, Any]:
        """What a client needs to know to call (RFC 9728 section 2), but for the scopes."""
        expected = self.bearer.expected
        found = {
            "resource": expected.audience,
            "authorization_servers": list(expected.issuers),
            "bearer_methods_supported": ["header"],
        }
        if self.dpop == "off":
            return found
        return found | {
            "dpop_signing_alg_values_supported": list(ALGORITHMS),
            "dpop_bound_access_tokens_required": self.dpop == "required",
        }

    def fetch_keys(self) -> None:
        """Fetch the signing keys of every issuer in the background, and return at once.

        For the start of a server, so that the first callers need not wait. A failure is logged, and
        the keys are fetched again when they are needed.
        """
        for keys in self.bearer.keys.values():
            keys.start_fetching()

    def faults(self) -> list[str]:
        """What keeps every token from being checked, in words: while one issuer has its keys, this
        copy is of use, and to take all copies away would help nobody."""
        found = [keys.fault() for keys in self.bearer.keys.values()]
        faults = [fault for fault in found if fault] if all(found) else []
        replays = self.bound.replays.fault() if self.dpop == "required" else None
        return [*faults, replays] if replays else faults

    def count(self, refusal: AuthorizationProblem) -> str:
        """Add it to `refusals`. Returns the name that it is counted by."""
        name = _name(refusal)
        with self._lock:
            self.refusals[name] += 1
        return name


def _name(refusal: AuthorizationProblem) -> str:
    """One of a few names that are fixed in the code: nothing of a token is in it."""
    if isinstance(refusal, InvalidToken | InvalidDPoPProof):
        return f"{refusal.error}:{refusal.detail.partition(':')[0]}"
    return refusal.error or refusal.name
