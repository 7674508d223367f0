"""How long the work of this thread may wait for the database."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_left: ContextVar[Callable[[], float] | None] = ContextVar("left", default=None)


def left() -> float | None:
    """The seconds that the next answer may take; None where nothing bounds it."""
    bound = _left.get()
    return None if bound is None else max(0.0, bound())


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Bound all waiting in this block together."""
    end = time.monotonic() + seconds
    with _bounded(lambda: end - time.monotonic()):
        yield


@contextmanager
def each_within(seconds: float) -> Iterator[None]:
    """Bound the waiting for each answer by itself, as long work needs it."""
    with _bounded(lambda: seconds):
        yield


@contextmanager
def _bounded(bound: Callable[[], float]) -> Iterator[None]:
    token = _left.set(bound)
    try:
        yield
    finally:
        _left.reset(token)
