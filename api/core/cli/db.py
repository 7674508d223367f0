"""`db`: upgrades and downgrades the schema of the database, and drafts migrations."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import click
from alembic.util import CommandError

from api.core.application import Application
from api.core.cli.database import database_session
from api.core.settings import Settings, load
from api.core.storage import SchemaError, drafting, schema
from api.core.storage.branches import text_of
from api.core.storage.history import History


@click.group()
def db() -> None:
    """Bring the schema of the database up to date, and back (Alembic).

    The tables of the API and those of the machinery have a branch of migrations each, api and core.
    """
    # The commands print each error themselves.
    logging.disable(logging.WARNING)


@db.command()
@click.argument("revision", default="head")
@click.pass_obj
def upgrade(application: Application, revision: str) -> None:
    """Upgrade the schema to REVISION, by default to the code's on each branch.

    core@+1 is one further on the branch of the machinery.
    """
    settings = load(application.settings)
    with database_session(application, settings) as database, _alembic_errors_as_messages():
        schema.upgrade(database, revision, tell=click.echo)
    _show(application, settings)


# click would read the revision -1 as an option.
@db.command(context_settings={"ignore_unknown_options": True})
@click.argument("revision")
@click.pass_obj
def downgrade(application: Application, revision: str) -> None:
    """Downgrade the schema to REVISION. Data is lost.

    -1 is one back on the branch of the API, core@-1 on that of the machinery; base removes all
    tables of both.
    """
    settings = load(application.settings)
    with database_session(application, settings) as database, _alembic_errors_as_messages():
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
    with _schema_errors_as_messages():
        history = History(application.branches)
        for branch in history.branches:
            revisions = history.heads_of(branch)
            remedy = " (several: merge them)" * (len(revisions) > 1)
            click.echo(f"{branch.name}: {', '.join(revisions) or 'no migrations'}{remedy}")


@db.command()
@click.argument("message")
@click.pass_obj
def merge(application: Application, message: str) -> None:
    """Write a migration that merges the heads of the API's branch.

    A branch has several heads if two lines of work each added a migration. MESSAGE is the reason.
    """
    with _schema_errors_as_messages():
        click.echo(drafting.merge(application.branches, message))


@db.command()
@click.argument("message")
@click.pass_obj
def revision(application: Application, message: str) -> None:
    """Write a migration from the database's schema to that of the models. MESSAGE is the reason.

    The database must be up to date. Alembic writes a draft: read it, and correct it.
    """
    settings = load(application.settings)
    with database_session(application, settings) as database, _alembic_errors_as_messages():
        click.echo(drafting.make_revision(database, message))


@contextmanager
def _alembic_errors_as_messages() -> Iterator[None]:
    """Report an error of Alembic, such as an unknown revision, as a message."""
    try:
        yield
    except CommandError as error:
        message = str(error).rstrip(".")
        raise click.ClickException(f"{message}. See: python manage.py db current") from error


@contextmanager
def _schema_errors_as_messages() -> Iterator[None]:
    """Report an error of the migrations as a message."""
    try:
        yield
    except SchemaError as error:
        raise click.ClickException(f"{error}.") from error


def _show(application: Application, settings: Settings) -> None:
    with database_session(application, settings) as database:
        current, head = schema.current(database), schema.head(database)
        is_newer = schema.is_newer(database, current)
        # This raises an error if tables or columns are missing.
        schema.is_good(database)
    if is_newer:
        click.echo(f"{text_of(current)} (newer than the code's {text_of(head)})")
    elif current == head:
        click.echo(f"{text_of(current)} (up to date)")
    else:
        click.echo(f"{text_of(current)} (the code's is {text_of(head)})")
