"""Transactions, retries and outages."""

import inspect
import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from itertools import count
from types import CoroutineType
from typing import Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from api.core.settings import Settings
from api.core.storage import deadline
from api.core.storage.branches import CORE, Branch, Revisions
from api.core.storage.bulkhead import Bulkhead
from api.core.storage.connecting import engine_of, is_pooled
from api.core.storage.extension import current_database
from api.core.storage.faults import Unavailable, is_passing, is_stale, outage
from api.core.storage.outages import Outages

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

# Seconds to wait for a lock, or for the result of a statement.
STATEMENT_TIMEOUT = 5
# The server cancels a statement this many seconds before the connection is closed.
MARGIN = 0.5
POOL_SIZE = 8
WAITERS = 32
ATTEMPTS = 6


class Database:
    """A database: a pool of connections, and transactions on them.

    :ivar branches: the branches of migrations of the application
    :ivar complete_revisions: the revisions at which no table or column of the models was missing
    """

    def __init__(
        self,
        url: str,
        sleep: Callable[[float], None] = time.sleep,
        wait: float = STATEMENT_TIMEOUT,
        *,
        branches: tuple[Branch, ...] = (CORE,),
        connections: int = POOL_SIZE,
        waiters: int = WAITERS,
        attempts: int = ATTEMPTS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        :param url: the URL of the database
        :param sleep: waits between two attempts of a transaction
        :param wait: the seconds to wait for a lock, or for the result of a statement
        :param branches: the branches of migrations: `application.branches`
        :param connections: the maximum number of connections, and of concurrent transactions
        :param waiters: the maximum number of callers in the queue for a connection
        :param attempts: the maximum number of attempts of a transaction that conflicts with others
        :param clock: returns monotonic seconds, to notice that the database hangs
        """
        self.url = make_url(url)
        self.branches = branches
        self.engine = engine_of(self.url, wait, connections)
        self.outages = Outages()
        self._bulkhead = Bulkhead(connections, waiters, clock)
        event.listen(self.engine, "connect", lambda *_: self._bulkhead.note_movement())
        self._sleep = sleep
        self._wait = wait
        self._attempts = attempts
        self._logged: set[str] = set()
        self.complete_revisions: set[Revisions] = set()

    @classmethod
    def from_settings(cls, settings: Settings, branches: tuple[Branch, ...]) -> Self:
        """Return the database that the settings name. It connects at its first use.

        :param settings: of the process
        :param branches: the tables, and their migrations
        """
        return cls(
            settings.database_url,
            branches=branches,
            connections=settings.database_connections,
            waiters=settings.database_waiters,
            wait=settings.database_timeout,
            attempts=1 + settings.database_retries,
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a SQLite database."""
        return self.engine.dialect.name == "sqlite"

    @property
    def is_pooled(self) -> bool:
        """Whether there is a pooler in front of PostgreSQL. This opens a connection."""
        if self.is_sqlite:
            return False
        with self.engine.connect() as connection:
            return is_pooled(connection.connection.dbapi_connection)

    def log_once(self, text: str) -> None:
        """Log a line, unless it has been logged before.

        :param text: the line
        """
        if text not in self._logged:
            self._logged.add(text)
            log.info(text)

    def run(self, work: Callable[[Session], T], *, writes: bool, seconds: float | None = None) -> T:
        """Run work in a transaction, commit it, and return its result.

        After a serialization failure or a deadlock, the work is run again. It must therefore do
        nothing that a rollback does not undo.

        :param work: called with the session
        :param writes: whether it may write
        :param seconds: the deadline of all attempts, by default a little more than that of a
            statement
        :raises Unavailable: the database cannot be reached, or does not answer in time
        """
        most = self._wait + MARGIN if seconds is None else seconds
        with deadline.within(most), self._place(writes):
            return self._attempt(work, writes)

    def once(self, work: Callable[[Session], T], *, writes: bool) -> T:
        """Run work that cannot be repeated in a transaction, commit it, and return its result.

        There is no deadline for all of it, only one for each statement.

        :param work: called with the session
        :param writes: whether it may write
        :raises Unavailable: the database cannot be reached, or does not answer in time
        """
        # A statement may be executed for a thousand rows, and the server's timeout is for each row.
        with deadline.each_within(10 * self._wait), self._place(writes):
            return self._transact(work, writes)

    def _attempt(self, work: Callable[[Session], T], writes: bool) -> T:
        was_stale = False
        for attempt in count(1):
            try:
                return self._transact(work, writes)
            except DBAPIError as error:
                if is_stale(error) and not was_stale:
                    was_stale = True
                    continue
                if not is_passing(error) or attempt >= self._attempts or deadline.left() == 0:
                    raise
            self._pause(attempt)
        raise AssertionError("never reached")

    def _pause(self, attempt: int) -> None:
        left = deadline.left()
        seconds = random.uniform(0, 0.01 * 2**attempt)  # noqa: S311
        self._sleep(seconds if left is None else min(seconds, left))

    def _transact(self, work: Callable[[Session], T], writes: bool) -> T:
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.connection(execution_options={"writes": writes})
            return _complete(work(session))

    @contextmanager
    def _place(self, writes: bool) -> Iterator[None]:
        """Hold a place of the bulkhead, and log outages."""
        failures = self.outages.failures
        left = deadline.left()
        seconds = self._wait if left is None else min(left, self._wait)
        try:
            with self._bulkhead.place(seconds), self._as_outages():
                yield
        except Unavailable as error:
            self.outages.began(error.kind, error.__cause__ or error)
            raise
        self.outages.ended(failures, writes=writes)

    @contextmanager
    def _as_outages(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeout as error:
            raise Unavailable("every connection is in use") from error
        except DBAPIError as error:
            kind = outage(error, self.engine.dialect)
            if kind is None:
                raise
            raise Unavailable("the database does not answer", kind) from error


def _complete(result: T) -> T:
    """Return the result of a query, unless it would read after the transaction has ended."""
    if inspect.iscoroutine(result):
        result.close()
    # The result of a statement that changes rows has none.
    if isinstance(result, Iterator | CoroutineType) and getattr(result, "returns_rows", True):
        raise TypeError(
            f"a query returned a {type(result).__name__}, which would read from the database after "
            "its transaction has ended: write def, and return a list, a page at a time"
        )
    return result


def reading(query: Callable[Concatenate[Session, P], T]) -> Callable[P, T]:
    """Run a query in a transaction that only reads.

    The query may be called again after a failure that passes, and raises Unavailable while the
    database is away.

    :param query: a function whose first parameter is the session; callers leave it out
    """
    return _transactional(query, writes=False)


def writing(query: Callable[Concatenate[Session, P], T]) -> Callable[P, T]:
    """Run a query in a transaction that may write, and commit it.

    The query may be called again after a failure that passes: it must do nothing that a rollback
    does not undo. It raises Unavailable while the database is away.

    :param query: a function whose first parameter is the session; callers leave it out
    """
    return _transactional(query, writes=True)


def _transactional(query: Callable[Concatenate[Session, P], T], *, writes: bool) -> Callable[P, T]:
    @wraps(query)
    def in_transaction(*args: P.args, **kwargs: P.kwargs) -> T:
        return current_database().run(
            lambda session: query(session, *args, **kwargs), writes=writes
        )

    return in_transaction
