"""Opaque, tamper-evident cursors of pages.

A cursor holds the values by which the last item of a page is ordered. It is signed with a secret
that every copy of the service shares through the database, for the filters that it was made for.
"""

from collections.abc import Sequence
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.storage.encoding import encode
from api.core.storage.models import SharedSecret


class CursorError(ValueError):
    """The cursor was not made here, or for other filters."""


def write(session: Session, filters: Any, values: Sequence[Any]) -> str:
    """Return the cursor of a page.

    :param session: of the database whose secret signs it
    :param filters: anything whose repr tells one listing from others
    :param values: those by which the last item of the page is ordered
    """
    return str(_serializer(session, filters).dumps([encode(value) for value in values]))


def read(session: Session, filters: Any, cursor: str) -> list[Any]:
    """Return the values that a cursor holds, as JSON has them.

    :param session: as of `write`
    :param filters: those that the cursor must have been made for
    :param cursor: as the client sent it
    :raises CursorError: it was not made here, or for other filters
    """
    serializer = _serializer(session, filters)
    try:
        values = serializer.loads(cursor)
    except BadSignature as error:
        raise CursorError(cursor) from error
    # Base64 has several spellings of one signature, and we write one of them.
    if serializer.dumps(values) != cursor:
        raise CursorError(cursor)
    return list(values)


def _serializer(session: Session, filters: Any) -> URLSafeSerializer:
    return URLSafeSerializer(_secret(session), salt=f"cursor of {filters!r}")


def _secret(session: Session) -> bytes:
    # The migration that made the table put it there.
    return session.scalars(select(SharedSecret.value).where(SharedSecret.name == "cursors")).one()
