"""A command of the demo's own, which needs the database."""

import logging

import click
from sqlalchemy import func, select

from api.core import settings
from api.core.application import Application
from api.core.cli.database import ready_database
from tests.core.demo.messages import Message


@click.command("count")
@click.pass_obj
def count(application: Application) -> None:
    """Count the messages."""
    logging.disable(logging.WARNING)
    with ready_database(application, settings.load()) as database:
        query = select(func.count()).select_from(Message)
        click.echo(database.run(lambda session: session.scalars(query).one(), writes=False))
