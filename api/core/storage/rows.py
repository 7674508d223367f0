"""Columns that the rows of many tables have: a version with its ETag, and times."""

from datetime import UTC, datetime
from secrets import randbelow
from typing import Any
from urllib.parse import quote

from sqlalchemy import Integer, event, inspect
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column

from api.core.storage.encoding import encode
from api.core.storage.models import UtcDateTime

# In a table, the columns of these classes come after its own.
_LAST = 1000


def first_version() -> int:
    """Return the version of a new row: not that of a deleted row which had the same key."""
    return 1 + randbelow(2**30)


def now() -> datetime:
    """Return the present time, in UTC."""
    return datetime.now(UTC)


class Versioned(MappedAsDataclass):
    """Gives a table a version, which each change of a row increments, and rows their ETag.

    Statements of UPDATE do not increment it: change rows through the session.
    """

    version: Mapped[int] = mapped_column(
        Integer,
        init=False,
        default_factory=first_version,
        insert_default=first_version,
        sort_order=_LAST + 2,
    )

    @property
    def etag(self) -> str:
        """The entity tag of this version, without quotes (RFC 9110 section 8.8.3)."""
        key = inspect(type(self)).primary_key_from_instance(self)
        return ".".join(quote(str(encode(value)), safe="") for value in (*key, self.version))


class Timestamped(MappedAsDataclass):
    """Gives a table the times at which a row was made, and was last changed."""

    created_at: Mapped[datetime] = mapped_column(
        UtcDateTime, init=False, default_factory=now, insert_default=now, sort_order=_LAST
    )
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime, init=False, insert_default=now, sort_order=_LAST + 1
    )

    def __post_init__(self) -> None:
        self.updated_at = self.created_at


@event.listens_for(Versioned, "before_update", propagate=True)
def _increment(_mapper: Any, _connection: Any, row: Versioned) -> None:
    row.version += 1


@event.listens_for(Timestamped, "before_update", propagate=True)
def _touch(_mapper: Any, _connection: Any, row: Timestamped) -> None:
    row.updated_at = now()
