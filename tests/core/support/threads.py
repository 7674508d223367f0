"""Work in several threads that begin at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")

SECONDS = 30


def at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """Return what `work` returns in each of `count` threads, which are numbered from 0."""
    barrier = Barrier(count, timeout=SECONDS)

    def begin(number: int) -> T:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))
