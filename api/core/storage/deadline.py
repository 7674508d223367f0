"""The deadline of a thread's work with the database."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_left: ContextVar[Callable[[], float] | None] = ContextVar("left", default=None)


def left() -> float | None:
    """Return the seconds that the next statement may take; None if there is no deadline."""
    bound = _left.get()
    return None if bound is None else max(0.0, bound())


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Set a deadline for all statements of a block together.

    :param seconds: the time until the deadline
    """
    end = time.monotonic() + seconds
    with _bounded(lambda: end - time.monotonic()):
        yield


@contextmanager
def each_within(seconds: float) -> Iterator[None]:
    """Set a deadline for each statement of a block.

    :param seconds: the time that each may take
    """
    with _bounded(lambda: seconds):
        yield


@contextmanager
def _bounded(bound: Callable[[], float]) -> Iterator[None]:
    token = _left.set(bound)
    try:
        yield
    finally:
        _left.reset(token)
