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

# As SQLite names what reads a table that is to be renamed.
_DEPENDENT = re.compile(r"(?<=error in )(view|trigger) [^:]+")


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

    def __init__(self, branches: tuple[Branch, ...], revision: str, *, is_downgrade: bool) -> None:
        """
        :param branches: whose migrations there are
        :param revision: the one to go to
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
        self._heads = revisions_of(connection)
        if unknown := self.history.unknown(self._heads):
            refuse_incomplete(connection, self.history, unknown)
            raise NewerSchema(text_of(unknown))
        if self.is_downgrade:
            self._refuse_ambiguous()
        elif self._heads == self._code_heads:
            refuse_incomplete(connection, self.history)

    def _refuse_ambiguous(self) -> None:
        """Refuse "api@-1" where the database has no revision of that branch, or several."""
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
            raise SchemaError(f"{self._text(error)}. {ending}") from error

    def _account_of_commit(self, error: BaseException) -> str:
        statement = str(getattr(error, "statement", None) or "")
        index = ", and drop the index that could not be built" * ("CONCURRENTLY" in statement)
        return (
            "It had committed a part of its work by then, which stays, and only the rest was "
            f"undone. Look at what is there{index}, before this is run again: the migration then "
            f"begins anew (python manage.py db current){self._of_copy()}"
        )

    def _text(self, error: BaseException) -> str:
        if isinstance(error, SchemaError):
            return str(error)
        cause = _cause(error)
        return f"the migration failed{_place(error, self.history)}: {cause}{_remedy(cause)}"

    def _drop_copy(self) -> None:
        """The database is what the copy is."""
        if self.copy is not None:
            self.copy.unlink(missing_ok=True)
            self.copy = None

    def _of_copy(self) -> str:
        return f"; the database as it was before is kept in {self.copy}" * bool(self.copy)


def revisions_of(connection: Connection) -> Revisions:
    """Return the revisions that a database is at.

    :param connection: to the database
    """
    return tuple(sorted(MigrationContext.configure(connection).get_current_heads()))


def refuse_incomplete(connection: Connection, history: History, unknown: Revisions = ()) -> None:
    """Refuse a database that lacks what the models need.

    :param connection: to the database, at the heads of the code or at newer ones
    :param history: the migrations of the code
    :param unknown: the revisions of the database that the code has no migration for
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
    """A revision as Alembic takes it: "head" is that of each branch, "-1" is one of the team's."""
    if revision == "head" and not is_downgrade:
        return "heads"
    if re.fullmatch(r"[+-]\d+", revision):
        return f"{(history.team or CORE).name}@{revision}"
    return revision


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


def _remedy(cause: str) -> str:
    match = _DEPENDENT.search(cause)
    if match is None:
        return ""
    return (
        f". SQLite does not rename a table that {match[0]} reads, as is done with one that is "
        f"written anew: have the migration drop that {match[1]} first, and create it again"
    )


def _place(error: BaseException, history: History) -> str:
    """The file and the line of the migration that failed."""
    directories = {each.migrations.resolve() for each in history.branches}
    frames = traceback.extract_tb(error.__traceback__)
    here = [frame for frame in frames if Path(frame.filename).resolve().parent in directories]
    return f" ({Path(here[-1].filename).name}, line {here[-1].lineno})" if here else ""


def _cause(error: BaseException) -> str:
    """The first line: an error of the database has the statement in the others."""
    original = getattr(error, "orig", None)
    text = str(original) if original else f"{type(error).__name__}: {error}"
    return text.partition("\n")[0].rstrip(".")
