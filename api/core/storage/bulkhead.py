"""A bulkhead: a database that stands still takes a few threads with it, and not all of them."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.core.storage.faults import Busy, Unavailable

PATIENCE = 1.0
# Seconds that a caller beyond the patient ones waits at most.
BRIEF_WAIT = 1.0
# How much the newest transaction counts in the average of how long one has its place.
WEIGHT = 1 / 8


class Bulkhead:
    """Places for as many transactions as there are connections.

    A few callers that find no place free wait in turn while the database moves, which is while
    transactions end and connections are made. It stands still when neither has happened for a
    second: then those who wait give up, and those who come are refused at once.

    The callers beyond these few wait only where their turn is near: a second at most, and
    not at all when transactions have lately taken so long that a second would not do.
    So a burst at a fast database is served, however large; at a database that hangs or is slow,
    threads stay free for requests that do not need it.
    """

    def __init__(
        self, places: int, waiters: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """
        :param places: how many transactions there may be at once
        :param waiters: how many callers wait with patience; those beyond wait only briefly
        :param clock: monotonic seconds
        """
        self._places = places
        self._free = places
        self._waiters = waiters
        self._clock = clock
        self._lock = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self._moved = clock()
        self._done = -math.inf
        self._held = 0.0
        self._is_failing = False

    @contextmanager
    def place(self, seconds: float) -> Iterator[None]:
        """A place until the end of the block.

        :param seconds: how long to wait at most, however much the database moves
        :raises Busy: too many wait while the database moves
        :raises Unavailable: no place comes free, since the database stands still
        """
        self._enter(seconds)
        entered = self._clock()
        failed = False
        try:
            yield
        except Unavailable:
            failed = True
            raise
        finally:
            self._leave(failed, self._clock() - entered)

    def note_movement(self) -> None:
        """Something that shows that the database works; where transactions fail, nothing does."""
        if not self._is_failing:
            self._moved = self._clock()

    def _enter(self, seconds: float) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                # After a rest, the time begins anew.
                self.note_movement()
                return
            if len(self._queue) >= self._waiters:
                self._refuse_if_far()
                seconds = min(seconds, BRIEF_WAIT)
            turn = threading.Event()
            self._queue.append(turn)
        self._wait(turn, self._clock() + seconds)

    def _refuse_if_far(self) -> None:
        """Refuse a caller where those in front of it will not be done within a brief wait."""
        if len(self._queue) * self._held / self._places > BRIEF_WAIT:
            raise self._refusal()

    def _refusal(self) -> Unavailable:
        """Busy where the database has lately done something."""
        if self._clock() < self._done + PATIENCE + BRIEF_WAIT:
            return Busy("too many wait for a connection")
        return Unavailable("every connection is in use")

    def _wait(self, turn: threading.Event, end: float) -> None:
        while True:
            left = min(self._moved + PATIENCE, end) - self._clock()
            if turn.wait(max(0.0, left)):
                return
            if min(self._moved + PATIENCE, end) > self._clock():
                continue
            with self._lock:
                # It may have come in the meantime.
                if turn.is_set():
                    return
                self._queue.remove(turn)
            raise self._refusal()

    def _leave(self, failed: bool, seconds: float) -> None:
        with self._lock:
            self._held += (seconds - self._held) * WEIGHT
            self._is_failing = failed
            self.note_movement()
            if not failed:
                self._done = self._clock()
            if self._queue:
                self._queue.popleft().set()
            else:
                self._free += 1
