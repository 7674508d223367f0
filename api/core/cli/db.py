"""`db`: the schema of the database."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import click
from alembic.util import CommandError

from api.core import settings
from api.core.cli.database import opened
from api.core.settings import Settings
from api.core.storage import schema


@click.group()
def db() -> None:
    """Bring the schema of the database up to date, and back (Alembic)."""
    # A fault ends as a line, not as a line and a warning.
    logging.disable(logging.WARNING)


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Upgrade the schema to REVISION, by default to the code's."""
    found = settings.load()
    with opened(found) as database, _known_revision():
        schema.upgrade(database, revision, tell=click.echo)
    _show(found)


# -1 is a revision here, not an option.
@db.command(context_settings={"ignore_unknown_options": True})
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Downgrade the schema to REVISION; -1 is one back, base is nothing at all. Data is lost."""
    found = settings.load()
    with opened(found) as database, _known_revision():
        schema.downgrade(database, revision, tell=click.echo)
    _show(found)


@db.command()
def current() -> None:
    """Show the revision of the database, and the code's."""
    _show(settings.load())


@db.command()
@click.argument("message")
def revision(message: str) -> None:
    """Write a migration from the database's schema to that of the models; MESSAGE says why.

    The database must be up to date before. Read the file over: what Alembic finds is a draft.
    """
    found = settings.load()
    with opened(found) as database, _known_revision():
        click.echo(schema.make_revision(database, message))


@contextmanager
def _known_revision() -> Iterator[None]:
    """A revision that is not there ends as a line, not as a traceback."""
    try:
        yield
    except CommandError as error:
        said = str(error).rstrip(".")
        raise click.ClickException(f"{said}. See: python manage.py db current") from error


def _show(found: Settings) -> None:
    with opened(found) as database:
        there, wanted = schema.current(database), schema.head()
        is_newer = schema.is_newer(there)
        # What a known revision or a newer one lacks ends as an error.
        schema.is_good(database)
    if is_newer:
        click.echo(f"{there} (newer than the code's {wanted})")
    elif there == wanted:
        click.echo(f"{there} (up to date)")
    else:
        click.echo(f"{there or 'no schema'} (the code's is {wanted})")
