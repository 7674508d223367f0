"""The engine and the settings of its connections."""

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
    """Return the engine of a database.

    :param url: its URL
    :param wait: the seconds to wait for a lock, or for the result of a statement
    :param connections: the maximum number of connections
    """
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=wait,
        # The log must not have the data of users.
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
    """Return whether a pooler may assign each transaction to another connection of the server.

    :param connection: the connection; if its driver is not psycopg, a pooler is assumed
    """
    return bool(getattr(connection, "is_pooled", True))


def _connector(dialect: Dialect, wait: float) -> Callable[..., Any]:
    make: Callable[..., Any] = dialect.connect
    if dialect.driver == "psycopg":
        # psycopg is imported only if it is used. It is imported before the first connection,
        # because an import that fails for lack of a file descriptor may fail for ever.
        from api.core.storage import postgres

        make = partial(postgres.connect, wait)

    def connect(dialect: Dialect, _record: Any, args: Any, parameters: Any) -> Any:
        try:
            return make(*args, **parameters)
        except (TypeError, ValueError) as error:
            # The URL has an option that the driver does not know, or a value of the wrong type.
            raise dialect.loaded_dbapi.ProgrammingError(str(error)) from error

    return connect


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver begins transactions late, and always deferred. _begin_sqlite begins them instead.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    # With WAL, a commit survives a crash of the process; with FULL, a crash of the machine as well.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(wait: float) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        left = deadline.left()
        seconds = wait if left is None else min(wait, left)
        driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
        if driver.isolation_level is not None:
            # An autocommit_block of a migration leaves another isolation level behind.
            driver.isolation_level = None
        driver.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")
        # A deferred transaction that reads first and then writes fails at once, without waiting, if
        # another one has written in between.
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
