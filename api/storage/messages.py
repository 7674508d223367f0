"""The queries of messages."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from api.core import Repository, at_least, below, contains, equals, reading
from api.storage.models import Message
from schemas.message import MessageQuery

messages = Repository(
    Message,
    query=MessageQuery,
    orders={"newest": [Message.created_at.desc()], "oldest": [Message.created_at]},
    filters={
        "author": equals(Message.author),
        "since": at_least(Message.created_at),
        "until": below(Message.created_at),
        "q": contains(Message.folded),
    },
)


def add_all(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert messages.

    :param session: the session of a transaction that writes
    :param rows: the id, text, author, created_at and updated_at of each
    """
    session.execute(insert(Message), [row | {"folded": row["text"]} for row in rows])


def known_ids(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    """Return the ids that messages have.

    :param session: the session of a transaction
    :param ids: the ids to look for
    """
    return set(session.scalars(select(Message.id).where(Message.id.in_(ids))))


@reading
def count(session: Session, /) -> int:
    """Return the number of messages. Callers leave `session` out."""
    return session.scalars(select(func.count()).select_from(Message)).one()
