"""The queries of messages, one function each. Callers leave `session` out."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, delete, func, insert, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from api.core.storage import cursors
from api.core.storage.cursors import Place
from api.core.storage.database import reading, writing
from api.core.storage.idempotency import KeyReused
from api.core.storage.models import IdempotentCreation, Message

Allow = Callable[[Message], None]

KEY_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which messages, and from which end. since is inclusive, until exclusive; q: a literal
    substring, in any case."""

    author: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    q: str | None = None
    order: str = "newest"


class Page(NamedTuple):
    """items: in order. next: the cursor of the page after this one, or None."""

    items: list[Message]
    next: str | None


@reading
def page(
    session: Session, /, *, limit: int = 50, cursor: str | None = None, **filters: Any
) -> Page:
    """A page of the messages that pass `filters` (of Filters); its cost does not grow with depth.

    Raises CursorError for a cursor that was not made for these filters.
    """
    wanted = Filters(**filters)
    place = cursors.read(session, wanted, cursor) if cursor else None
    found = list(session.scalars(_selected(wanted, place).limit(limit + 1)))
    items = found[:limit]
    more = len(found) > limit
    return Page(items, cursors.write(session, wanted, place_of(items[-1])) if more else None)


@reading
def get(session: Session, message_id: UUID) -> Message | None:
    """The message, or None."""
    return session.get(Message, message_id)


@writing
def create(session: Session, *, text: str, author: str, key: str | None = None) -> Message:
    """A new message; with a `key` (Idempotency-Key) that this author used within 24 hours, the
    message as it was created then. Raises KeyReused where it was for another text."""
    now = datetime.now(UTC)
    message = _new(text, author, now)
    if key is None:
        session.add(message)
        return message
    session.execute(
        delete(IdempotentCreation).where(IdempotentCreation.created_at < now - KEY_LIFETIME)
    )
    first = _first_creation(session, key, message)
    if first.text_digest != _digest(text):
        raise KeyReused(key)
    if first.message_id != message.id:
        return _new(first.text, author, first.created_at, first.message_id)
    session.add(message)
    return message


@writing
def change(session: Session, message_id: UUID, *, text: str, allow: Allow) -> Message | None:
    """The changed message, or None where there is none.

    allow: raises if the change may not be made; it sees the message as it is, locked.
    """
    message = _locked(session, message_id)
    if message is not None:
        allow(message)
        message.text, message.folded = text, text.casefold()
        message.version += 1
        message.updated_at = datetime.now(UTC)
    return message


@writing
def remove(session: Session, message_id: UUID, *, allow: Allow) -> Message | None:
    """The message that was deleted, or None where there is none. allow: as of `change`."""
    message = _locked(session, message_id)
    if message is not None:
        allow(message)
        session.delete(message)
    return message


def add_all(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert messages as they are: `{id, text, author, created_at, updated_at}` each."""
    session.execute(
        insert(Message), [row | {"folded": row["text"].casefold(), "version": 1} for row in rows]
    )


def known_ids(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    """Those of `ids` that there are messages of."""
    return set(session.scalars(select(Message.id).where(Message.id.in_(ids))))


@reading
def count(session: Session, /) -> int:
    """How many messages there are."""
    return session.scalars(select(func.count()).select_from(Message)).one()


@reading
def after(session: Session, place: Place | None, limit: int) -> list[Message]:
    """The next messages behind `place`, oldest first: the whole table, piece by piece."""
    return list(session.scalars(_selected(Filters(order="oldest"), place).limit(limit)))


def _selected(wanted: Filters, after: Place | None) -> Select[Message]:
    place = tuple_(Message.created_at, Message.id)
    newest_first = wanted.order == "newest"
    query = select(Message)
    if wanted.author is not None:
        query = query.where(Message.author == wanted.author)
    if wanted.since is not None:
        query = query.where(Message.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Message.created_at < wanted.until)
    if wanted.q is not None:
        query = query.where(Message.folded.contains(wanted.q.casefold(), autoescape=True))
    if after is not None:
        query = query.where(place < after if newest_first else place > after)
    columns = (Message.created_at, Message.id)
    return query.order_by(*(each.desc() if newest_first else each.asc() for each in columns))


def place_of(message: Message) -> Place:
    return Place(message.created_at, message.id)


def _new(text: str, author: str, now: datetime, message_id: UUID | None = None) -> Message:
    return Message(
        id=message_id or uuid7(),
        text=text,
        folded=text.casefold(),
        author=author,
        created_at=now,
        updated_at=now,
    )


def _first_creation(session: Session, key: str, message: Message) -> IdempotentCreation:
    """Of all creations with this key, the one that was first: this one, or one before it.

    Another transaction that is at it at the same time is waited for.
    """
    mine = IdempotentCreation(
        author=message.author,
        key=key,
        text_digest=_digest(message.text),
        message_id=message.id,
        text=message.text,
        created_at=message.created_at,
    )
    try:
        with session.begin_nested():
            session.add(mine)
    except IntegrityError:
        return session.get_one(IdempotentCreation, (message.author, key))
    return mine


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _locked(session: Session, message_id: UUID) -> Message | None:
    return session.get(Message, message_id, with_for_update=True)
