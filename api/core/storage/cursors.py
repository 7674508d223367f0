"""Signed cursors of pages.

A cursor has the values by which the last item of a page is ordered. Its signature also covers the
listing: its table, order and filters. All instances of the service share the secret through the
database.
"""

from collections.abc import Sequence
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.storage.encoding import encode
from api.core.storage.models import SharedSecret


class CursorError(ValueError):
    """The cursor was not issued by this service, or was issued for another listing."""


def write(session: Session, listing: str, values: Sequence[Any]) -> str:
    """Return the cursor of a page.

    :param session: a session of the database that has the secret
    :param listing: the table, order and filters of the listing
    :param values: the values by which the last item of the page is ordered
    """
    return str(_serializer(session, listing).dumps([encode(value) for value in values]))


def read(session: Session, listing: str, cursor: str) -> list[Any]:
    """Return the values of a cursor, encoded for JSON.

    :param session: a session of the database that has the secret
    :param listing: the table, order and filters of the listing
    :param cursor: the cursor of the request
    :raises CursorError: it was not issued by this service, or was issued for another listing
    """
    serializer = _serializer(session, listing)
    try:
        values = serializer.loads(cursor)
    except BadSignature as error:
        raise CursorError(cursor) from error
    # Base64 has several encodings of one signature, of which only one is accepted.
    if serializer.dumps(values) != cursor:
        raise CursorError(cursor)
    return list(values)


def _serializer(session: Session, listing: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        _secret(session),
        salt=f"cursor of {listing}",
        # An escaped character would take up to twelve bytes.
        serializer_kwargs={"ensure_ascii": False},
    )


def _secret(session: Session) -> bytes:
    # The migration that created the table also inserted the secret.
    return session.scalars(select(SharedSecret.value).where(SharedSecret.name == "cursors")).one()
