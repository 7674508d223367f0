"""How a schema is changed: as a whole, or not at all."""

import re
import sqlite3
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, cast

from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from api.core.storage import copies, inventory, migrator
from api.core.storage.faults import is_locked
from api.core.storage.losses import Losses

# As SQLite names what reads a table that is to be renamed.
_DEPENDENT = re.compile(r"(?<=error in )(view|trigger) [^:]+")


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


class Change:
    """An upgrade or a downgrade.

    copy: that of the SQLite database, as it was before; None where there was nothing to lose.
    is_checked: whether all went well, and only the commit is to come.
    """

    def __init__(self, migrations: Path, revision: str, *, is_downgrade: bool) -> None:
        """
        :param migrations: the directory of Alembic
        :param revision: the one to go to
        """
        self.copy: Path | None = None
        self.is_checked = False
        self._losses: Losses | None = None
        self.revision = revision
        self.is_downgrade = is_downgrade
        self._migrations = migrations

    @contextmanager
    def guarded(self, connection: Connection) -> Iterator[None]:
        """Around the migrations, in their transaction: what is raised here undoes them."""
        self.is_checked = False
        if connection.dialect.name == "sqlite":
            self._look(connection)
            self._keep_copy(connection)
            with self._accounted(connection):
                before = violations(connection)
                self._losses = Losses(connection)
                yield
                _refuse_new(before, violations(connection))
        else:
            self._look_patiently(connection)
            with self._accounted(connection):
                yield
                if connection.dialect.name == "postgresql":
                    # What is checked at the commit otherwise, and would not be explained there.
                    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
        self.is_checked = True

    def applied(self, *, step: MigrationInfo, **_: Any) -> None:
        """After each migration: refuse it if it lost something by accident."""
        if self._losses is None:
            return
        script = cast(Script, step.up_revision)
        declared = getattr(script.module, "loses", ())
        lost = [each for each in self._losses.since_last() if each not in declared]
        if lost:
            raise SchemaError(
                f"the migration {script.revision} loses what Alembic does not see of a table that "
                f"it writes anew: {', '.join(lost)}. Have it make that again, or, if the loss is "
                f"meant, say so in the migration: loses = {lost}"
            )

    def failed_commit(self, error: BaseException) -> SchemaError:
        """What to raise when the commit failed, after everything else went well."""
        return SchemaError(
            f"the commit failed: {_cause(error)}. Whether the database was changed, "
            f"python manage.py db current says{self._of_copy()}"
        )

    def _look_patiently(self, connection: Connection) -> None:
        """Nobody waits behind a reader."""
        if connection.dialect.name != "postgresql":
            self._look(connection)
            return
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        self._look(connection)
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{migrator.LOCK_TIMEOUT}'")

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
    def _accounted(self, connection: Connection) -> Iterator[None]:
        """A failure says where it was, and what became of the work."""
        is_undone = _undo_of(connection)
        try:
            yield
        except BaseException as error:
            if is_undone():
                self._drop_copy()
                if _speaks_for_itself(error):
                    raise
                ending = "It was undone: the database is as it was before"
            else:
                ending = self._account_of_commit(error)
            raise SchemaError(f"{_text(error)}. {ending}") from error

    def _account_of_commit(self, error: BaseException) -> str:
        statement = str(getattr(error, "statement", None) or "")
        index = ", and drop the index that could not be built" * ("CONCURRENTLY" in statement)
        return (
            "It had committed a part of its work by then, which stays, and only the rest was "
            f"undone. Look at what is there{index}, before this is run again: the migration then "
            f"begins anew (python manage.py db current){self._of_copy()}"
        )

    def _drop_copy(self) -> None:
        """The database is what the copy is."""
        if self.copy is not None:
            self.copy.unlink(missing_ok=True)
            self.copy = None

    def _of_copy(self) -> str:
        return f"; the database as it was before is kept in {self.copy}" * bool(self.copy)


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
            f'"{parent}" that it refers to ({number - counted[table, parent]} such rows)'
        )


def _undo_of(connection: Connection) -> Callable[[], bool]:
    """To be called after a failure: is everything undone, or has somebody committed?"""
    if connection.dialect.name != "sqlite":
        commits = migrator.commits_of(connection)
        return lambda: not commits
    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    driver.execute("SAVEPOINT before_migrations")

    def undo() -> bool:
        try:
            driver.execute("ROLLBACK TO before_migrations")
        except sqlite3.Error:
            # The savepoint ended with the transaction.
            return False
        return True

    return undo


def _speaks_for_itself(error: BaseException) -> bool:
    """Whether there is nothing to explain, or it is tried again."""
    is_tried_again = isinstance(error, DBAPIError) and is_locked(error)
    return is_tried_again or isinstance(error, CommandError) or not isinstance(error, Exception)


def _text(error: BaseException) -> str:
    if isinstance(error, SchemaError):
        return str(error)
    cause = _cause(error)
    remedy = ""
    if match := _DEPENDENT.search(cause):
        remedy = (
            f". SQLite does not rename a table that {match[0]} reads, as is done with one that is "
            f"written anew: have the migration drop that {match[1]} first, and create it again"
        )
    return f"the migration failed{_place(error)}: {cause}{remedy}"


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    here = [frame for frame in frames if Path(frame.filename).parent.name == "versions"]
    return f" ({Path(here[-1].filename).name}, line {here[-1].lineno})" if here else ""


def _cause(error: BaseException) -> str:
    """The first line: an error of the database has the statement in the others."""
    original = getattr(error, "orig", None)
    text = str(original) if original else f"{type(error).__name__}: {error}"
    return text.partition("\n")[0].rstrip(".")
