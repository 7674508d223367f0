"""Whether the database's schema is good for the code, and the upgrades that make it so.

Migrations add first and remove a release later, so that the former release works on the schema of
the next one: a schema that is newer than the code is good, one that is older is not. Newer is a
revision that the code does not know, on a database that has every table and column of the models.
"""

import logging
import shlex
import threading
import time
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from api.core.storage.branches import Revisions, text_of
from api.core.storage.database import Database
from api.core.storage.extension import current_database
from api.core.storage.faults import Busy, Unavailable, is_locked
from api.core.storage.history import History, SchemaError
from api.core.storage.migrating import (
    Change,
    IncompleteSchema,
    NewerSchema,
    refuse_incomplete,
    revisions_of,
)
from api.core.storage.migrator import connection_to

log = logging.getLogger(__name__)

OUTDATED = "the database's schema is not the code's: run python manage.py db upgrade"

# How often a change is begun that meets a lock, and the seconds between two attempts: for a minute
# or so. SQLite itself waits for several seconds in each.
ATTEMPTS = {"postgresql": 60, "sqlite": 12}
PAUSE = 1.0

# Whoever asks whether this copy is ready does not wait for long, and an answer too late is none.
PROBE = 2.0

# What a migration imports from Alembic stands for the one that is running in this process.
ALEMBIC = threading.Lock()


def upgrade(
    database: Database,
    revision: str = "head",
    *,
    tell: Callable[[str], None] = log.info,
    sleep: Callable[[float], None] = time.sleep,
) -> Path | None:
    """Bring the schema to a revision: by default, to the heads of the code, one for each branch.

    A newer schema is left as it is.

    Returns the copy of a SQLite database that was kept, if any. Raises SchemaError, and then has
    changed nothing, unless a migration has committed by itself, which the error says.

    :param tell: takes a line at a time, about what an operator should know
    :param sleep: between two attempts to get a lock
    """
    try:
        change = Change(database.branches, revision, is_downgrade=False)
        return _change(database, change, tell, sleep)
    except NewerSchema as error:
        tell(f"The database is at {error}, which is newer than this code: there is nothing to do.")
        return None


def downgrade(
    database: Database,
    revision: str,
    *,
    tell: Callable[[str], None] = log.info,
    sleep: Callable[[float], None] = time.sleep,
) -> Path | None:
    """Bring the schema back to an earlier revision.

    "-1" is one back on the team's branch, "core@-1" one on the machinery's; "base" is nothing at
    all, of any branch. Returns, raises and takes what `upgrade` does.
    """
    try:
        change = Change(database.branches, revision, is_downgrade=True)
        return _change(database, change, tell, sleep)
    except NewerSchema as error:
        raise SchemaError(
            f"the database is at {error}, which this code does not know: downgrade it with the "
            "release that upgraded it"
        ) from error


def current(database: Database, seconds: float | None = None) -> Revisions:
    """Return the revisions that the database is at; none where there is no schema yet.

    :param seconds: how long it may take to find out, by default as long as any transaction
    """
    return database.run(
        lambda session: revisions_of(session.connection()), writes=False, seconds=seconds
    )


def head(database: Database) -> Revisions:
    """Return the revisions that the code is written for: the head of each branch.

    :raises SchemaError: a branch has several heads
    """
    return History(database.branches).heads()


def is_newer(database: Database, revisions: Revisions) -> bool:
    """Return whether a database at these revisions has migrations that the code does not know.

    :param revisions: those of the database
    """
    return bool(History(database.branches).unknown(revisions))


def is_good(database: Database, seconds: float | None = None) -> bool:
    """Return whether the code can work with the database's schema: its own, or a newer one.

    What was complete at some revisions is not looked at again.

    :param seconds: as of `current`
    :raises IncompleteSchema: tables or columns are missing that go with such revisions
    """
    history = History(database.branches)
    revisions = database.run(
        lambda session: _complete_revisions(database, history, session.connection()),
        writes=False,
        seconds=seconds,
    )
    if unknown := history.unknown(revisions):
        database.tell_once(
            f"the database's schema is at {text_of(unknown)}, newer than this code, whose is "
            f"{text_of(history.heads())}; the code works with it"
        )
        return True
    return revisions == history.heads()


def fault(database: Database | None = None) -> str | None:
    """What keeps a database (the app's) from being used, in words; None where nothing does."""
    database = database or current_database()
    try:
        return None if is_good(database, PROBE) else "the database's schema is not the code's"
    except Busy:
        # To send requests to another copy would not help: all share the database.
        return None
    except Unavailable as error:
        return f"the database cannot be used: {error}"
    except IncompleteSchema as error:
        log.warning("the database cannot be used: %s", error)
        # What to do is for the log: everybody may ask whether this copy is ready.
        return str(error).partition(". ")[0]
    except (CommandError, SchemaError, SQLAlchemyError) as error:
        log.warning("the schema cannot be read: %s", error)
        return "the database's schema cannot be read"


def _complete_revisions(database: Database, history: History, connection: Connection) -> Revisions:
    """The revisions; where they are the code's or newer, all that the models need is there."""
    heads = history.heads()
    revisions = revisions_of(connection)
    if revisions in database.complete_revisions:
        return revisions
    unknown = history.unknown(revisions)
    if unknown or revisions == heads:
        refuse_incomplete(connection, history, unknown)
        database.complete_revisions.add(revisions)
    return revisions


def _change(
    database: Database,
    change: Change,
    tell: Callable[[str], None],
    sleep: Callable[[float], None],
) -> Path | None:
    attempts = ATTEMPTS.get(database.engine.dialect.name, 1)
    for attempt in range(1, attempts + 1):
        try:
            _run(database, change, tell, sleep)
        except DBAPIError as error:
            if not is_locked(error):
                raise
        else:
            _tell_of_copy(change.copy, database, tell)
            return change.copy
        if attempt % 10 == 1:
            tell(
                "Another transaction holds a lock that is needed "
                f"(attempt {attempt} of {attempts})."
            )
        if attempt < attempts:
            sleep(PAUSE)
    raise SchemaError(
        "another transaction holds a lock that is needed, and nothing was changed. Look for a "
        "transaction that has been open for long, end it, and run this again"
    )


def _run(
    database: Database,
    change: Change,
    tell: Callable[[str], None],
    sleep: Callable[[float], None],
) -> None:
    run = command.downgrade if change.is_downgrade else command.upgrade
    with ALEMBIC, connection_to(database.engine, tell, sleep) as connection:
        try:
            run(change.history.config(connection, change.guarded, change.applied), change.revision)
        except BaseException as error:
            if change.is_checked:
                raise change.failed_commit(error) from error
            raise


def _tell_of_copy(copy: Path | None, database: Database, tell: Callable[[str], None]) -> None:
    if copy is not None:
        file = shlex.quote(str(copy.with_name(Path(str(database.url.database)).name)))
        tell(f"The database as it was before is kept in {copy}")
        tell(
            "To go back to it, without what was written since, stop the service, and run: "
            f"rm -f {file}-wal {file}-shm && cp {shlex.quote(str(copy))} {file}"
        )
