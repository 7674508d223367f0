"""Opaque, tamper-evident cursors of pages.

A cursor holds the place of the last item of a page, signed with a secret that every copy of the
service shares through the database, and with the filters that it was made for.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.storage.models import SharedSecret

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class CursorError(ValueError):
    """The cursor was not made here, or for other filters."""


class Place(NamedTuple):
    """Where a page ends: the order of pages is by time, and by id within one time."""

    created_at: datetime
    id: UUID


def write(session: Session, filters: Any, place: Place) -> str:
    """The cursor of a page that ends at `place`. filters: anything whose repr tells them apart."""
    microseconds = (place.created_at - _EPOCH) // _MICROSECOND
    return str(_serializer(session, filters).dumps([microseconds, place.id.hex]))


def read(session: Session, filters: Any, cursor: str) -> Place:
    """The place that a cursor holds. Raises CursorError."""
    serializer = _serializer(session, filters)
    try:
        microseconds, number = serializer.loads(cursor)
    except BadSignature as error:
        raise CursorError(cursor) from error
    # Base64 has several spellings of one signature, and we write one of them.
    if serializer.dumps([microseconds, number]) != cursor:
        raise CursorError(cursor)
    return Place(_EPOCH + microseconds * _MICROSECOND, UUID(number))


def _serializer(session: Session, filters: Any) -> URLSafeSerializer:
    return URLSafeSerializer(_secret(session), salt=f"cursor of {filters!r}")


def _secret(session: Session) -> bytes:
    # The migration that made the table put it there.
    return session.scalars(select(SharedSecret.value).where(SharedSecret.name == "cursors")).one()
