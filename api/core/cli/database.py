"""The database of the commands."""

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

# libpq accepts these in the query of a URL as well.
SECRETS = ("password", "sslpassword")


def open_database(application: Application, settings: Settings) -> Database:
    """Return the database of the settings. A missing SQLite file is created for its owner alone.

    :param application: the application that has the tables
    :param settings: the settings of the database
    """
    database = Database(
        settings.database_url, wait=settings.database_timeout, branches=application.branches
    )
    if file := file_of(database):
        # If this fails, SQLite reports the reason when it opens the file.
        with suppress(OSError):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.touch(mode=0o600)
    return database


def file_of(database: Database) -> Path | None:
    """Return the file of a SQLite database, or None for a database in memory or a server.

    :param database: the database
    """
    name = database.url.database
    return Path(name) if database.is_sqlite and name and name != ":memory:" else None


def display_url(settings: Settings) -> str:
    """Return DATABASE_URL without its secrets.

    :param settings: the settings of the database
    """
    url = make_url(settings.database_url).difference_update_query(SECRETS)
    return url.render_as_string(hide_password=True)


@contextmanager
def errors_as_messages(settings: Settings) -> Iterator[None]:
    """Report an error of the database as a message, not as a traceback.

    :param settings: the settings of the database
    :raises click.ClickException: the database or its schema cannot be used
    """
    try:
        yield
    except (DBAPIError, Unavailable) as error:
        raise click.ClickException(
            f"{display_url(settings)} cannot be used: {cause(error)}. "
            "Check DATABASE_URL, and that the database exists."
        ) from error
    except SchemaError as error:
        raise click.ClickException(f"{display_url(settings)}: {error}.") from error


@contextmanager
def database_session(application: Application, settings: Settings) -> Iterator[Database]:
    """Open the database for a block, and report its errors as messages.

    :param application: the application that has the tables
    :param settings: the settings of the database
    """
    with errors_as_messages(settings):
        database = open_database(application, settings)
        try:
            yield database
        finally:
            database.engine.dispose()


@contextmanager
def ready_database(application: Application, settings: Settings) -> Iterator[Database]:
    """Open the database for a block in which queries can be run.

    :param application: the application that has the tables
    :param settings: the settings of the database
    :raises click.ClickException: the database has another schema than the code
    """
    with database_session(application, settings) as database:
        check_schema(database)
        app = Flask(__name__)
        storage.init_app(app, database)
        with app.app_context():
            yield database


def check_schema(database: Database) -> None:
    """Check that the schema of a database is not older than the code.

    :param database: the database
    :raises click.ClickException: it is older
    """
    if not schema.is_good(database):
        raise click.ClickException(f"DATABASE_URL: {schema.OUTDATED}.")


def cause(error: DBAPIError | Unavailable) -> str:
    """Return the first line of a driver's message, which has no statement and no password in it.

    :param error: the error of the database
    """
    failure = error if isinstance(error, DBAPIError) else error.__cause__
    return str(getattr(failure, "orig", None) or error).partition("\n")[0].rstrip(".")
