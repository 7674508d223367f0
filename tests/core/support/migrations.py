"""Migrations that a test adds to those of an application."""

import shutil
from dataclasses import replace
from pathlib import Path
from textwrap import indent

from api.core.application import Application
from api.core.storage.history import History

_FILE = '''"""A migration of a test."""

import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {down_revision!r}


def upgrade() -> None:
{upgrade}


def downgrade() -> None:
{downgrade}
'''


class Migrations:
    """A copy of an application's migrations, to which a test adds.

    application: the one whose migrations these are.
    """

    def __init__(self, directory: Path, application: Application) -> None:
        assert application.migrations is not None
        self.directory = directory / "migrations"
        shutil.copytree(application.migrations, self.directory)
        self.application = replace(application, migrations=self.directory)

    def add(
        self,
        revision: str,
        upgrade: str,
        downgrade: str = "pass",
        down_revision: str | None = None,
    ) -> Path:
        """Write a migration. upgrade, downgrade: Python, with `op` and `sa`.

        :param down_revision: the one before it, by default the head of the application's branch
        """
        file = self.directory / f"{revision}_of_a_test.py"
        text = _FILE.format(
            revision=revision,
            down_revision=down_revision or self._head(),
            upgrade=indent(upgrade, "    "),
            downgrade=indent(downgrade, "    "),
        )
        file.write_text(text)
        return file

    def _head(self) -> str:
        history = History(self.application.branches)
        assert history.team is not None
        [head] = history.heads_of(history.team)
        return head
