"""The signing keys of one issuer: when they are fetched, how long they count, who waits."""

import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial

from joserfc.jwk import RSAKey

from api.guard import jwks
from api.guard.claims import shown
from api.guard.fetch import Fetch, FetchError
from api.guard.jwks import Keys
from api.problems import SigningKeysUnavailable

log = logging.getLogger(__name__)

RETRY_AFTER_FAILURE = 5.0
UNKNOWN_KID_COOLDOWN = 30.0
KEPT_THROUGH_FAILURES = 24 * 3600.0
REFRESHED_AFTER = 0.8
MAX_WAITING = 2


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()


class SigningKeys:
    """Fetched at first need, kept for `ttl` seconds, shared by all threads.

    A known key never waits behind a fetch: the keys are refreshed in the background before they
    are outdated, and a failed refresh keeps them for up to 24 h. An unknown `kid` fetches at once,
    but once in 30 s however many such tokens come, and few threads wait for that.

    outcomes: how many fetches ended how, "ok" or the code of a FetchError. last_fault: why the
    latest that failed did. The log has a line for each change, not for each failure.
    """

    def __init__(
        self,
        issuer: str,
        fetch: Fetch,
        *,
        ttl: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
        start: Callable[[Callable[[], None]], None] = _in_background,
        waiting: threading.Semaphore | None = None,
    ) -> None:
        """waiting: as many threads may wait for a fetch; all issuers of one app share it."""
        self.issuer = issuer
        self._fetch = fetch
        self._ttl = ttl
        self._clock = clock
        self._start = start
        self._lock = threading.Lock()
        self._waiting = waiting or threading.Semaphore(MAX_WAITING)
        self._keys: Keys = {}
        self._fetched_at = -float("inf")
        self._retry_at = -float("inf")
        self._unknown_at = -float("inf")
        self.outcomes: Counter[str] = Counter()
        self.last_fault = ""

    def find(self, kid: str) -> RSAKey | None:
        """The key of that id, or None where the issuer has none such.

        Raises SigningKeysUnavailable (503, Retry-After) while the keys cannot be had.
        """
        age = self._age()
        usable = kid in self._keys and age < KEPT_THROUGH_FAILURES
        if usable and (age < self._ttl or self._is_failing()):
            if self._is_due(kid) and not self._lock.locked():
                self._start(partial(self._fetch_in_turn, kid, wait=False))
        elif self._is_due(kid) or self._lock.locked():
            # Outdated keys are looked at anew before they count, by one thread.
            self._fetch_in_turn(kid, wait=not usable)
        return self._answer(kid)

    def fault(self) -> str | None:
        """What keeps every token of this issuer from being checked, in words; None if nothing."""
        if self._age() >= KEPT_THROUGH_FAILURES and self._clock() >= self._retry_at:
            self._fetch_in_turn("", wait=False)
        if self._age() < KEPT_THROUGH_FAILURES:
            return None
        return f"the signing keys of {self.issuer} cannot be had"

    def load(self) -> Keys:
        """Fetch the keys now, whatever is kept. Raises FetchError with the reason."""
        return jwks.load(self.issuer, self._fetch)

    def _is_due(self, kid: str) -> bool:
        """Whether the issuer is to be asked now."""
        now = self._clock()
        if self._age() >= self._ttl * REFRESHED_AFTER:
            return now >= self._retry_at
        return kid not in self._keys and now >= self._unknown_at

    def _fetch_in_turn(self, kid: str, *, wait: bool) -> None:
        """Fetch, unless another thread did meanwhile, or is at it and we are not to wait."""
        if not self._lock.acquire(blocking=False):
            if not wait:
                return
            self._wait_for_lock()
        try:
            if self._is_due(kid):
                if kid not in self._keys and self._age() < self._ttl:
                    self._unknown_at = self._clock() + UNKNOWN_KID_COOLDOWN
                self._refresh()
        finally:
            self._lock.release()

    def _wait_for_lock(self) -> None:
        # Were all of a server's threads to wait here, public endpoints would wait as well.
        if not self._waiting.acquire(blocking=False):
            raise self._unavailable()
        try:
            self._lock.acquire()
        finally:
            self._waiting.release()

    def _answer(self, kid: str) -> RSAKey | None:
        key = self._keys.get(kid)
        if self._age() >= KEPT_THROUGH_FAILURES or (key is None and self._is_failing()):
            raise self._unavailable()
        return key

    def _refresh(self) -> None:
        try:
            keys = self.load()
        except FetchError as error:
            self._fail(error)
        else:
            self._succeed(keys)

    def _succeed(self, keys: Keys) -> None:
        self.outcomes["ok"] += 1
        self._tell(keys)
        self._keys = keys
        self._fetched_at = self._clock()
        self._retry_at = -float("inf")

    def _fail(self, error: FetchError) -> None:
        self.outcomes[error.code] += 1
        self.last_fault = str(error)
        if not self._is_failing():
            log.warning("signing keys of %s could not be fetched: %s", self.issuer, error)
        self._retry_at = self._clock() + RETRY_AFTER_FAILURE
        if self._keys and self._age() >= KEPT_THROUGH_FAILURES:
            self._keys = {}
            log.error("signing keys of %s given up, after 24 h: %s", self.issuer, error)

    def _tell(self, keys: Keys) -> None:
        if not self._keys:
            log.info("signing keys of %s fetched: %s", self.issuer, _listed(keys))
            return
        if self._is_failing():
            log.info("signing keys of %s fetched again", self.issuer)
        came, went = keys.keys() - self._keys.keys(), self._keys.keys() - keys.keys()
        if came or went:
            changed = "signing keys of %s changed: came %s, went %s"
            log.info(changed, self.issuer, _listed(came), _listed(went))

    def _is_failing(self) -> bool:
        return self._retry_at != -float("inf")

    def _age(self) -> float:
        return self._clock() - self._fetched_at

    def _unavailable(self) -> SigningKeysUnavailable:
        # While the kept keys are fresh, only an unknown kid gets here, and it has its own pace.
        next_try = self._unknown_at if self._age() < self._ttl else self._retry_at
        seconds = max(1.0, next_try - self._clock())
        return SigningKeysUnavailable(headers={"Retry-After": str(math.ceil(seconds))})


def _listed(kids: Iterable[str]) -> str:
    return ", ".join(map(shown, sorted(kids))) or "none"
