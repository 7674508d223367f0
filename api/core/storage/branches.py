"""Branches of migrations: the machinery's tables have one, and the tables of a team another.

So neither history forks the other: a release of the machinery brings migrations of its own, and a
team merges them without a change to its own.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import MetaData

from api.core.storage.models import Base

Revisions = tuple[str, ...]
"""Revisions of a schema in alphabetical order: one for each branch, in most cases."""


@dataclass(frozen=True)
class Branch:
    """Tables, and the migrations that make them.

    :param name: the label of the branch: the first of its migrations has it in `branch_labels`
    :param tables: the tables as the models have them
    :param migrations: the directory of the migrations
    """

    name: str
    tables: MetaData
    migrations: Path


CORE = Branch("core", Base.metadata, Path(__file__).parent / "migrations" / "versions")


def text_of(revisions: Revisions) -> str:
    """Return revisions as people read them.

    :param revisions: those of a database or of the code, possibly none
    """
    return ", ".join(revisions) or "no schema"
