"""The threads in which requests are handled."""

import threading
from collections import Counter
from queue import SimpleQueue

import pytest

from api.core.server.threads import Threads
from tests.core.support.threads import SECONDS, at_once


@pytest.mark.parametrize("count", [1, 2, 16])
def test_everything_is_handled_once(count: int) -> None:
    """Whatever several threads give at the same time is handled once, whoever is busy."""
    handled: SimpleQueue[int] = SimpleQueue()
    threads = Threads(count, handled.put)

    def give(number: int) -> None:
        for each in range(1000):
            threads.give(number * 1000 + each)

    at_once(8, give)
    counts = Counter(handled.get(timeout=SECONDS) for _ in range(8000))
    assert counts == Counter(range(8000))


def test_order() -> None:
    """One thread handles things in the order in which they were given."""
    handled: SimpleQueue[int] = SimpleQueue()
    threads = Threads(1, handled.put)
    for number in range(100):
        threads.give(number)
    assert [handled.get(timeout=SECONDS) for _ in range(100)] == list(range(100))


def test_all_threads_are_used() -> None:
    """As many things are handled at a time as there are threads, and one more has to wait."""
    together, fifth = threading.Barrier(5, timeout=SECONDS), threading.Event()

    def handle(number: int) -> None:
        if number == 5:
            fifth.set()
        else:
            together.wait()

    threads = Threads(4, handle)
    for number in range(1, 6):
        threads.give(number)
    assert not fifth.is_set()
    together.wait()
    assert fifth.wait(SECONDS)


def test_same_thread_again() -> None:
    """Of many threads that wait, the one that has waited least is woken."""
    handled: SimpleQueue[str] = SimpleQueue()
    threads: Threads[int] = Threads(8, lambda _number: handled.put(threading.current_thread().name))
    names = set()
    for number in range(50):
        while len(threads._waiting) < 8:
            pass
        threads.give(number)
        names.add(handled.get(timeout=SECONDS))
    assert len(names) == 1
