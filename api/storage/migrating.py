"""How a schema is changed: as a whole, or not at all."""

import sqlite3
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, cast

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from api.storage import copies, inventory
from api.storage.faults import is_locked

# Whoever waits for a table that is to be altered has all others wait who come later, readers too.
LOCK_TIMEOUT = "200ms"


class SchemaError(Exception):
    """The schema was not changed, or cannot be read; the text says why, and what to do."""


class NewerSchema(SchemaError):
    """The database has migrations that this code does not know, of a later release."""


class IncompleteSchema(SchemaError):
    """The code cannot work with the tables, whatever the revision says of them."""


class Violation(NamedTuple):
    """A row that refers to one that is not there, as PRAGMA foreign_key_check has it."""

    table: str
    rowid: int | None
    parent: str
    key: int


@contextmanager
def connection_to(engine: Engine) -> Iterator[Connection]:
    """A connection to migrate on. On SQLite, its foreign keys are not enforced: a table that is
    altered is written anew, and the old one dropped, with all that refers to it."""
    with engine.connect() as connection:
        driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
        if engine.dialect.name != "sqlite":
            yield connection
            return
        # In a transaction this would do nothing, and say nothing.
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            yield connection
        finally:
            connection.rollback()
            driver.execute("PRAGMA foreign_keys = ON")


class Change:
    """An upgrade or a downgrade.

    copy: that of the SQLite database, as it was before; None where there was nothing to lose.
    """

    def __init__(self, migrations: Path, revision: str, *, is_downgrade: bool) -> None:
        """
        :param migrations: the directory of Alembic
        :param revision: the one to go to
        """
        self.copy: Path | None = None
        self.revision = revision
        self.is_downgrade = is_downgrade
        self._migrations = migrations

    @contextmanager
    def guarded(self, connection: Connection) -> Iterator[None]:
        """Around the migrations, in their transaction: what is raised here undoes them."""
        if connection.dialect.name == "sqlite":
            self._look(connection)
            self._keep_copy(connection)
            with self._copy_dropped_when_undone(connection), _explained():
                before = violations(connection)
                yield
                _refuse_new(before, violations(connection))
        else:
            self._lock(connection)
            with _explained():
                yield
                if connection.dialect.name == "postgresql":
                    # What is checked at the commit otherwise, and would not be explained there.
                    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")

    def _lock(self, connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            # An index may take its time; and copies that start together upgrade one by one.
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(8259)")
        self._look(connection)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")

    def _look(self, connection: Connection) -> None:
        """Refuse a database that this code does not know the way from."""
        self._heads = MigrationContext.configure(connection).get_current_heads()
        refuse_several(self._heads)
        self._script = ScriptDirectory(str(self._migrations))
        if not self._heads:
            return
        if not is_known(self._script, self._heads[0]):
            refuse_incomplete(connection, self._heads[0], is_known=False)
            raise NewerSchema(self._heads[0])
        if not self.is_downgrade and [*self._heads] == self._script.get_heads():
            refuse_incomplete(connection, self._heads[0], is_known=True)

    def _keep_copy(self, connection: Connection) -> None:
        file = copies.file_of(connection)
        has_something = copies.has_rows if self.is_downgrade else copies.has_tables
        if file is None or not self._has_steps() or not has_something(connection):
            return
        try:
            self.copy = copies.keep(file, *(self._heads or ("none",)))
        except copies.CopyError as error:
            raise SchemaError(
                f"no copy of {file} could be written beside it: {error}; nothing was changed. "
                "Make room for it, and let this user write there"
            ) from error

    def _has_steps(self) -> bool:
        try:
            if self.is_downgrade:
                steps = self._script.iterate_revisions(
                    self._heads, self.revision, select_for_downgrade=True
                )
            else:
                steps = self._script.iterate_revisions(
                    self.revision, self._heads, implicit_base=True
                )
            return any(True for _ in steps)
        except (RevisionError, CommandError):
            # Alembic will say so.
            return False

    @contextmanager
    def _copy_dropped_when_undone(self, connection: Connection) -> Iterator[None]:
        """After a failure the database is what the copy is, unless the migration committed."""
        driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
        driver.execute("SAVEPOINT before_migrations")
        try:
            yield
        except BaseException as error:
            try:
                driver.execute("ROLLBACK TO before_migrations")
            except sqlite3.Error:
                # The savepoint ended with the transaction, which somebody has committed.
                raise SchemaError(
                    "the migration failed after it had committed a part of its work"
                    + (f"; the database as it was before is kept in {self.copy}" * bool(self.copy))
                ) from error
            if self.copy is not None:
                self.copy.unlink(missing_ok=True)
                self.copy = None
            raise


def refuse_several(heads: tuple[str, ...] | list[str], whose: str = "the database") -> None:
    """Refuse more than one revision at a time."""
    if len(heads) > 1:
        raise SchemaError(
            f"{whose} has several revisions at once: {', '.join(sorted(heads))}. "
            "Make one line of the migrations: each names the one before it as its down_revision"
        )


def is_known(script: ScriptDirectory, revision: str) -> bool:
    """Whether the code has the migration."""
    return any(each.revision == revision for each in script.walk_revisions())


def refuse_incomplete(connection: Connection, revision: str, *, is_known: bool) -> None:
    """Refuse a database that lacks what the models need.

    :param revision: that of the database
    :param is_known: whether the code has that migration, and has it as its last one
    """
    names = inventory.lacking(connection)
    if not names:
        return
    lack = f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} missing in the database"
    if is_known:
        raise IncompleteSchema(
            f"{lack}, although its revision is the code's, {revision}. Go back to a copy or a "
            "backup; or, if a model is new, write its migration: python manage.py db revision"
        )
    raise IncompleteSchema(
        f"{lack}, and this code does not know its revision, {revision}: it belongs to something "
        "else, or to a release that removed what this code still uses. Check DATABASE_URL, or "
        "deploy that release"
    )


def violations(connection: Connection) -> list[Violation]:
    """The rows that refer to what is not there."""
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return [Violation(*row) for row in rows]


def _refuse_new(before: list[Violation], after: list[Violation]) -> None:
    """Refuse to commit rows that lost what they refer to. What was so before is nobody's loss, and
    must not be in the way; its rows may have new numbers, so that they are counted."""
    counted = Counter((each.table, each.parent) for each in before)
    for (table, parent), number in Counter((each.table, each.parent) for each in after).items():
        if number <= counted[table, parent]:
            continue
        here = [each for each in after if (each.table, each.parent) == (table, parent)]
        row = next((each for each in here if each not in before), here[0])
        raise SchemaError(
            f'the migration leaves row {row.rowid} of table "{table}" without the row of '
            f'"{parent}" that it refers to ({number - counted[table, parent]} such rows). '
            "It was undone: the database is as it was before"
        )


@contextmanager
def _explained() -> Iterator[None]:
    """A failure of a migration says where it was."""
    try:
        yield
    except (CommandError, SchemaError):
        raise
    except Exception as error:
        if isinstance(error, DBAPIError) and is_locked(error):
            raise
        raise SchemaError(
            f"the migration failed{_place(error)}: {_cause(error)}. It was undone: "
            "the database is as it was before"
        ) from error


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    here = [frame for frame in frames if Path(frame.filename).parent.name == "versions"]
    return f" ({Path(here[-1].filename).name}, line {here[-1].lineno})" if here else ""


def _cause(error: Exception) -> str:
    """The first line: an error of the database has the statement in the others."""
    original = getattr(error, "orig", None)
    text = str(original) if original else f"{type(error).__name__}: {error}"
    return text.partition("\n")[0].rstrip(".")
