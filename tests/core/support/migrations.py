"""Migrations that a test adds to those of the code."""

import shutil
from pathlib import Path
from textwrap import indent

from api.core.storage import schema

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
    """A copy of the code's migrations, to which a test adds."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "migrations"
        shutil.copytree(schema.MIGRATIONS, self.directory)

    def add(
        self,
        revision: str,
        upgrade: str,
        downgrade: str = "pass",
        down_revision: str | None = None,
    ) -> Path:
        """Write one. upgrade, downgrade: Python, with `op` and `sa`.

        :param down_revision: the one before it, by default the code's head
        """
        file = self.directory / "versions" / f"{revision}_of_a_test.py"
        text = _FILE.format(
            revision=revision,
            down_revision=schema.head() if down_revision is None else down_revision,
            upgrade=indent(upgrade, "    "),
            downgrade=indent(downgrade, "    "),
        )
        file.write_text(text)
        return file
