"""A bulkhead: a database that stands still takes a few threads with it, and not all of them."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.storage.faults import Unavailable

PATIENCE = 1.0
BRIEF_PATIENCE = 0.5


class Bulkhead:
    """Places for as many transactions as there are connections.

    Whoever finds none free waits in turn while the database moves, which is while transactions
    end and connections are made. It stands still when neither has been for a second: then those
    who wait give up, and those who come are refused at once. So a burst at a database that works
    is served, however large; and at one that hangs, threads stay free for requests that do not
    need it.
    """

    def __init__(
        self, places: int, waiters: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """
        :param places: how many transactions there may be at once
        :param waiters: how many callers wait with patience; those behind them wait but briefly
        :param clock: monotonic seconds
        """
        self._free = places
        self._waiters = waiters
        self._clock = clock
        self._lock = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self._moved = clock()
        self._is_failing = False

    @contextmanager
    def place(self, seconds: float) -> Iterator[None]:
        """A place until the end of the block. Raises Unavailable where there is none to be had.

        :param seconds: how long to wait at most, however much the database moves
        """
        self._enter(seconds)
        failed = False
        try:
            yield
        except Unavailable:
            failed = True
            raise
        finally:
            self._leave(failed)

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
            patience = PATIENCE if len(self._queue) < self._waiters else BRIEF_PATIENCE
            turn = threading.Event()
            self._queue.append(turn)
        self._wait(turn, patience, self._clock() + seconds)

    def _wait(self, turn: threading.Event, patience: float, end: float) -> None:
        while True:
            left = min(self._moved + patience, end) - self._clock()
            if turn.wait(max(0.0, left)):
                return
            if min(self._moved + patience, end) > self._clock():
                continue
            with self._lock:
                # It may have come in the meantime.
                if turn.is_set():
                    return
                self._queue.remove(turn)
            raise Unavailable("every connection is in use")

    def _leave(self, failed: bool) -> None:
        with self._lock:
            self._is_failing = failed
            self.note_movement()
            if self._queue:
                self._queue.popleft().set()
            else:
                self._free += 1
