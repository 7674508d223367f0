"""A database that does not respond blocks only a few threads, not all of them."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from api.core.storage import Unavailable
from api.core.storage.bulkhead import BRIEF_WAIT, PATIENCE, Bulkhead
from api.core.storage.faults import Busy
from tests.core.support.threads import SECONDS, at_once


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Hold:
    """A transaction in its own thread that waits for a place, then holds it until `end`."""

    def __init__(self, pool: ThreadPoolExecutor, bulkhead: Bulkhead) -> None:
        self.entered = threading.Event()
        self._may_end = threading.Event()
        self._error: Exception | None = None
        self.done: Future[None] = pool.submit(self._work, bulkhead)

    def _work(self, bulkhead: Bulkhead) -> None:
        with bulkhead.place(SECONDS):
            self.entered.set()
            assert self._may_end.wait(SECONDS)
            if self._error:
                raise self._error

    def end(self, error: Exception | None = None) -> None:
        self._error = error
        self._may_end.set()


@pytest.fixture
def hold() -> Iterator[Callable[[Bulkhead], Hold]]:
    """`hold(bulkhead)` begins a transaction."""
    with ThreadPoolExecutor(16) as pool, ExitStack() as stack:

        def begin(bulkhead: Bulkhead) -> Hold:
            held = Hold(pool, bulkhead)
            stack.callback(held.end)
            return held

        yield begin


def enter(bulkhead: Bulkhead, seconds: float = SECONDS) -> None:
    with bulkhead.place(seconds):
        pass


def until_waiting(bulkhead: Bulkhead, count: int) -> None:
    while len(bulkhead._queue) < count:
        threading.Event().wait(0.001)


def test_a_place_is_free_again(clock: Clock) -> None:
    """A place is free again after its transaction ends, whatever exception ended it."""
    bulkhead = Bulkhead(1, 0, clock)
    for error in (LookupError, Unavailable, KeyboardInterrupt):
        with pytest.raises(error), bulkhead.place(SECONDS):
            raise error("anything")
    enter(bulkhead)


def test_who_waits_gets_the_place_that_comes_free(
    clock: Clock, hold: Callable[[Bulkhead], Hold]
) -> None:
    """Callers who wait get free places in the order in which they came."""
    bulkhead = Bulkhead(1, 4, clock)
    first = hold(bulkhead)
    assert first.entered.wait(SECONDS)
    second = hold(bulkhead)
    until_waiting(bulkhead, 1)
    third = hold(bulkhead)
    until_waiting(bulkhead, 2)
    first.end()
    assert second.entered.wait(SECONDS)
    assert not third.entered.is_set()
    second.end()
    assert third.entered.wait(SECONDS)


def test_a_database_that_stands_still_refuses_at_once(
    clock: Clock, hold: Callable[[Bulkhead], Hold]
) -> None:
    """A caller is refused at once when no transaction has ended for a while."""
    bulkhead = Bulkhead(1, 4, clock)
    assert hold(bulkhead).entered.wait(SECONDS)
    clock.now += PATIENCE
    with pytest.raises(Unavailable, match="in use"):
        enter(bulkhead)


def test_those_who_wait_give_up_when_it_stands_still(
    clock: Clock, hold: Callable[[Bulkhead], Hold]
) -> None:
    """Callers who wait give up when the database stands still. A place that comes free later goes
    to another caller."""
    bulkhead = Bulkhead(1, 4, clock)
    holder = hold(bulkhead)
    assert holder.entered.wait(SECONDS)
    waiting = hold(bulkhead)
    until_waiting(bulkhead, 1)
    clock.now += PATIENCE
    with pytest.raises(Unavailable, match="in use"):
        waiting.done.result(SECONDS)
    holder.end()
    holder.done.result(SECONDS)
    enter(bulkhead)


@pytest.mark.parametrize(("waiters", "is_patient"), [(1, True), (0, False)])
def test_few_wait_with_patience(
    clock: Clock, hold: Callable[[Bulkhead], Hold], waiters: int, is_patient: bool
) -> None:
    """Only a limited number of callers wait with patience. A caller beyond that number gives up
    after a brief wait, although other transactions end."""
    bulkhead = Bulkhead(1, waiters, clock)
    holder = hold(bulkhead)
    assert holder.entered.wait(SECONDS)
    waiting = hold(bulkhead)
    until_waiting(bulkhead, 1)
    clock.now += BRIEF_WAIT
    bulkhead.note_movement()
    if is_patient:
        holder.end()
        assert waiting.entered.wait(SECONDS)
    else:
        with pytest.raises(Unavailable):
            waiting.done.result(SECONDS)


def test_nobody_beyond_them_waits_at_a_slow_database(
    clock: Clock, hold: Callable[[Bulkhead], Hold]
) -> None:
    """At a slow database, a caller whose turn is not near is refused at once, and a caller who
    finds a free place is served."""
    bulkhead = Bulkhead(1, 1, clock)
    for _ in range(8):
        with bulkhead.place(SECONDS):
            clock.now += 2 * BRIEF_WAIT
    holder, waiting = hold(bulkhead), hold(bulkhead)
    until_waiting(bulkhead, 1)
    with pytest.raises(Busy, match="too many"):
        enter(bulkhead)
    for transaction in (holder, waiting):
        transaction.end()
        transaction.done.result(SECONDS)
    enter(bulkhead)


def test_a_database_that_is_fast_again_is_called_fast_again(
    clock: Clock, hold: Callable[[Bulkhead], Hold]
) -> None:
    """After a long slow period, a database that is fast again soon lets callers wait again."""
    bulkhead = Bulkhead(1, 0, clock)
    for _ in range(100):
        with bulkhead.place(SECONDS):
            clock.now += 1
    for _ in range(16):
        enter(bulkhead)
    holder, waiting = hold(bulkhead), hold(bulkhead)
    until_waiting(bulkhead, 1)
    third = hold(bulkhead)
    until_waiting(bulkhead, 2)
    for transaction in (holder, waiting, third):
        transaction.end()
        transaction.done.result(SECONDS)


def test_a_rest_is_no_standstill(clock: Clock, hold: Callable[[Bulkhead], Hold]) -> None:
    """A database without requests for a long time is not taken for one that stands still."""
    bulkhead = Bulkhead(1, 1, clock)
    enter(bulkhead)
    clock.now += 3600
    holder = hold(bulkhead)
    assert holder.entered.wait(SECONDS)
    waiting = hold(bulkhead)
    until_waiting(bulkhead, 1)
    holder.end()
    assert waiting.entered.wait(SECONDS)


def test_connections_that_are_made_are_movement(
    clock: Clock, hold: Callable[[Bulkhead], Hold]
) -> None:
    """A new connection counts as movement, so callers go on waiting while connections are made."""
    bulkhead = Bulkhead(1, 1, clock)
    holder = hold(bulkhead)
    assert holder.entered.wait(SECONDS)
    clock.now += PATIENCE
    bulkhead.note_movement()
    waiting = hold(bulkhead)
    until_waiting(bulkhead, 1)
    holder.end()
    assert waiting.entered.wait(SECONDS)


def test_a_transaction_that_fails_is_no_movement(
    clock: Clock, hold: Callable[[Bulkhead], Hold]
) -> None:
    """A transaction that ends with a time-out does not count as movement."""
    bulkhead = Bulkhead(1, 4, clock)
    holder = hold(bulkhead)
    assert holder.entered.wait(SECONDS)
    clock.now += PATIENCE
    holder.end(Unavailable("timed out"))
    with pytest.raises(Unavailable, match="timed out"):
        holder.done.result(SECONDS)
    assert hold(bulkhead).entered.wait(SECONDS)
    with pytest.raises(Unavailable, match="in use"):
        enter(bulkhead)


def test_nobody_waits_for_longer_than_they_may(
    clock: Clock, hold: Callable[[Bulkhead], Hold]
) -> None:
    """No caller waits longer than its limit, even while other transactions end."""
    bulkhead = Bulkhead(1, 4, clock)
    enter(bulkhead)
    assert hold(bulkhead).entered.wait(SECONDS)
    with pytest.raises(Busy, match="too many"):
        enter(bulkhead, seconds=0)


def test_a_burst_at_a_database_that_works_is_served() -> None:
    """A burst of callers is served completely, even when there are few places."""
    bulkhead = Bulkhead(2, 4)

    def enter_often(_number: int) -> None:
        for _ in range(10):
            enter(bulkhead)

    at_once(128, enter_often)
