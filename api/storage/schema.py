"""Is the database's schema the code's? And the migrations that make it so (Alembic)."""

import io
import logging
from pathlib import Path
from typing import cast

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from api.storage.database import Database, Unavailable

log = logging.getLogger(__name__)

OUTDATED = "the database's schema is not the code's: run python manage.py db upgrade"

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to a revision: by default, to the code's."""
    command.upgrade(_config(database), revision)


def downgrade(database: Database, revision: str) -> None:
    """Bring the schema back to an earlier revision ("-1": one back, "base": to nothing)."""
    command.downgrade(_config(database), revision)


def make_revision(database: Database, message: str) -> Path:
    """Write a migration from the schema that the database has to the models, to be read over."""
    script = command.revision(_config(database), message, autogenerate=True)
    return Path(str(script.path))  # type: ignore[union-attr]


def current(database: Database) -> str | None:
    """The revision that the database is at; None where there is no schema yet."""
    return database.run(
        lambda session: MigrationContext.configure(session.connection()).get_current_revision(),
        writes=False,
    )


def head() -> str | None:
    """The revision that the code is written for."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def fault(database: Database | None = None) -> str | None:
    """What keeps a database (the app's) from being used, in words; None where nothing does."""
    database = database or cast(Database, current_app.extensions["database"])
    try:
        return None if current(database) == head() else "the database's schema is not the code's"
    except Unavailable as error:
        return f"the database cannot be used: {error}"
    except (CommandError, SQLAlchemyError) as error:
        log.warning("the schema cannot be read: %s", error)
        return "the database's schema cannot be read"


def _config(database: Database) -> Config:
    # It would say on standard output what the commands say themselves.
    config = Config(attributes={"database": database}, stdout=io.StringIO())
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
