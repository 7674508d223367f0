"""The migrations of the code and the heads of each branch."""

import io
import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import Connection

from api.core.storage.branches import CORE, Branch, Revisions

ENVIRONMENT = Path(__file__).parent / "migrations"


class SchemaError(Exception):
    """The schema cannot be read or changed. The text has the cause and the remedy."""


class History:
    """The migrations in the directories of the branches."""

    def __init__(self, branches: tuple[Branch, ...]) -> None:
        """
        :param branches: the branch of the machinery, and that of the team if it has tables
        """
        self.branches = branches
        self.script = ScriptDirectory(
            str(ENVIRONMENT),
            version_locations=[str(each.migrations) for each in branches],
            messaging_opts={"quiet": True},
        )

    @property
    def team(self) -> Branch | None:
        """The branch of the team, if it has tables."""
        return next((each for each in self.branches if each is not CORE), None)

    def heads(self) -> Revisions:
        """Return the head of each branch that has migrations.

        :raises SchemaError: a branch has several heads, or the files contradict each other
        """
        for branch in self.branches:
            heads = self.heads_of(branch)
            if len(heads) > 1:
                raise SchemaError(
                    f'the migrations of the branch "{branch.name}" in {branch.migrations} have '
                    f"several heads: {', '.join(heads)}. {_remedy(branch)}"
                )
        # An upgraded database does not list a head that a head of another branch depends on.
        return tuple(sorted(self.script.get_heads(consider_depends_on=True)))

    def heads_of(self, branch: Branch) -> Revisions:
        """Return the heads of a branch: the revisions that no other follows.

        :param branch: one of `branches`
        :raises SchemaError: the files contradict each other
        """
        directory = branch.migrations.resolve()
        return tuple(
            sorted(
                each.revision
                for each in self._scripts.values()
                if each.is_head and Path(each.path).resolve().parent == directory
            )
        )

    def knows(self, revision: str) -> bool:
        """Return whether the code has a migration.

        :param revision: the revision of a database
        """
        return revision in self._scripts

    def unknown(self, revisions: Revisions) -> Revisions:
        """Return the revisions for which the code has no migration.

        :param revisions: the revisions of a database
        """
        return tuple(each for each in revisions if not self.knows(each))

    def config(
        self,
        connection: Connection,
        guarded: Callable[..., Any],
        applied: Callable[..., None] | None = None,
    ) -> Config:
        """Return the configuration of Alembic, whose attributes `migrations/env.py` reads.

        :param connection: the connection that runs the migrations
        :param guarded: a context manager around the migrations, in their transaction
        :param applied: called after each migration
        """
        attributes = {
            "connection": connection,
            "guarded": guarded,
            "applied": applied,
            "tables": (self.team or CORE).tables,
            "foreign": _foreign(self.branches, self.team),
        }
        # The commands print their own messages instead of Alembic's.
        config = Config(attributes=attributes, stdout=io.StringIO())
        locations = os.pathsep.join(str(each.migrations) for each in self.branches)
        for name, value in (
            ("script_location", str(ENVIRONMENT)),
            ("path_separator", "os"),
            ("version_locations", locations),
        ):
            config.set_main_option(name, value.replace("%", "%%"))
        return config

    @cached_property
    def _scripts(self) -> dict[str, Script]:
        try:
            return {each.revision: each for each in self.script.walk_revisions()}
        except (RevisionError, CommandError) as error:
            raise SchemaError(f"the migrations contradict each other: {error}") from error
        except KeyError as error:
            raise SchemaError(
                f"a migration has {error} as its down_revision, and there is no such migration. "
                "Bring its file back, or name another one there"
            ) from error


def _remedy(branch: Branch) -> str:
    if branch is CORE:
        return "Bring that directory back to what the release of the machinery has in it"
    return 'Merge them: python manage.py db merge "why"'


def _foreign(branches: tuple[Branch, ...], team: Branch | None) -> frozenset[str]:
    """Return the tables of other branches, which a draft of the team must not change."""
    others = (each for each in branches if each is not team)
    return frozenset(name for each in others for name in each.tables.tables)
