"""New migrations in the team's directory: drafts of changes, written ones, and merges of heads."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any, cast

from alembic import command
from alembic.script import Script
from alembic.util import rev_id

from api.core.storage.branches import CORE, Branch
from api.core.storage.database import Database
from api.core.storage.history import History, SchemaError
from api.core.storage.schema import ALEMBIC


def make_revision(database: Database, message: str) -> Path:
    """Write the draft of a migration from the database's schema to the team's models.

    :param database: a database at the heads of the code
    :param message: the reason for the migration
    :returns: the file of the draft
    :raises SchemaError: a branch has several heads, or the application has no tables
    """
    history = History(database.branches)
    history.heads()
    team = _team(history)
    heads = history.heads_of(team)
    with ALEMBIC, database.engine.connect() as connection:
        script = command.revision(
            history.config(connection, nullcontext),
            message,
            autogenerate=True,
            head=heads[0] if heads else "base",
            branch_label=None if heads else team.name,
            version_path=str(team.migrations),
        )
    return Path(cast(Script, script).path)


def merge(branches: tuple[Branch, ...], message: str) -> Path:
    """Write a migration that merges the heads of the team's branch.

    :param branches: the branches of the application
    :param message: the reason for the migration
    :returns: its file
    :raises SchemaError: the branch does not have several heads
    """
    history = History(branches)
    team = _team(history)
    heads = history.heads_of(team)
    if len(heads) < 2:
        ending = f"one head, {heads[0]}" if heads else "no migrations"
        raise SchemaError(f'there is nothing to merge: the branch "{team.name}" has {ending}')
    return _generate(history, team, message, head=heads)


def write(branches: tuple[Branch, ...], message: str, upgrade: str, downgrade: str) -> Path:
    """Write a migration that follows the head of the team's branch, or begins the branch.

    :param branches: the branches of the application
    :param message: what it does
    :param upgrade: the statements that upgrade
    :param downgrade: the statements that downgrade
    :returns: its file
    :raises SchemaError: a branch has several heads, or the application has no tables
    """
    history = History(branches)
    history.heads()
    team = _team(history)
    heads = history.heads_of(team)
    return _generate(
        history,
        team,
        message,
        head=heads[0] if heads else "base",
        branch_labels=None if heads else [team.name],
        upgrades=upgrade,
        downgrades=downgrade,
    )


def _generate(history: History, team: Branch, message: str, **options: Any) -> Path:
    script = history.script.generate_revision(
        rev_id(), message, version_path=str(team.migrations), **options
    )
    return Path(cast(Script, script).path)


def _team(history: History) -> Branch:
    if history.team is None:
        raise SchemaError(
            f'this application has no tables of its own, and the branch "{CORE.name}" is not its '
            "own: give it tables and migrations, in api/application.py"
        )
    return history.team
