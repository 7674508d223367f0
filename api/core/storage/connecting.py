"""The engine: how connections are made, and what is set on each."""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection

from api.core.storage import deadline
from api.core.storage.faults import distrust


def engine_of(url: URL, wait: float, connections: int) -> Engine:
    """The engine of a database.

    :param wait: seconds to wait for a lock, or for a statement's answer
    :param connections: how many there are at most
    """
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=wait,
        # What people write must not end in a log.
        hide_parameters=True,
        pool_pre_ping=url.get_backend_name() != "sqlite",
    )
    event.listen(engine, "do_connect", _connector(engine.dialect, wait))
    event.listen(engine, "handle_error", distrust)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite(wait))
    else:
        event.listen(engine, "begin", _begin_pooled(wait))
    return engine


def is_pooled(connection: DBAPIConnection | None) -> bool:
    """Whether a pooler may hand each transaction to another connection of the server; of drivers
    other than psycopg nobody knows."""
    return bool(getattr(connection, "is_pooled", True))


def _connector(dialect: Dialect, wait: float) -> Callable[..., Any]:
    make: Callable[..., Any] = dialect.connect
    if dialect.driver == "psycopg":
        # Not at the top: another driver does without psycopg. And not at the first connection:
        # an import that fails there, for want of a file, may stay so.
        from api.core.storage import postgres

        make = partial(postgres.connect, wait)

    def connect(dialect: Dialect, _record: Any, args: Any, parameters: Any) -> Any:
        try:
            return make(*args, **parameters)
        except (TypeError, ValueError) as error:
            # An option in the address that the driver does not know, or of the wrong type.
            raise dialect.loaded_dbapi.ProgrammingError(str(error)) from error

    return connect


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own BEGIN comes late and is always deferred: ours is in _begin_sqlite.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    # With WAL, a commit survives the process; FULL lets it survive the machine as well.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(wait: float) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        left = deadline.left()
        seconds = wait if left is None else min(wait, left)
        driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
        if driver.isolation_level is not None:
            # What an autocommit_block of a migration leaves behind.
            driver.isolation_level = None
        driver.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")
        # A transaction that reads first and writes later would fail at once, and not wait, where
        # another one wrote in between.
        writes = connection.get_execution_options().get("writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return begin


def _begin_pooled(wait: float) -> Callable[[Connection], None]:
    statement = f"SET LOCAL statement_timeout = {round(wait * 1000)}"

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("is_unbounded", False):
            return
        if is_pooled(connection.connection.dbapi_connection):
            connection.exec_driver_sql(statement)

    return begin
