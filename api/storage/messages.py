"""The queries of messages. Callers of a query with @reading or @writing leave `session` out."""

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
    """The filters and the order of a listing.

    :param author: only messages of this author
    :param since: only messages written at this time or later
    :param until: only messages written before this time
    :param q: only messages that contain this text, in upper or lower case
    :param order: "newest" or "oldest": which messages come first
    """

    author: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    q: str | None = None
    order: str = "newest"


@reading
def page(
    session: Session, /, *, limit: int = 50, cursor: str | None = None, **filters: Any
) -> Page[Message]:
    """Return a page of messages.

    :param limit: the maximum number of messages in the page
    :param cursor: `next` of the previous page; None for the first page
    :param filters: the attributes of Filters
    :raises CursorError: the cursor was made for other filters, or not by this service
    """
    criteria = Filters(**filters)
    return paginate(
        session,
        _select(criteria),
        ORDERS[criteria.order],
        filters=criteria,
        limit=limit,
        cursor=cursor,
    )


@reading
def get(session: Session, message_id: UUID) -> Message | None:
    """Return a message, or None if there is none.

    :param message_id: its id
    """
    return session.get(Message, message_id)


@writing
def create(session: Session, *, text: str, author: str, key: str | None = None) -> Message:
    """Create a message, or return the one that was created with the same Idempotency-Key.

    :param text: its text
    :param author: the sub of its author
    :param key: the Idempotency-Key, which holds for 24 hours; None without one
    :returns: the message as it was created
    :raises KeyReused: the author used the key for another text
    """
    return add_once(session, _new(text, author), owner=author, key=key, request=text)


@writing
def change(session: Session, message_id: UUID, *, text: str, allow: Allow) -> Message | None:
    """Change a message.

    :param message_id: its id
    :param text: the new text
    :param allow: called with the locked message; it raises if the change is not allowed
    :returns: the changed message, or None if there is none
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
    """Delete a message.

    :param message_id: its id
    :param allow: called with the locked message; it raises if the deletion is not allowed
    :returns: the deleted message, or None if there is none
    """
    message = _locked(session, message_id)
    if message is not None:
        allow(message)
        session.delete(message)
    return message


def add_all(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert messages.

    :param session: the session of a transaction that writes
    :param rows: the id, text, author, created_at and updated_at of each
    """
    session.execute(
        insert(Message), [row | {"folded": row["text"].casefold(), "version": 1} for row in rows]
    )


def known_ids(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    """Return the ids that messages have.

    :param session: the session of a transaction
    :param ids: the ids to look for
    """
    return set(session.scalars(select(Message.id).where(Message.id.in_(ids))))


@reading
def count(session: Session, /) -> int:
    """Return the number of messages."""
    return session.scalars(select(func.count()).select_from(Message)).one()


@reading
def after(session: Session, last: Message | None, limit: int) -> list[Message]:
    """Return the next messages of the table, oldest first.

    :param last: the message after which they come; None for the first ones
    :param limit: the maximum number of messages
    """
    values = OLDEST_FIRST.values(last) if last else None
    return list(session.scalars(OLDEST_FIRST.apply(select(Message), values).limit(limit)))


def _select(filters: Filters) -> Select[Message]:
    query = select(Message)
    if filters.author is not None:
        query = query.where(Message.author == filters.author)
    if filters.since is not None:
        query = query.where(Message.created_at >= filters.since)
    if filters.until is not None:
        query = query.where(Message.created_at < filters.until)
    if filters.q is not None:
        query = query.where(Message.folded.contains(filters.q.casefold(), autoescape=True))
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
