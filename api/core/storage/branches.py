"""Branches of migrations: one for the tables of the machinery, and one for those of the team.

The two histories are independent: a release of the machinery adds migrations to its own branch,
and a team merges it without a change to the other.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import MetaData

from api.core.storage.models import Base

Revisions = tuple[str, ...]
"""Revisions of a schema in alphabetical order: one for each branch, in most cases."""


@dataclass(frozen=True)
class Branch:
    """Tables and their migrations.

    :param name: the label of the branch, which its first migration has in `branch_labels`
    :param tables: the tables of the models
    :param migrations: the directory of the migrations
    """

    name: str
    tables: MetaData
    migrations: Path


CORE = Branch("core", Base.metadata, Path(__file__).parent / "migrations" / "versions")


def text_of(revisions: Revisions) -> str:
    """Return revisions as text for a message.

    :param revisions: the revisions of a database or of the code; there may be none
    """
    return ", ".join(revisions) or "no schema"
