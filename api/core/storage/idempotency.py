"""Idempotency keys: a request that is sent again gets the row of the first request."""

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
    """Add a row, or return the row that was added with the same key within 24 hours.

    If another transaction uses the key at the same time, this one waits for it.

    :param session: the session of a transaction that writes
    :param row: the new row, with all its values
    :param owner: the owner of the key: the caller's `sub`
    :param key: the Idempotency-Key, or None if the request has none
    :param request: the content of the request; its repr identifies it
    :returns: `row`, or the first row as it was created, without later changes
    :raises KeyReused: the key was used for another request
    """
    if key is None:
        session.add(row)
        return row
    now = datetime.now(UTC)
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEY_LIFETIME))
    this_use = IdempotencyKey(
        owner=owner,
        key=key,
        digest=_digest(row, request),
        row=_as_json(row),
        created_at=now,
    )
    first_use = _first_use(session, this_use)
    if first_use.digest != this_use.digest:
        raise KeyReused(key)
    if first_use is not this_use:
        return _from_json(type(row), first_use.row)
    session.add(row)
    if None in _mapper(type(row)).primary_key_from_instance(row):
        # The database generates the primary key of this row.
        session.flush()
        first_use.row = _as_json(row)
    return row


def _first_use(session: Session, this_use: IdempotencyKey) -> IdempotencyKey:
    try:
        with session.begin_nested():
            session.add(this_use)
    except IntegrityError:
        return session.get_one(IdempotencyKey, (this_use.owner, this_use.key))
    return this_use


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
