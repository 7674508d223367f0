"""Atomic upgrades and downgrades of the schema."""

import re
import sqlite3
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, cast

from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import Script
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from api.core.storage import copies, inventory, migrator
from api.core.storage.branches import CORE, Branch, Revisions, text_of
from api.core.storage.faults import is_locked
from api.core.storage.history import History, SchemaError
from api.core.storage.losses import Losses

# SQLite's name of a view or trigger that reads a table which is to be renamed.
_DEPENDENT = re.compile(r"(?<=error in )(view|trigger) [^:]+")


class NewerSchema(SchemaError):
    """The database has migrations of a later release, which this code does not know."""


class IncompleteSchema(SchemaError):
    """Tables or columns are missing, although the revision of the database includes them."""


class Violation(NamedTuple):
    """A row that refers to a missing one, as reported by PRAGMA foreign_key_check."""

    table: str
    rowid: int | None
    parent: str
    key: int


class Change:
    """An upgrade or a downgrade.

    :ivar copy: the backup copy of a SQLite database; None if there was nothing to lose
    :ivar is_checked: whether all migrations have succeeded, and only the commit is left
    """

    def __init__(self, branches: tuple[Branch, ...], revision: str, *, is_downgrade: bool) -> None:
        """
        :param branches: the branches of migrations
        :param revision: the target
        :param is_downgrade: whether the target is an earlier revision
        :raises SchemaError: a branch has several heads
        """
        self.copy: Path | None = None
        self.is_checked = False
        self._losses: Losses | None = None
        self.history = History(branches)
        self._code_heads = self.history.heads()
        self.revision = _target(revision, self.history, is_downgrade=is_downgrade)
        self.is_downgrade = is_downgrade

    @contextmanager
    def guarded(self, connection: Connection) -> Iterator[None]:
        """Check the database before and after the migrations, in their transaction.

        :param connection: the connection that runs the migrations
        :raises SchemaError: a check failed, and the migrations are undone
        """
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
                    # Deferred constraints are checked here, since an error of the commit could not
                    # be explained.
                    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
        self.is_checked = True

    def applied(self, *, step: MigrationInfo, **_: Any) -> None:
        """Check after each migration that it has lost nothing by accident.

        :param step: the migration
        :raises SchemaError: it has lost something
        """
        if self._losses is None:
            return
        script = cast(Script, step.up_revision)
        declared = getattr(script.module, "loses", ())
        lost = [each for each in self._losses.since_last() if each not in declared]
        if lost:
            raise SchemaError(
                f"the migration {script.revision} rewrites a table, and loses what Alembic does "
                f"not see: {', '.join(lost)}. Create it again in the migration, or, if the loss is "
                f"intended, declare it there: loses = {lost}"
            )

    def failed_commit(self, error: BaseException) -> SchemaError:
        """Return the error of a commit that failed after the migrations had succeeded.

        :param error: the error of the database
        """
        return SchemaError(
            f"the commit failed: {_cause(error)}. To see whether the database was changed, run "
            f"python manage.py db current{self._of_copy()}"
        )

    def _look_patiently(self, connection: Connection) -> None:
        """Check the database, and wait for a lock: this delays no other transaction."""
        if connection.dialect.name != "postgresql":
            self._look(connection)
            return
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        self._look(connection)
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{migrator.LOCK_TIMEOUT}'")

    def _look(self, connection: Connection) -> None:
        """Refuse a database with a revision from which there is no path to the target."""
        self._heads = revisions_of(connection)
        if unknown := self.history.unknown(self._heads):
            refuse_incomplete(connection, self.history, unknown)
            raise NewerSchema(text_of(unknown))
        if self.is_downgrade:
            self._refuse_ambiguous()
        elif self._heads == self._code_heads:
            refuse_incomplete(connection, self.history)

    def _refuse_ambiguous(self) -> None:
        """Refuse "api@-1" if the database has no revision of that branch, or several."""
        try:
            self._has_steps()
        except AssertionError as error:
            raise CommandError(
                f"{self.revision} counts from one revision of that branch, and the database has "
                f"{text_of(self._heads)}"
            ) from error

    def _keep_copy(self, connection: Connection) -> None:
        file = copies.file_of(connection)
        has_something = copies.has_rows if self.is_downgrade else copies.has_tables
        if file is None or not self._has_steps() or not has_something(connection):
            return
        try:
            self.copy = copies.keep(file, "+".join(self._heads) or "none")
        except copies.CopyError as error:
            raise SchemaError(
                f"no copy of {file} could be written beside it: {error}; nothing was changed. "
                "Make room for it, and let this user write there"
            ) from error

    def _has_steps(self) -> bool:
        try:
            if self.is_downgrade:
                steps = self.history.script.iterate_revisions(
                    self._heads, self.revision, select_for_downgrade=True
                )
            else:
                steps = self.history.script.iterate_revisions(
                    self.revision, self._heads, implicit_base=True
                )
            return any(True for _ in steps)
        except (RevisionError, CommandError):
            # Alembic will report this error itself.
            return False

    @contextmanager
    def _accounted(self, connection: Connection) -> Iterator[None]:
        """Add to an error its place, and whether the work was undone."""
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
            raise SchemaError(f"{self._text(error)}. {ending}") from error

    def _account_of_commit(self, error: BaseException) -> str:
        statement = str(getattr(error, "statement", None) or "")
        index = ", and drop the index that could not be built" * ("CONCURRENTLY" in statement)
        return (
            "It had already committed a part of its work, which remains, and only the rest was "
            f"undone. Inspect the schema{index} before this is run again: the migration then "
            f"starts from its beginning (python manage.py db current){self._of_copy()}"
        )

    def _text(self, error: BaseException) -> str:
        if isinstance(error, SchemaError):
            return str(error)
        cause = _cause(error)
        return f"the migration failed{_place(error, self.history)}: {cause}{_remedy(cause)}"

    def _drop_copy(self) -> None:
        # After a rollback, the database is equal to the copy.
        if self.copy is not None:
            self.copy.unlink(missing_ok=True)
            self.copy = None

    def _of_copy(self) -> str:
        return f"; the database as it was before is kept in {self.copy}" * bool(self.copy)


def revisions_of(connection: Connection) -> Revisions:
    """Return the revisions of a database.

    :param connection: a connection to it
    """
    return tuple(sorted(MigrationContext.configure(connection).get_current_heads()))


def refuse_incomplete(connection: Connection, history: History, unknown: Revisions = ()) -> None:
    """Check that a database has all tables and columns of the models.

    :param connection: a connection to a database that is at the heads of the code or at newer ones
    :param history: the migrations of the code
    :param unknown: the revisions of the database for which the code has no migration
    :raises IncompleteSchema: a table or column is missing
    """
    names = inventory.lacking(connection, history.branches)
    if not names:
        return
    lack = f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} missing in the database"
    if unknown:
        raise IncompleteSchema(
            f"{lack}, and this code does not know its revision, {text_of(unknown)}: it belongs to "
            "something else, or to a release that removed what this code still uses. Check "
            "DATABASE_URL, or deploy that release"
        )
    raise IncompleteSchema(
        f"{lack}, although its revision is the code's, {text_of(history.heads())}. Go back to a "
        "copy or a backup; or, if a model is new, write its migration: "
        'python manage.py db revision "why"'
    )


def _target(revision: str, history: History, *, is_downgrade: bool) -> str:
    """Return a revision for Alembic: "head" means each branch, and "-1" the team's branch."""
    if revision == "head" and not is_downgrade:
        return "heads"
    if re.fullmatch(r"[+-]\d+", revision):
        return f"{(history.team or CORE).name}@{revision}"
    return revision


def violations(connection: Connection) -> list[Violation]:
    """Return the rows that refer to missing ones.

    :param connection: a connection to a SQLite database
    """
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return [Violation(*row) for row in rows]


def _refuse_new(before: list[Violation], after: list[Violation]) -> None:
    """Refuse migrations that leave rows without the rows that they refer to.

    Earlier violations do not prevent a migration. They are counted, and not compared, since it may
    have given the rows new numbers.
    """
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
    """Return a function that undoes the work after a failure, and returns whether it could."""
    if connection.dialect.name != "sqlite":
        commits = migrator.commits_of(connection)
        return lambda: not commits
    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    driver.execute("SAVEPOINT before_migrations")

    def undo() -> bool:
        try:
            driver.execute("ROLLBACK TO before_migrations")
        except sqlite3.Error:
            # A commit has ended the savepoint.
            return False
        return True

    return undo


def _speaks_for_itself(error: BaseException) -> bool:
    """Return whether an error needs no explanation, or the change will be tried again."""
    is_tried_again = isinstance(error, DBAPIError) and is_locked(error)
    return is_tried_again or isinstance(error, CommandError) or not isinstance(error, Exception)


def _remedy(cause: str) -> str:
    match = _DEPENDENT.search(cause)
    if match is None:
        return ""
    return (
        f". SQLite cannot rename a table that {match[0]} reads, and a table that is rewritten is "
        f"renamed: drop that {match[1]} in the migration first, and create it again afterwards"
    )


def _place(error: BaseException, history: History) -> str:
    """Return the file and line of the migration that failed."""
    directories = {each.migrations.resolve() for each in history.branches}
    frames = traceback.extract_tb(error.__traceback__)
    here = [frame for frame in frames if Path(frame.filename).resolve().parent in directories]
    return f" ({Path(here[-1].filename).name}, line {here[-1].lineno})" if here else ""


def _cause(error: BaseException) -> str:
    # The other lines of a database error have the statement.
    original = getattr(error, "orig", None)
    text = str(original) if original else f"{type(error).__name__}: {error}"
    return text.partition("\n")[0].rstrip(".")
