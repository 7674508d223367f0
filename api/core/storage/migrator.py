"""The connection that migrates: what is set on it, and how two of them are kept apart."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Connection, Engine, event

from api.core.storage.connecting import is_pooled

# Whoever waits for a table that is to be altered has all others wait who come later, readers too.
LOCK_TIMEOUT = "200ms"

# Seconds until it is asked again whether another upgrade has ended.
PAUSE = 1.0

_ALONE = 8259
_CONCURRENTLY = re.compile(r"\bCONCURRENTLY\b", re.IGNORECASE)
_COMMIT = re.compile(r"\s*(COMMIT|END)\b", re.IGNORECASE)


@contextmanager
def connection_to(
    engine: Engine, tell: Callable[[str], None], sleep: Callable[[float], None]
) -> Iterator[Connection]:
    """A connection to migrate on.

    :param tell: takes a line when another upgrade is waited for
    :param sleep: between two looks whether it has ended
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
    """Whether it is in an autocommit_block of Alembic's."""
    return connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"


def commits_of(connection: Connection) -> list[str]:
    """The commits on this connection from now on, an item each, as long as it is open."""
    commits: list[str] = []

    def note(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if _COMMIT.match(statement):
            commits.append(statement)

    event.listen(connection, "commit", lambda _: commits.append("COMMIT"))
    event.listen(connection, "after_cursor_execute", note)
    return commits


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Foreign keys of SQLite are not enforced: a table that is altered is written anew, and the
    old one dropped, with all that refers to it."""
    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    # In a transaction this would do nothing, and say nothing.
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        connection.rollback()
        # After a commit that failed, SQLAlchemy knows of no transaction any more.
        driver.rollback()
        driver.execute("PRAGMA foreign_keys = ON")


@contextmanager
def _alone_in_session(
    connection: Connection, tell: Callable[[str], None], sleep: Callable[[float], None]
) -> Iterator[None]:
    """An index may take its time, a lock may not; and copies that start together upgrade one by
    one. The session knows it, for an autocommit_block ends the transaction."""
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
        # What is set for the session ends with it: the pool does not get it back.
        connection.invalidate()


def _alone_in_transactions(
    connection: Connection, tell: Callable[[str], None], sleep: Callable[[float], None]
) -> None:
    """The same behind a pooler, where there is no session, and each transaction is told anew. In
    an autocommit_block it does not hold, and the server's own settings do."""
    query = f"SELECT pg_try_advisory_xact_lock({_ALONE})"

    def begin(_connection: Connection) -> None:
        if not is_autocommit(connection):
            _bound_transaction(connection)
            _wait(lambda: bool(connection.exec_driver_sql(query).scalar_one()), tell, sleep)

    # The engine's listener is called last.
    connection.execution_options(is_unbounded=True)
    event.listen(connection, "begin", begin)


def _bound_transaction(connection: Connection) -> None:
    if not is_autocommit(connection):
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")


def _wait(
    is_alone: Callable[[], bool], tell: Callable[[str], None], sleep: Callable[[float], None]
) -> None:
    """Wait for the end of another upgrade. It is asked again and again: in a statement that waits,
    we would hold a snapshot, whose end an index waits for that the other one builds
    concurrently."""
    if is_alone():
        return
    tell("Another upgrade of this database is running, and is waited for.")
    while not is_alone():
        sleep(PAUSE)


def _bound_in_autocommit(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
    """Nobody waits behind what is done concurrently, which itself waits for every transaction."""
    if is_autocommit(connection):
        bound = "0" if _CONCURRENTLY.search(statement) else LOCK_TIMEOUT
        cursor.execute(f"SET lock_timeout = '{bound}'")
