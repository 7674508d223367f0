"""A bulkhead: it limits the threads that wait for a database that hangs."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.core.storage.faults import Busy, Unavailable

# Seconds without progress after which the database is considered to hang.
PATIENCE = 1.0
# The maximum number of seconds that a caller waits if the queue is full.
BRIEF_WAIT = 1.0
# The weight of the latest transaction in the moving average of their durations.
WEIGHT = 1 / 8


class Bulkhead:
    """A limit on concurrent transactions: as many as there are connections.

    If no place is free, a few callers wait in a queue while the database makes progress, which
    means that transactions end or connections are made. If neither has happened for a second, the
    callers in the queue give up, and new callers are refused at once.

    If the queue is full, a caller waits for at most a second, and not at all if recent transactions
    took so long that its turn would not come in this time. A burst of requests to a fast database
    is therefore served, however large it is; if the database hangs or is slow, threads remain free
    for requests that do not need it.
    """

    def __init__(
        self, places: int, waiters: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """
        :param places: the maximum number of concurrent transactions
        :param waiters: the length of the queue, beyond which callers wait only briefly
        :param clock: returns monotonic seconds
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
        """Hold a place for a block.

        :param seconds: the maximum time to wait for it
        :raises Busy: no place became free, though the database makes progress
        :raises Unavailable: no place became free, since the database hangs
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
        """Note that the database makes progress, unless its transactions fail."""
        if not self._is_failing:
            self._moved = self._clock()

    def _enter(self, seconds: float) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                # An idle database makes no progress, and does not hang.
                self.note_movement()
                return
            if len(self._queue) >= self._waiters:
                self._refuse_if_far()
                seconds = min(seconds, BRIEF_WAIT)
            turn = threading.Event()
            self._queue.append(turn)
        self._wait(turn, self._clock() + seconds)

    def _refuse_if_far(self) -> None:
        """Refuse a caller whose turn will not come within BRIEF_WAIT."""
        if len(self._queue) * self._held / self._places > BRIEF_WAIT:
            raise self._refusal()

    def _refusal(self) -> Unavailable:
        """Return Busy if a transaction has ended recently, else Unavailable."""
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
                # The turn may have come in the meantime.
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
