"""The engine, transactions, and what happens when the database is away."""

import logging
import math
import random
import sqlite3
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from flask import Flask, current_app
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

SECONDS = 5
POOL_SIZE = 8
ATTEMPTS = 6

# SQLSTATE 40001 serialization_failure (what distributed databases ask to be tried again), 40P01
# deadlock_detected: the transaction did nothing, and may succeed the next time.
TRY_AGAIN = frozenset({"40001", "40P01"})
# The classes of SQLSTATE that speak of the server and not of the statement: 08 connection, 53
# resources, 57 intervention (shut down, timed out), 58 system.
AWAY = ("08", "53", "57", "58")


class Unavailable(Exception):
    """The database cannot be reached, or does not answer in time. Where it went away at a commit,
    nobody knows whether that took place."""


class Database:
    """A pool of connections, and transactions on them."""

    def __init__(
        self, url: str, sleep: Callable[[float], None] = time.sleep, wait: float = SECONDS
    ) -> None:
        """sleep: between two attempts of a transaction. wait: seconds, for locks and statements."""
        self.url = make_url(url)
        self.engine = _engine(self.url, wait)
        self._sleep = sleep

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def run(self, work: Callable[[Session], T], *, writes: bool) -> T:
        """What `work` returns, its transaction committed.

        `work` is called again after a serialization failure or deadlock: it must do nothing that
        a rollback does not undo. Raises Unavailable.
        """
        for attempt in range(1, ATTEMPTS):
            try:
                return self._transact(work, writes)
            except DBAPIError as error:
                if _sqlstate(error) not in TRY_AGAIN:
                    _raise_if_away(error)
                    raise
            self._sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311
        return self.once(work, writes=writes)

    def once(self, work: Callable[[Session], T], *, writes: bool) -> T:
        """As `run`, but tried once: for work that cannot begin anew."""
        try:
            return self._transact(work, writes)
        except DBAPIError as error:
            _raise_if_away(error)
            raise

    def _transact(self, work: Callable[[Session], T], writes: bool) -> T:
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                session.connection(execution_options={"writes": writes})
                return work(session)
        except PoolTimeout as error:
            log.warning("every connection to the database is in use")
            raise Unavailable("every connection is in use") from error


def init_app(app: Flask, database: Database) -> None:
    """Give the app its own database."""
    app.extensions["database"] = database


def reading(query: Callable[Concatenate[Session, P], T]) -> Callable[P, T]:
    """A query in a transaction that only reads. Callers leave the session out."""
    return _transactional(query, writes=False)


def writing(query: Callable[Concatenate[Session, P], T]) -> Callable[P, T]:
    """A query in a transaction that may write. Callers leave the session out."""
    return _transactional(query, writes=True)


def _transactional(query: Callable[Concatenate[Session, P], T], *, writes: bool) -> Callable[P, T]:
    @wraps(query)
    def in_transaction(*args: P.args, **kwargs: P.kwargs) -> T:
        database = cast(Database, current_app.extensions["database"])
        return database.run(lambda session: query(session, *args, **kwargs), writes=writes)

    return in_transaction


def _engine(url: URL, wait: float) -> Engine:
    # hide_parameters: what people write must not end in a log.
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url,
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=wait,
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={
                # The client library takes 0 for ever.
                "connect_timeout": math.ceil(wait),
                "options": f"-c statement_timeout={round(wait * 1000)}",
            },
        )
    engine = create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=wait,
        hide_parameters=True,
        connect_args={"timeout": wait},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own BEGIN comes late and is always deferred: ours is in _begin_sqlite.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    # With WAL, a commit survives the process; FULL lets it survive the machine as well.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later would fail at once, and not wait, where
    # another one wrote in between.
    writes = connection.get_execution_options().get("writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def _raise_if_away(error: DBAPIError) -> None:
    if (
        error.connection_invalidated
        or _sqlstate(error).startswith((*AWAY, *TRY_AGAIN))
        or _is_sqlite_away(error.orig)
        or _never_connected(error)
    ):
        log.warning("the database does not answer: %s", error.orig)
        raise Unavailable("the database does not answer") from error


def _is_sqlite_away(error: BaseException | None) -> bool:
    """Locked beyond the wait, not to be opened, full, read-only, spoilt, or failing at the disk."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    away = {
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN),
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR),
        *(sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB),
    }
    return code in away


def _never_connected(error: DBAPIError) -> bool:
    # psycopg has no SQLSTATE where no server said one.
    is_operational = type(error.orig).__name__ == "OperationalError"
    return is_operational and not _sqlstate(error) and not isinstance(error.orig, sqlite3.Error)
