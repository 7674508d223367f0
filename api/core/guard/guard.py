"""The guard of one app: which schemes it accepts, and how it describes itself to clients."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from api.core.guard.challenges import ChallengeParameters
from api.core.guard.dpop import DPoPTokenValidator
from api.core.guard.issuer import IssuerConfig
from api.core.guard.keys import SigningKeys
from api.core.guard.proof_checks import ALGORITHMS
from api.core.guard.replay import MemoryReplayCache, RedisReplayCache, ReplayCache
from api.core.guard.token_rules import TokenRequirements
from api.core.guard.validator import Auth0JWTBearerTokenValidator
from api.core.guard.verified import VerifiedTokens
from api.core.settings import Settings

Clock = Callable[[], float]

METADATA_PATH = ".well-known/oauth-protected-resource"


@dataclass(frozen=True, slots=True)
class Guard:
    """Authentication and authorisation of one app.

    :param bearer: the validator of the scheme Bearer
    :param dpop: the validator of the scheme DPoP
    :param dpop_mode: "allowed" beside Bearer, "required" instead of it, or "off"
    :param max_header: the bytes of an Authorization header that are read
    :param refusals: how many requests were refused, by the code of the refusal:
        "invalid_token:exp", "insufficient_scope", or the name of a problem of the team's own
    """

    bearer: Auth0JWTBearerTokenValidator
    dpop: DPoPTokenValidator
    dpop_mode: str = "allowed"
    max_header: int = 16 * 1024
    refusals: Counter[str] = field(default_factory=Counter, compare=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        issuer: IssuerConfig,
        now: Clock = time.time,
        clock: Clock = time.monotonic,
    ) -> Self:
        """Return the guard that the settings ask for.

        :param issuer: whose tokens are accepted
        :param now: returns the seconds since the epoch
        :param clock: returns monotonic seconds
        """
        requirements = TokenRequirements(
            issuers=issuer.issuers,
            audience=issuer.audience,
            leeway=settings.token_leeway,
            organizations=settings.auth0_organizations,
        )
        keys = _signing_keys(settings, issuer, now, clock)
        verified = VerifiedTokens(settings.token_cache)
        cache = _replay_cache(settings, clock)
        return cls(
            bearer=Auth0JWTBearerTokenValidator(requirements, keys, now, verified),
            dpop=DPoPTokenValidator(requirements, keys, now, verified, replay_cache=cache),
            dpop_mode=settings.dpop,
            max_header=settings.max_header,
        )

    @property
    def validators(self) -> dict[str, Auth0JWTBearerTokenValidator]:
        """The validator of each scheme that is accepted, by the scheme in lower case."""
        by_mode = {
            "allowed": (self.bearer, self.dpop),
            "required": (self.dpop,),
            "off": (self.bearer,),
        }
        return {validator.TOKEN_TYPE: validator for validator in by_mode[self.dpop_mode]}

    def challenge_parameters(self, metadata: str | None) -> ChallengeParameters:
        """Return what challenges say to every caller.

        :param metadata: the address at which `metadata()` is served; None if it is not known
        """
        schemes = tuple(validator.scheme for validator in self.validators.values())
        return ChallengeParameters(schemes, self.bearer.requirements.audience, metadata)

    def metadata(self) -> dict[str, Any]:
        """Return the metadata of this resource (RFC 9728 section 2), without its scopes."""
        requirements = self.bearer.requirements
        members = {
            "resource": requirements.audience,
            "authorization_servers": list(requirements.issuers),
            "bearer_methods_supported": ["header"],
        }
        if self.dpop_mode == "off":
            return members
        return members | {
            "dpop_signing_alg_values_supported": list(ALGORITHMS),
            "dpop_bound_access_tokens_required": self.dpop_mode == "required",
        }

    def fetch_keys(self) -> None:
        """Fetch the signing keys of every issuer in the background, and return at once.

        A server calls this at its start, so that the first callers need not wait. A failure is
        logged, and the keys are fetched again when they are needed.
        """
        for keys in self.bearer.keys.values():
            keys.start_fetching()

    def faults(self) -> list[str]:
        """Return what keeps every token from being checked, in words.

        While one issuer has its keys, this copy of the service is of use: to take all copies away
        would help nobody.
        """
        by_issuer = [keys.fault() for keys in self.bearer.keys.values()]
        faults = [fault for fault in by_issuer if fault] if all(by_issuer) else []
        replay_fault = self.dpop.replay_cache.fault() if self.dpop_mode == "required" else None
        return [*faults, replay_fault] if replay_fault else faults

    def count(self, code: str) -> str:
        """Add a refusal to `refusals`, and return its code.

        :param code: a name that is fixed in the code, without any input
        """
        with self._lock:
            self.refusals[code] += 1
        return code


def _signing_keys(
    settings: Settings, issuer: IssuerConfig, now: Clock, clock: Clock
) -> dict[str, SigningKeys]:
    # All issuers share the threads that may wait for keys.
    waiting = threading.Semaphore(settings.key_waiters)
    return {
        url: SigningKeys(
            *(url, issuer.fetch),
            ttl=settings.jwks_ttl,
            now=now,
            clock=clock,
            # A clock that is passed in may stand still: nobody can sleep by it.
            sleep=time.sleep if clock is time.monotonic else None,
            waiting=waiting,
        )
        for url in issuer.issuers
    }


def _replay_cache(settings: Settings, clock: Clock) -> ReplayCache:
    url = settings.redis_url
    return RedisReplayCache(url) if url else MemoryReplayCache(clock)
