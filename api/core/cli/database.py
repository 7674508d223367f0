"""The database, as the commands open it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from api.core import storage
from api.core.application import Application
from api.core.settings import Settings
from api.core.storage import Database, SchemaError, Unavailable, schema

# libpq takes these from the query of an address as well.
SECRETS = ("password", "sslpassword")


def open_database(application: Application, settings: Settings) -> Database:
    """Return the database of the settings; a SQLite file that is missing is made.

    Only its owner may read the file.

    :param application: whose tables there are
    """
    database = Database(
        settings.database_url, wait=settings.database_timeout, branches=application.branches
    )
    if file := file_of(database):
        # What keeps us from it, SQLite says itself.
        with suppress(OSError):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.touch(mode=0o600)
    return database


def file_of(database: Database) -> Path | None:
    """The file of a SQLite database, unless it is one in memory."""
    name = database.url.database
    return Path(name) if database.is_sqlite and name and name != ":memory:" else None


def place(settings: Settings) -> str:
    """The database's address, without what is secret in it."""
    shown = make_url(settings.database_url).difference_update_query(SECRETS)
    return shown.render_as_string(hide_password=True)


@contextmanager
def plainly(settings: Settings) -> Iterator[None]:
    """A database that cannot be used ends as a line, not as a traceback."""
    try:
        yield
    except (DBAPIError, Unavailable) as error:
        raise click.ClickException(
            f"{place(settings)} cannot be used: {cause(error)}. "
            "Check DATABASE_URL, and that the database is there."
        ) from error
    except SchemaError as error:
        raise click.ClickException(f"{place(settings)}: {error}.") from error


@contextmanager
def opened(application: Application, settings: Settings) -> Iterator[Database]:
    """The database of the settings, plainly, until the end of the block.

    :param application: whose tables there are
    """
    with plainly(settings):
        database = open_database(application, settings)
        try:
            yield database
        finally:
            database.engine.dispose()


@contextmanager
def ready_database(application: Application, settings: Settings) -> Iterator[Database]:
    """The database with the code's schema: until the end of the block, queries go to it.

    :param application: whose tables there are
    """
    with opened(application, settings) as database:
        check_schema(database)
        app = Flask(__name__)
        storage.init_app(app, database)
        with app.app_context():
            yield database


def check_schema(database: Database) -> None:
    """Refuse a schema that is older than the code."""
    if not schema.is_good(database):
        raise click.ClickException(f"DATABASE_URL: {schema.OUTDATED}.")


def cause(error: DBAPIError | Unavailable) -> str:
    """What the driver says, its first line: that has no statement in it, and no password."""
    failure = error if isinstance(error, DBAPIError) else error.__cause__
    return str(getattr(failure, "orig", None) or error).partition("\n")[0].rstrip(".")
