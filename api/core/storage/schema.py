"""The compatibility of the database's schema with the code, upgrades and downgrades.

A release may add to the schema, and only the next one removes what is no longer used, so that the
former release works with the schema of the next one. A schema that is newer than the code is
therefore compatible, and an older one is not. A schema is newer if the code does not know its
revision, and it has all tables and columns of the models.
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

# The attempts of a change that meets a lock, and the seconds between them: about a minute in total,
# since SQLite waits for several seconds in each attempt.
ATTEMPTS = {"postgresql": 60, "sqlite": 12}
PAUSE = 1.0

# The deadline of the readiness check in seconds: load balancers do not wait for long.
PROBE = 2.0

# The module alembic.op refers to the only migration that may run in this process at a time.
ALEMBIC = threading.Lock()


def upgrade(
    database: Database,
    revision: str = "head",
    *,
    tell: Callable[[str], None] = log.info,
    sleep: Callable[[float], None] = time.sleep,
) -> Path | None:
    """Upgrade the schema to a revision. A newer schema is not changed.

    :param database: the database
    :param revision: the revision; by default the heads of the code, one for each branch
    :param tell: called with each line of text for the operator
    :param sleep: waits between two attempts to get a lock
    :returns: the backup copy of a SQLite database, if one was made
    :raises SchemaError: the upgrade failed, and nothing was changed, unless a migration had
        committed by itself, which the error then says
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
    """Downgrade the schema to an earlier revision.

    :param database: the database
    :param revision: the revision; "-1" is one back on the team's branch, "core@-1" one on the
        machinery's, and "base" removes all tables of both
    :param tell: called with each line of text for the operator
    :param sleep: waits between two attempts to get a lock
    :returns: the backup copy of a SQLite database, if one was made
    :raises SchemaError: the downgrade failed, as of `upgrade`
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
    """Return the revisions of a database, which are none if it has no schema.

    :param database: the database
    :param seconds: the deadline, by default that of any transaction
    """
    return database.run(
        lambda session: revisions_of(session.connection()), writes=False, seconds=seconds
    )


def head(database: Database) -> Revisions:
    """Return the revisions of the code: the head of each branch.

    :param database: the database, which has the branches
    :raises SchemaError: a branch has several heads
    """
    return History(database.branches).heads()


def is_newer(database: Database, revisions: Revisions) -> bool:
    """Return whether a database has migrations that the code does not know.

    :param database: the database
    :param revisions: its revisions
    """
    return bool(History(database.branches).unknown(revisions))


def is_good(database: Database, seconds: float | None = None) -> bool:
    """Return whether the code can work with the schema of a database: its own, or a newer one.

    Tables and columns are compared only once for the same revisions.

    :param database: the database
    :param seconds: the deadline, by default that of any transaction
    :raises IncompleteSchema: tables or columns are missing, although the revisions include them
    """
    history = History(database.branches)
    revisions = database.run(
        lambda session: _complete_revisions(database, history, session.connection()),
        writes=False,
        seconds=seconds,
    )
    if unknown := history.unknown(revisions):
        database.log_once(
            f"the database's schema is at {text_of(unknown)}, newer than this code, whose is "
            f"{text_of(history.heads())}; the code works with it"
        )
        return True
    return revisions == history.heads()


def fault(database: Database | None = None) -> str | None:
    """Return why a database cannot be used, or None if it can.

    :param database: the database, by default that of the current app
    """
    database = database or current_database()
    try:
        return None if is_good(database, PROBE) else "the database's schema is not the code's"
    except Busy:
        # Requests should not be sent to another instance, since all share the database.
        return None
    except Unavailable as error:
        return f"the database cannot be used: {error}"
    except IncompleteSchema as error:
        log.warning("the database cannot be used: %s", error)
        # Anybody may read the result of the readiness check, so only the log has the remedy.
        return str(error).partition(". ")[0]
    except (CommandError, SchemaError, SQLAlchemyError) as error:
        log.warning("the schema cannot be read: %s", error)
        return "the database's schema cannot be read"


def _complete_revisions(database: Database, history: History, connection: Connection) -> Revisions:
    """Return the revisions, after a check of the tables if they are the code's or newer."""
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
        tell(f"A copy of the database before the change was kept in {copy}")
        tell(
            "To restore it, without later changes, stop the service, and run: "
            f"rm -f {file}-wal {file}-shm && cp {shlex.quote(str(copy))} {file}"
        )
