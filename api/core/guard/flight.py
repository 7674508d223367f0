"""A fetch in the background: never two at once, and many threads may wait for it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from api.core.guard.fetch import FetchError
from api.core.guard.jwks import Keys
from api.core.guard.keyset import Moment

# A whole fetch has 5 s. One that lasts twice as long has lost its thread, as in a process that was
# forked meanwhile: nobody must wait for it for ever.
LOST_AFTER = 10.0

Start = Callable[[Callable[[], None]], None]
Outcome = Keys | FetchError


def start_thread(work: Callable[[], None]) -> None:
    """Run `work` in a thread that does not keep the process from ending."""
    threading.Thread(target=work, daemon=True).start()


@dataclass(frozen=True, slots=True, eq=False)
class Flight:
    """A fetch that is under way, or has ended.

    :param began: when it began
    :param landed: is set when it has ended, whatever came of it
    """

    began: Moment
    landed: threading.Event = field(default_factory=threading.Event)


class SingleFlight:
    """Fetches in the background, never twice at once.

    :param fetch: returns the keys, or raises
    :param land: is called with what came of a flight
    :param start: runs a function in the background
    :param now: returns the time by both clocks
    """

    def __init__(
        self,
        fetch: Callable[[], Keys],
        land: Callable[[Flight, Outcome], None],
        start: Start,
        now: Callable[[], Moment],
    ) -> None:
        self._fetch = fetch
        self._land = land
        self._start = start
        self._now = now
        self._lock = threading.Lock()
        self._latest: Flight | None = None

    @property
    def current(self) -> Flight | None:
        """The flight that is under way, or None."""
        flight = self._latest
        if flight is None or flight.landed.is_set():
            return None
        age = self._now().monotonic - flight.began.monotonic
        return flight if age < LOST_AFTER else None

    def begin(self, is_allowed: Callable[[], bool]) -> Flight | None:
        """Return the flight that is under way, or else begin one.

        :param is_allowed: says whether one may begin; it is called when no other thread can begin
            one. If it may not, None is returned.
        """
        with self._lock:
            if self.current or not is_allowed():
                return self.current
            flight = self._latest = Flight(self._now())
        try:
            self._start(partial(self._run, flight))
        except RuntimeError as error:
            # The machine has no thread left. That is a failure like any other, and passes.
            self._end(flight, FetchError(str(error), "no-thread"))
        return flight

    def _run(self, flight: Flight) -> None:
        outcome: Outcome
        try:
            outcome = self._fetch()
        except FetchError as error:
            outcome = error
        except Exception as error:
            # Nobody above would see it, and the threads that wait must not wait longer.
            outcome = FetchError(f"{type(error).__name__}: {error}", "failed")
        self._end(flight, outcome)

    def _end(self, flight: Flight, outcome: Outcome) -> None:
        try:
            # The keys of a lost flight are older than those that were fetched since.
            if flight is self._latest:
                self._land(flight, outcome)
        finally:
            flight.landed.set()
