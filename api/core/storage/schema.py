"""Whether the database's schema is good for the code, and the migrations (Alembic) that make it so.

Migrations add first and remove a release later, so that the former release works on the schema of
the next one: a schema that is newer than the code is good, one that is older is not. Newer is a
revision that the code does not know, on a database that has every table and column of the models.
"""

import io
import logging
import shlex
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, cast

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from api.core.storage.database import Database
from api.core.storage.faults import Busy, Unavailable, is_locked
from api.core.storage.migrating import (
    Change,
    IncompleteSchema,
    NewerSchema,
    SchemaError,
    is_known,
    refuse_incomplete,
    refuse_several,
)
from api.core.storage.migrator import connection_to

log = logging.getLogger(__name__)

OUTDATED = "the database's schema is not the code's: run python manage.py db upgrade"

MIGRATIONS = Path(__file__).parent / "migrations"

# How often a change is begun that meets a lock, and the seconds between two attempts: for a minute
# or so. SQLite itself waits for several seconds in each.
ATTEMPTS = {"postgresql": 60, "sqlite": 12}
PAUSE = 1.0

# Whoever asks whether this copy is ready does not wait for long, and an answer too late is none.
PROBE = 2.0

# What a migration imports from Alembic stands for the one that is running in this process.
_alembic = threading.Lock()


def upgrade(
    database: Database,
    revision: str = "head",
    *,
    tell: Callable[[str], None] = log.info,
    sleep: Callable[[float], None] = time.sleep,
) -> Path | None:
    """Bring the schema to a revision: by default, to the code's. A newer one is left as it is.

    Returns the copy of a SQLite database that was kept, if any. Raises SchemaError, and then has
    changed nothing, unless a migration has committed by itself, which the error says.

    :param tell: takes a line at a time, about what an operator should know
    :param sleep: between two attempts to get a lock
    """
    try:
        return _change(database, Change(MIGRATIONS, revision, is_downgrade=False), tell, sleep)
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
    """Bring the schema back to an earlier revision ("-1": one back, "base": to nothing).

    Returns, raises and takes what `upgrade` does.
    """
    try:
        return _change(database, Change(MIGRATIONS, revision, is_downgrade=True), tell, sleep)
    except NewerSchema as error:
        raise SchemaError(
            f"the database is at {error}, which this code does not know: downgrade it with the "
            "release that upgraded it"
        ) from error


def make_revision(database: Database, message: str) -> Path:
    """Write a migration from the schema that the database has to the models, to be read over."""
    head()
    with database.engine.connect() as connection:
        config = _config(connection, nullcontext)
        script = command.revision(config, message, autogenerate=True)
    return Path(str(script.path))  # type: ignore[union-attr]


def current(database: Database, seconds: float | None = None) -> str | None:
    """The revision that the database is at; None where there is no schema yet.

    :param seconds: how long it may take to find out, by default as long as any transaction
    """
    return database.run(
        lambda session: _revision(session.connection()), writes=False, seconds=seconds
    )


def head() -> str | None:
    """The revision that the code is written for."""
    heads = _script().get_heads()
    refuse_several(heads, "the code")
    return heads[0] if heads else None


def is_newer(revision: str | None) -> bool:
    """Whether a database at that revision has migrations that the code does not know."""
    return revision is not None and not is_known(_script(), revision)


def is_good(database: Database, seconds: float | None = None) -> bool:
    """Whether the code can work with the database's schema: it is the code's, or a newer one.

    Raises IncompleteSchema where tables or columns are missing that go with such a revision. What
    was complete at a revision is not looked at again.

    :param seconds: as of `current`
    """
    revision = database.run(
        lambda session: _complete_revision(database, session.connection()),
        writes=False,
        seconds=seconds,
    )
    if is_newer(revision):
        database.tell_once(
            f"the database's schema is at {revision}, newer than this code, whose is {head()}; "
            "the code works with it"
        )
        return True
    return revision == head()


def fault(database: Database | None = None) -> str | None:
    """What keeps a database (the app's) from being used, in words; None where nothing does."""
    database = database or cast(Database, current_app.extensions["database"])
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


def _revision(connection: Connection) -> str | None:
    heads = MigrationContext.configure(connection).get_current_heads()
    refuse_several(heads)
    return heads[0] if heads else None


def _complete_revision(database: Database, connection: Connection) -> str | None:
    """The revision; where it is the code's or a newer one, all that the models need is there."""
    revision = _revision(connection)
    if revision is None or revision in database.complete_revisions:
        return revision
    if is_newer(revision) or revision == head():
        refuse_incomplete(connection, revision, is_known=not is_newer(revision))
        database.complete_revisions.add(revision)
    return revision


def _change(
    database: Database,
    change: Change,
    tell: Callable[[str], None],
    sleep: Callable[[float], None],
) -> Path | None:
    head()
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
    with _alembic, connection_to(database.engine, tell, sleep) as connection:
        try:
            run(_config(connection, change.guarded, change.applied), change.revision)
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


def _script() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def _config(
    connection: Connection, guarded: Callable[..., Any], applied: Callable[..., None] | None = None
) -> Config:
    """
    :param connection: to migrate on
    :param guarded: what goes around the migrations, in their transaction
    :param applied: is called after each of them
    """
    # Alembic would say on standard output what the commands say themselves.
    attributes = {"connection": connection, "guarded": guarded, "applied": applied}
    config = Config(attributes=attributes, stdout=io.StringIO())
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
