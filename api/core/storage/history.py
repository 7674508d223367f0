"""The migrations that the code has, and the heads of each branch."""

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
    """The schema was not changed, or cannot be read; the text says why, and what to do."""


class History:
    """The migrations of some branches, as they are in their directories now.

    :param branches: the machinery's, and the team's if it has tables
    """

    def __init__(self, branches: tuple[Branch, ...]) -> None:
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
        # Those that an upgraded database lists: not one that a head of another branch depends on.
        return tuple(sorted(self.script.get_heads(consider_depends_on=True)))

    def heads_of(self, branch: Branch) -> Revisions:
        """Return the revisions of a branch that no other one comes after.

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
        """Return whether the code has the migration.

        :param revision: of a database
        """
        return revision in self._scripts

    def unknown(self, revisions: Revisions) -> Revisions:
        """Return those of some revisions that the code has no migration for.

        :param revisions: of a database
        """
        return tuple(each for each in revisions if not self.knows(each))

    def config(
        self,
        connection: Connection,
        guarded: Callable[..., Any],
        applied: Callable[..., None] | None = None,
    ) -> Config:
        """Return what Alembic is told; `migrations/env.py` reads the attributes.

        :param connection: to migrate on
        :param guarded: what goes around the migrations, in their transaction
        :param applied: is called after each of them
        """
        attributes = {
            "connection": connection,
            "guarded": guarded,
            "applied": applied,
            "tables": (self.team or CORE).tables,
            "foreign": _foreign(self.branches, self.team),
        }
        # Alembic would write on standard output what the commands say themselves.
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
    """The tables of the other branches, which are nothing to a draft of the team's."""
    others = (each for each in branches if each is not team)
    return frozenset(name for each in others for name in each.tables.tables)
