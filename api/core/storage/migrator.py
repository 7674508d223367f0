"""The connection that runs migrations: its settings, and the lock that excludes another one."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Connection, Engine, event

from api.core.storage.connecting import is_pooled

# While a migration waits for the lock of a table, all later transactions wait behind it, including
# those that only read.
LOCK_TIMEOUT = "200ms"

# Seconds between two attempts to get the lock that another upgrade holds.
PAUSE = 1.0

_ALONE = 8259
_CONCURRENTLY = re.compile(r"\bCONCURRENTLY\b", re.IGNORECASE)
_COMMIT = re.compile(r"\s*(COMMIT|END)\b", re.IGNORECASE)


@contextmanager
def connection_to(
    engine: Engine, tell: Callable[[str], None], sleep: Callable[[float], None]
) -> Iterator[Connection]:
    """Open a connection that runs migrations.

    :param engine: the engine of the database
    :param tell: called with a line of text if another upgrade is running
    :param sleep: waits between two attempts to get the lock of the other upgrade
    """
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            with _without_foreign_keys(connection):
                yield connection
        elif engine.dialect.name != "postgresql":
            yield connection
        elif is_pooled(connection.connection.dbapi_connection):
            _alone_in_transactions(connection, tell, sleep)
            yield connection
        else:
            with _alone_in_session(connection, tell, sleep):
                yield connection


def is_autocommit(connection: Connection) -> bool:
    """Return whether a connection is in an autocommit_block of Alembic.

    :param connection: the connection
    """
    return connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"


def commits_of(connection: Connection) -> list[str]:
    """Return a list to which each later commit of a connection is added.

    :param connection: the connection
    """
    commits: list[str] = []

    def note(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if _COMMIT.match(statement):
            commits.append(statement)

    event.listen(connection, "commit", lambda _: commits.append("COMMIT"))
    event.listen(connection, "after_cursor_execute", note)
    return commits


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Do not enforce SQLite's foreign keys in a block.

    A table that is altered is rewritten, and the former one is dropped. With foreign keys, this
    would also delete the rows that refer to it.
    """
    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    # SQLite ignores this statement in a transaction.
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        connection.rollback()
        # After a commit that failed, SQLAlchemy does not roll back.
        driver.rollback()
        driver.execute("PRAGMA foreign_keys = ON")


@contextmanager
def _alone_in_session(
    connection: Connection, tell: Callable[[str], None], sleep: Callable[[float], None]
) -> Iterator[None]:
    """Limit the waiting for locks, but not the statements, and exclude another upgrade.

    The settings and the lock belong to the session, since an autocommit_block ends the transaction.
    """
    query = f"SELECT pg_try_advisory_lock({_ALONE})"
    try:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("SET statement_timeout = 0")
        _wait(lambda: bool(connection.exec_driver_sql(query).scalar_one()), tell, sleep)
        connection.commit()
        connection.execution_options(isolation_level=connection.default_isolation_level)
        event.listen(connection, "begin", _bound_transaction)
        event.listen(connection, "before_cursor_execute", _bound_in_autocommit)
        yield
    finally:
        # The session keeps these settings, so its connection does not return to the pool.
        connection.invalidate()


def _alone_in_transactions(
    connection: Connection, tell: Callable[[str], None], sleep: Callable[[float], None]
) -> None:
    """Do the same behind a pooler, where each transaction needs the settings and the lock.

    In an autocommit_block, the settings of the server hold.
    """
    query = f"SELECT pg_try_advisory_xact_lock({_ALONE})"

    def begin(_connection: Connection) -> None:
        if not is_autocommit(connection):
            _bound_transaction(connection)
            _wait(lambda: bool(connection.exec_driver_sql(query).scalar_one()), tell, sleep)

    # The listener of the engine is called last, and must not override these settings.
    connection.execution_options(is_unbounded=True)
    event.listen(connection, "begin", begin)


def _bound_transaction(connection: Connection) -> None:
    if not is_autocommit(connection):
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")


def _wait(
    is_alone: Callable[[], bool], tell: Callable[[str], None], sleep: Callable[[float], None]
) -> None:
    """Wait for the end of another upgrade, with repeated attempts to get its lock.

    A statement that waits for the lock would hold a snapshot. If the other upgrade builds an index
    concurrently, it would wait for the end of this snapshot.
    """
    if is_alone():
        return
    tell("Another upgrade of this database is running. Waiting for its end.")
    while not is_alone():
        sleep(PAUSE)


def _bound_in_autocommit(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
    # A statement with CONCURRENTLY waits for every transaction, and no transaction waits behind it.
    if is_autocommit(connection):
        bound = "0" if _CONCURRENTLY.search(statement) else LOCK_TIMEOUT
        cursor.execute(f"SET lock_timeout = '{bound}'")
