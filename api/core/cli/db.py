"""`db`: the schema of the database."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import click
from alembic.util import CommandError

from api.core.application import Application
from api.core.cli.database import opened
from api.core.settings import Settings, load
from api.core.storage import SchemaError, drafting, schema
from api.core.storage.branches import text_of
from api.core.storage.history import History


@click.group()
def db() -> None:
    """Bring the schema of the database up to date, and back (Alembic).

    The tables of the API and those of the machinery have a branch of migrations each, api and core.
    """
    # A fault ends as a line, not as a line and a warning.
    logging.disable(logging.WARNING)


@db.command()
@click.argument("revision", default="head")
@click.pass_obj
def upgrade(application: Application, revision: str) -> None:
    """Upgrade the schema to REVISION, by default to the code's on each branch.

    core@+1 is one further on the branch of the machinery.
    """
    settings = load(application.settings)
    with opened(application, settings) as database, _known_revision():
        schema.upgrade(database, revision, tell=click.echo)
    _show(application, settings)


# -1 is a revision here, not an option.
@db.command(context_settings={"ignore_unknown_options": True})
@click.argument("revision")
@click.pass_obj
def downgrade(application: Application, revision: str) -> None:
    """Downgrade the schema to REVISION. Data is lost.

    -1 is one back on the branch of the API, core@-1 on that of the machinery; base is nothing at
    all, of either.
    """
    settings = load(application.settings)
    with opened(application, settings) as database, _known_revision():
        schema.downgrade(database, revision, tell=click.echo)
    _show(application, settings)


@db.command()
@click.pass_obj
def current(application: Application) -> None:
    """Show the revisions of the database, and the code's."""
    _show(application, load(application.settings))


@db.command()
@click.pass_obj
def heads(application: Application) -> None:
    """Show the last migration of each branch. Several of the API's are merged by `db merge`."""
    with _plain_schema():
        history = History(application.branches)
        for branch in history.branches:
            revisions = history.heads_of(branch)
            remedy = " (several: merge them)" * (len(revisions) > 1)
            click.echo(f"{branch.name}: {', '.join(revisions) or 'no migrations'}{remedy}")


@db.command()
@click.argument("message")
@click.pass_obj
def merge(application: Application, message: str) -> None:
    """Write a migration that comes after the several heads of the API's branch.

    They come of two lines of work that each added one. MESSAGE says why.
    """
    with _plain_schema():
        click.echo(drafting.merge(application.branches, message))


@db.command()
@click.argument("message")
@click.pass_obj
def revision(application: Application, message: str) -> None:
    """Write a migration from the database's schema to that of the models; MESSAGE says why.

    The database must be up to date before. Read the file over: what Alembic finds is a draft.
    """
    with opened(application, load(application.settings)) as database, _known_revision():
        click.echo(drafting.make_revision(database, message))


@contextmanager
def _known_revision() -> Iterator[None]:
    """A revision that is not there ends as a line, not as a traceback."""
    try:
        yield
    except CommandError as error:
        said = str(error).rstrip(".")
        raise click.ClickException(f"{said}. See: python manage.py db current") from error


@contextmanager
def _plain_schema() -> Iterator[None]:
    """What is wrong with the migrations ends as a line, not as a traceback."""
    try:
        yield
    except SchemaError as error:
        raise click.ClickException(f"{error}.") from error


def _show(application: Application, settings: Settings) -> None:
    with opened(application, settings) as database:
        there, wanted = schema.current(database), schema.head(database)
        is_newer = schema.is_newer(database, there)
        # What a known revision or a newer one lacks ends as an error.
        schema.is_good(database)
    if is_newer:
        click.echo(f"{text_of(there)} (newer than the code's {text_of(wanted)})")
    elif there == wanted:
        click.echo(f"{text_of(there)} (up to date)")
    else:
        click.echo(f"{text_of(there)} (the code's is {text_of(wanted)})")
