"""The threads in which requests are handled.

The thread that began to wait last gets the next request. So on a server with little to do, the same
few threads handle all requests, and what they need is still in the cache of the processor. A queue
wakes the thread that has waited longest (bench/README.md has the difference).
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Threads(Generic[T]):
    """Threads that handle what they are given, in the order in which it came.

    There is no lock around the two collections: each of their operations is atomic.
    """

    def __init__(self, count: int, handle: Callable[[T], None]) -> None:
        """
        :param count: how many threads there are
        :param handle: handles one thing; it must not raise
        """
        self._handle = handle
        self._given: deque[T] = deque()
        # A lock for each thread that waits, which is released to wake it.
        self._waiting: list[threading.Lock] = []
        for number in range(count):
            name = f"request-{number}"
            threading.Thread(target=self._work, name=name, daemon=True).start()

    def give(self, thing: T) -> None:
        """Have one of the threads handle a thing, as soon as one is free.

        :param thing: what is handled
        """
        self._given.append(thing)
        try:
            self._waiting.pop().release()
        except IndexError:
            # All threads are busy. The first that has finished takes it.
            return

    def _work(self) -> None:
        wake = threading.Lock()
        wake.acquire()
        while True:
            try:
                thing = self._given.popleft()
            except IndexError:
                self._wait(wake)
            else:
                self._handle(thing)
                # Nothing of a request is kept while the thread waits.
                del thing

    def _wait(self, wake: threading.Lock) -> None:
        self._waiting.append(wake)
        # What was given before the line above has woken nobody.
        if self._given and self._stop_waiting(wake):
            return
        wake.acquire()

    def _stop_waiting(self, wake: threading.Lock) -> bool:
        """Return whether a thread waits no longer. If not, somebody is about to wake it."""
        try:
            self._waiting.remove(wake)
        except ValueError:
            return False
        return True
