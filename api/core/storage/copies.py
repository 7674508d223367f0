"""Backup copies of a SQLite database before its schema is changed."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from sqlalchemy import Connection, inspect

from api.core.storage.models import SharedSecret

# Migrations write the rows of these tables.
_TABLES_OF_MIGRATIONS = {"alembic_version", SharedSecret.__tablename__}


class CopyError(Exception):
    """The copy could not be written. The text has the cause."""


def file_of(connection: Connection) -> Path | None:
    """Return the file of a SQLite database, or None if it is in memory.

    :param connection: a connection to it
    """
    rows = connection.exec_driver_sql("PRAGMA database_list").all()
    [name] = [path for _, schema, path in rows if schema == "main"]
    return Path(name) if name else None


def has_tables(connection: Connection) -> bool:
    """Return whether a database has tables.

    :param connection: a connection to it
    """
    return bool(set(inspect(connection).get_table_names()) - {"alembic_version"})


def has_rows(connection: Connection) -> bool:
    """Return whether a database has rows that no migration wrote.

    :param connection: a connection to it
    """
    quoted = connection.dialect.identifier_preparer.quote
    return any(
        connection.exec_driver_sql(f"SELECT 1 FROM {quoted(table)} LIMIT 1").first()  # noqa: S608
        for table in inspect(connection).get_table_names()
        if table not in _TABLES_OF_MIGRATIONS
    )


def keep(file: Path, revision: str) -> Path:
    """Write a copy of the committed data to the directory of the file.

    :param file: the file of the database
    :param revision: the revision of the database, or several joined by "+", for the copy's name
    :raises CopyError: the copy could not be written, and was removed
    """
    try:
        copy = _new_file(file, revision)
    except OSError as error:
        raise CopyError(str(error)) from error
    try:
        # SQLite makes the copy, since the latest commits may be only in the write-ahead log.
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except BaseException as error:
        copy.unlink()
        if isinstance(error, (OSError, sqlite3.Error)):
            raise CopyError(str(error)) from error
        raise
    return copy


def _new_file(file: Path, revision: str) -> Path:
    """Create a file that only its owner can read. An existing file is never overwritten."""
    stem = f"{file.name}.{revision}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    for number in count(1):
        copy = file.with_name(f"{stem}{'' if number == 1 else f'-{number}'}.bak")
        try:
            os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            continue
        return copy
    raise AssertionError("never reached")
