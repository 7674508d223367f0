"""Idempotency keys: a creation that is sent again is answered as it was at first."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import delete, inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapper, Session
from sqlalchemy.orm.attributes import set_committed_value

from api.core.storage.encoding import decode, encode
from api.core.storage.models import IdempotencyKey

KEY_LIFETIME = timedelta(hours=24)

Row = TypeVar("Row", bound=DeclarativeBase)


class KeyReused(ValueError):
    """The Idempotency-Key was used for another request."""


def add_once(session: Session, row: Row, *, owner: str, key: str | None, request: Any) -> Row:
    """Add a row, or return the one that this key was used for within 24 hours.

    Another transaction that is at it at the same time is waited for.

    :param session: of a transaction that writes
    :param row: the new row, with all its values
    :param owner: whose key it is: the caller's `sub`
    :param key: the Idempotency-Key, or None where the request has none
    :param request: what the client asked for; its repr tells one request from others
    :returns: `row`, or the first one as it was created, whatever has become of it since
    :raises KeyReused: the key was used for another request
    """
    if key is None:
        session.add(row)
        return row
    now = datetime.now(UTC)
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEY_LIFETIME))
    mine = IdempotencyKey(
        owner=owner,
        key=key,
        digest=_digest(row, request),
        row=_as_json(row),
        created_at=now,
    )
    first = _first(session, mine)
    if first.digest != mine.digest:
        raise KeyReused(key)
    if first is not mine:
        return _from_json(type(row), first.row)
    session.add(row)
    if None in _mapper(type(row)).primary_key_from_instance(row):
        # The database gives this row its key.
        session.flush()
        first.row = _as_json(row)
    return row


def _first(session: Session, mine: IdempotencyKey) -> IdempotencyKey:
    """Return the first use of a key: this one, or the one before it."""
    try:
        with session.begin_nested():
            session.add(mine)
    except IntegrityError:
        return session.get_one(IdempotencyKey, (mine.owner, mine.key))
    return mine


def _digest(row: DeclarativeBase, request: Any) -> str:
    return hashlib.sha256(repr((row.__tablename__, request)).encode()).hexdigest()


def _as_json(row: DeclarativeBase) -> dict[str, Any]:
    return {each.key: encode(getattr(row, each.key)) for each in _mapper(type(row)).column_attrs}


def _from_json(kind: type[Row], values: dict[str, Any]) -> Row:
    mapper = _mapper(kind)
    row = mapper.class_manager.new_instance()
    for attribute in mapper.column_attrs:
        if attribute.key in values:
            value = decode(values[attribute.key], attribute.columns[0])
            set_committed_value(row, attribute.key, value)
    return row


def _mapper(kind: type[Row]) -> Mapper[Row]:
    return inspect(kind)
