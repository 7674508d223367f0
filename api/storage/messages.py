"""The queries of messages, one function each. Callers leave `session` out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from api.core import Order, Page, add_once, paginate, reading, writing
from api.storage.models import Message

Allow = Callable[[Message], None]

OLDEST_FIRST = Order((Message.created_at, Message.id))
ORDERS = {
    "oldest": OLDEST_FIRST,
    "newest": Order((Message.created_at, Message.id), descending=True),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which messages, and from which end. since is inclusive, until exclusive; q: a literal
    substring, in any case."""

    author: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    q: str | None = None
    order: str = "newest"


@reading
def page(
    session: Session, /, *, limit: int = 50, cursor: str | None = None, **filters: Any
) -> Page[Message]:
    """Return a page of the messages that pass `filters` (of Filters).

    Raises CursorError for a cursor that was not made for these filters.
    """
    wanted = Filters(**filters)
    order = ORDERS[wanted.order]
    return paginate(session, _selected(wanted), order, filters=wanted, limit=limit, cursor=cursor)


@reading
def get(session: Session, message_id: UUID) -> Message | None:
    """The message, or None."""
    return session.get(Message, message_id)


@writing
def create(session: Session, *, text: str, author: str, key: str | None = None) -> Message:
    """A new message; with a `key` (Idempotency-Key) that this author used within 24 hours, the
    message as it was created then. Raises KeyReused where it was for another text."""
    return add_once(session, _new(text, author), owner=author, key=key, request=text)


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
def after(session: Session, last: Message | None, limit: int) -> list[Message]:
    """Return the next messages behind `last`, oldest first: the whole table, piece by piece."""
    values = OLDEST_FIRST.values(last) if last else None
    return list(session.scalars(OLDEST_FIRST.apply(select(Message), values).limit(limit)))


def _selected(wanted: Filters) -> Select[Message]:
    query = select(Message)
    if wanted.author is not None:
        query = query.where(Message.author == wanted.author)
    if wanted.since is not None:
        query = query.where(Message.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Message.created_at < wanted.until)
    if wanted.q is not None:
        query = query.where(Message.folded.contains(wanted.q.casefold(), autoescape=True))
    return query


def _new(text: str, author: str) -> Message:
    now = datetime.now(UTC)
    return Message(
        id=uuid7(),
        text=text,
        folded=text.casefold(),
        author=author,
        created_at=now,
        updated_at=now,
    )


def _locked(session: Session, message_id: UUID) -> Message | None:
    return session.get(Message, message_id, with_for_update=True)
