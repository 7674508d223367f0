"""The copy of a SQLite database that is kept beside it before its schema is changed."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from sqlalchemy import Connection, inspect

from api.core.storage.models import SharedSecret

# The rows of these are the migrations' own.
_NOT_PEOPLES = {"alembic_version", SharedSecret.__tablename__}


class CopyError(Exception):
    """The copy could not be made; the text says why."""


def file_of(connection: Connection) -> Path | None:
    """The file of a SQLite database, unless it is one in memory."""
    rows = connection.exec_driver_sql("PRAGMA database_list").all()
    [name] = [path for _, schema, path in rows if schema == "main"]
    return Path(name) if name else None


def has_tables(connection: Connection) -> bool:
    """Whether there is anything in it."""
    return bool(set(inspect(connection).get_table_names()) - {"alembic_version"})


def has_rows(connection: Connection) -> bool:
    """Whether anybody has written anything into it."""
    quoted = connection.dialect.identifier_preparer.quote
    return any(
        connection.exec_driver_sql(f"SELECT 1 FROM {quoted(table)} LIMIT 1").first()  # noqa: S608
        for table in inspect(connection).get_table_names()
        if table not in _NOT_PEOPLES
    )


def keep(file: Path, revision: str) -> Path:
    """Write a copy of what is committed, beside the file. Raises CopyError, and leaves nothing.

    :param revision: that of the database, or several joined by "+", for the name of the copy
    """
    try:
        copy = _new_file(file, revision)
    except OSError as error:
        raise CopyError(str(error)) from error
    try:
        # By SQLite itself: the last commits may be in the log beside the file.
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except BaseException as error:
        copy.unlink()
        if isinstance(error, (OSError, sqlite3.Error)):
            raise CopyError(str(error)) from error
        raise
    return copy


def _new_file(file: Path, revision: str) -> Path:
    """For its owner alone; none that is there is touched."""
    stem = f"{file.name}.{revision}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    for number in count(1):
        copy = file.with_name(f"{stem}{'' if number == 1 else f'-{number}'}.bak")
        try:
            os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            continue
        return copy
    raise AssertionError("never reached")
