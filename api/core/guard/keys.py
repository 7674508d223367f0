"""The signing keys of one issuer: when they are fetched, and which requests wait for them."""

import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

from joserfc.jwk import RSAKey

from api.core.guard import jwks
from api.core.guard.fetch import Fetch, FetchError
from api.core.guard.flight import Flight, Outcome, SingleFlight, Start, start_thread
from api.core.guard.jwks import Keys
from api.core.guard.keyset import (
    KEPT_THROUGH_FAILURES,
    NEVER,
    NOTHING,
    REFRESHED_AFTER,
    RETRY_AFTER_FAILURE,
    KeySet,
    Moment,
    carried_over,
    changes,
)
from api.core.guard.problems import SigningKeysUnavailable

log = logging.getLogger(__name__)

UNKNOWN_KID_COOLDOWN = 5.0
MAX_WAIT = 2.0
# Whether this copy is ready is asked often, and by somebody who has little patience.
MAX_WAIT_FOR_HEALTH = 0.5
WAITERS = 64


class SigningKeys:
    """The signing keys of one issuer, which all threads share.

    They are fetched at first need and kept for `ttl` seconds. A known key never waits behind a
    fetch: the keys are refreshed in the background before they are outdated, and a failed refresh
    keeps them for up to 24 h. An unknown `kid` has the keys fetched anew, but once in 5 s however
    many such tokens come. No fetch runs in a request's thread; the requests that need it wait for
    it together, for at most 2 s.

    `outcomes` counts how the fetches ended: "ok", or the code of a FetchError. `last_fault` is the
    reason of the latest failure. The log has a line for each change, not for each failure.
    """

    def __init__(
        self,
        issuer: str,
        fetch: Fetch,
        *,
        ttl: float = 600.0,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
        start: Start = start_thread,
        sleep: Callable[[float], None] | None = time.sleep,
        waiting: threading.Semaphore | None = None,
    ) -> None:
        """
        :param issuer: the issuer, as tokens name it
        :param fetch: returns the body of an address
        :param ttl: seconds that the keys are kept
        :param now: seconds since the epoch
        :param clock: monotonic seconds
        :param start: runs a function in the background
        :param sleep: waits by `clock` for the time of the next fetch; None where that stands still
        :param waiting: as many threads may wait for a fetch; all issuers of one app share it
        """
        self.issuer = issuer
        self.outcomes: Counter[str] = Counter()
        self.last_fault = ""
        self._ttl = ttl
        self._now = now
        self._clock = clock
        self._sleep = sleep
        self._waiting = waiting or threading.Semaphore(WAITERS)
        self._kept = NOTHING
        self._unknown_kid_at = NEVER
        self._flights = SingleFlight(
            partial(jwks.load, issuer, fetch), self._land, start, self._moment
        )

    def find(self, kid: str, issued_before: float = NEVER) -> RSAKey | None:
        """Return the key of an id, or None if the issuer has no such key.

        :param kid: the id of the key
        :param issued_before: seconds since the epoch when the token existed, by any clock; only a
            fetch that began later can tell that the issuer has no such key
        :raises SigningKeysUnavailable: nobody can tell at the moment; it has a Retry-After
        """
        seen = self._kept
        # Before anybody waits: the fetch must not depend on there being a place to wait in.
        self._begin_fetch(kid)
        if self._is_open(kid, issued_before, seen) and self._waiting.acquire(blocking=False):
            try:
                self._wait(kid, issued_before, seen)
            finally:
                self._waiting.release()
        return self._answer(kid, issued_before)

    def holds(self, key: RSAKey) -> bool:
        """Return whether a key that `find` has returned counts now, without anybody waiting.

        As there, the keys are refreshed in the background before they are outdated.

        :param key: the key
        """
        kept = self._kept
        if not (kept.is_current(self._clock(), self._ttl) and kept.has(key)):
            return False
        self._begin_fetch(None)
        return True

    def start_fetching(self) -> None:
        """Fetch the keys in the background if there are none yet. A failure is logged."""
        if not self._kept.keys:
            self._begin_fetch(None)

    def fault(self) -> str | None:
        """Return what keeps every token of this issuer from being checked, in words, or None.

        Keys that are missing are fetched. Only the caller that begins the fetch waits for it, and
        not for long.
        """
        if not self._kept.is_usable(self._clock()) and self._flights.current is None:
            flight = self._begin_fetch(None)
            if flight:
                flight.landed.wait(MAX_WAIT_FOR_HEALTH)
        if self._kept.is_usable(self._clock()):
            return None
        return f"the signing keys of {self.issuer} cannot be had"

    def _moment(self) -> Moment:
        return Moment(self._now(), self._clock())

    def _next_fetch_at(self, kid: str | None) -> float:
        """When the keys may next be fetched on behalf of `kid`, by the monotonic clock."""
        kept = self._kept
        refresh_at = kept.fetched_at + self._ttl * REFRESHED_AFTER
        if kid is not None and kid not in kept.keys:
            refresh_at = min(refresh_at, self._unknown_kid_at)
        return max(refresh_at, kept.retry_at)

    def _begin_fetch(self, kid: str | None) -> Flight | None:
        """The fetch under way, or a new one if it is time for one."""
        if self._clock() < self._next_fetch_at(kid):
            return self._flights.current
        return self._flights.begin(lambda: self._take_turn(kid))

    def _take_turn(self, kid: str | None) -> bool:
        """Whether it is still time for a fetch. One for an unknown kid delays the next such."""
        now, kept = self._clock(), self._kept
        if now < self._next_fetch_at(kid):
            return False
        is_refresh = kid is None or kid in kept.keys or not kept.is_current(now, self._ttl)
        if not is_refresh:
            self._unknown_kid_at = now + UNKNOWN_KID_COOLDOWN
        return True

    def _is_open(self, kid: str, issued_before: float, seen: KeySet) -> bool:
        """Whether a fetch might still change the answer.

        :param seen: the keys that were kept when the token came
        """
        kept, now = self._kept, self._moment()
        if kept.get(kid, now.monotonic):
            # Outdated keys are looked at anew before they count.
            return not kept.is_current(now.monotonic, self._ttl)
        return kept is seen or not kept.may_refuse(issued_before, now)

    def _wait(self, kid: str, issued_before: float, seen: KeySet) -> None:
        # By the real clock: a test's may stand still.
        deadline = time.monotonic() + MAX_WAIT
        while self._is_open(kid, issued_before, seen) and (left := deadline - time.monotonic()) > 0:
            if not self._wait_for_next(kid, issued_before, left):
                return

    def _wait_for_next(self, kid: str, issued_before: float, seconds: float) -> bool:
        """Wait for the fetch under way, or for the time of the next. False if that is of no use."""
        flight = self._begin_fetch(kid)
        if flight:
            return flight.landed.wait(seconds)
        kept, now = self._kept, self._moment()
        pause = self._next_fetch_at(kid) - now.monotonic
        is_decided = kept.is_failing or kept.may_refuse(issued_before, now)
        if self._sleep is None or is_decided or pause > seconds:
            return False
        self._sleep(max(0, pause))
        return True

    def _answer(self, kid: str, issued_before: float) -> RSAKey | None:
        kept, now = self._kept, self._moment()
        key = kept.get(kid, now.monotonic)
        if key or kept.may_refuse(issued_before, now):
            return key
        # The fetch under way may bring the key at any moment.
        soon = self._flights.current is not None
        seconds = 1.0 if soon else self._next_fetch_at(kid) - now.monotonic
        raise SigningKeysUnavailable(headers={"Retry-After": str(math.ceil(max(1.0, seconds)))})

    def _land(self, flight: Flight, outcome: Outcome) -> None:
        if isinstance(outcome, FetchError):
            self._fail(outcome)
        else:
            self._succeed(flight, outcome)

    def _succeed(self, flight: Flight, keys: Keys) -> None:
        self.outcomes["ok"] += 1
        before, self._kept = (
            self._kept,
            KeySet(carried_over(self._kept.keys, keys), flight.began, self._clock()),
        )
        for line in changes(self.issuer, before, self._kept):
            log.info(line)

    def _fail(self, error: FetchError) -> None:
        self.outcomes[error.code] += 1
        self.last_fault = str(error)
        before, self._kept = self._kept, self._kept.after_failure(self._clock())
        if not before.is_failing:
            log.warning("signing keys of %s could not be fetched: %s", self.issuer, error)
        if before.keys and not self._kept.keys:
            log.error("signing keys of %s given up, after 24 h: %s", self.issuer, error)


__all__ = ["KEPT_THROUGH_FAILURES", "MAX_WAIT", "RETRY_AFTER_FAILURE", "SigningKeys"]
