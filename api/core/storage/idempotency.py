"""Idempotency keys: a request that is sent again gets the row of the first request."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import delete, inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapper, Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from api.core.storage.encoding import canonical, decode, encode
from api.core.storage.models import MAX_OWNER, IdempotencyKey

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
    :param request: the content of the request: values of columns, in lists and dicts
    :returns: `row`, or the first row as it was created, without later changes
    :raises KeyReused: the key was used for another request
    """
    if key is None:
        session.add(row)
        return row
    now = datetime.now(UTC)
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEY_LIFETIME))
    this_use = IdempotencyKey(
        owner=_owner(owner),
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
    session.flush()
    # The database may have given it a primary key and other values.
    if first_use.row != (stored := _as_json(row)):
        first_use.row = stored
    return row


def _owner(owner: str) -> str:
    """Return an owner as the database can store it."""
    if len(owner) <= MAX_OWNER and "\0" not in owner:
        return owner
    return hashlib.sha256(owner.encode("utf-8", "surrogatepass")).hexdigest()


def _first_use(session: Session, this_use: IdempotencyKey) -> IdempotencyKey:
    try:
        with session.begin_nested():
            session.add(this_use)
    except IntegrityError:
        return session.get_one(IdempotencyKey, (this_use.owner, this_use.key))
    return this_use


def _digest(row: DeclarativeBase, request: Any) -> str:
    content = repr((row.__tablename__, canonical(request)))
    return hashlib.sha256(content.encode()).hexdigest()


def _as_json(row: DeclarativeBase) -> dict[str, Any]:
    return {each.key: encode(getattr(row, each.key)) for each in _mapper(type(row)).column_attrs}


def _from_json(kind: type[Row], values: dict[str, Any]) -> Row:
    mapper = _mapper(kind)
    row = mapper.class_manager.new_instance()
    for attribute in mapper.column_attrs:
        if attribute.key in values:
            value = decode(values[attribute.key], attribute.columns[0])
            set_committed_value(row, attribute.key, value)
    # As for the first row, what is not loaded raises an error after the transaction.
    make_transient_to_detached(row)
    return row


def _mapper(kind: type[Row]) -> Mapper[Row]:
    return inspect(kind)
