"""Messages of the tests: a resource with a table, pages, conditions and idempotent creation."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate
from sqlalchemy import Index, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column
from uuid_utils.compat import uuid7

from api.core.bridge import Namespace, Precondition, Resource
from api.core.guard import current_token, require_auth
from api.core.problems import DatabaseUnavailable, IdempotencyKeyReused, NotFound, Problem
from api.core.storage import (
    NAMING_CONVENTION,
    Page,
    Repository,
    Timestamped,
    Versioned,
    at_least,
    equals,
)
from schemas.core.fields import Rfc3339DateTime, SingleLine, TrimmedText
from schemas.core.idempotency import IdempotencyHeaders
from schemas.core.pages import PageQuery, page_of

MIGRATIONS = Path(__file__).parent / "migrations"
ID = "01934f6c-8b1e-7c3a-9d52-6f0e4b7a1c23"


class Base(MappedAsDataclass, DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Message(Versioned, Timestamped, Base):
    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True, init=False, default_factory=uuid7)
    text: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(255))

    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "author", "created_at", "id"),
    )


class MessageDraft(Schema):
    """What a message says"""

    text = TrimmedText(
        max_length=2000, required=True, metadata={"description": "Any text.", "example": "Hello"}
    )


class MessageView(Schema):
    """A message"""

    id = fields.UUID(required=True, metadata={"description": "Its id.", "example": ID})
    text = fields.Str(required=True, metadata={"description": "Its text.", "example": "Hello"})
    author = fields.Str(required=True, metadata={"description": "Whose it is.", "example": "ann"})
    created_at = Rfc3339DateTime(
        required=True, metadata={"description": "When.", "example": "2026-01-02T03:04:05.678901Z"}
    )
    updated_at = Rfc3339DateTime(
        required=True, metadata={"description": "When.", "example": "2026-01-02T03:04:05.678901Z"}
    )


MessagePage = page_of(MessageView)


class MessageQuery(PageQuery):
    """Which messages"""

    author = SingleLine(metadata={"description": "Whose.", "example": "auth0|ann"})
    since = Rfc3339DateTime(
        metadata={"description": "From when on.", "example": "2026-01-01T00:00:00Z"}
    )
    q = SingleLine(
        validate=validate.Length(1, 200), metadata={"description": "What it says.", "example": "o"}
    )
    order = fields.Str(
        load_default="newest",
        validate=validate.OneOf(["newest", "oldest"]),
        metadata={"description": "Which end of time comes first."},
    )


stored = Repository(
    Message,
    query=MessageQuery,
    orders={"newest": [Message.created_at.desc()], "oldest": [Message.created_at]},
    filters={
        "author": equals(Message.author),
        "since": at_least(Message.created_at),
        "q": lambda text: Message.text.contains(text, autoescape=True),
    },
)


ns = Namespace(
    "messages",
    "Messages",
    path="/api/messages",
    scopes={
        "read:messages": "Read messages",
        "write:messages": "Write messages, and change your own",
        "admin:messages": "Change and delete anybody's messages",
    },
    problems=(DatabaseUnavailable,),
)


class MessageNotFound(NotFound):
    """No message has this id."""

    name = "message-not-found"
    title = "No such message"
    detail = "No message has this id."


class NotYourMessage(Problem):
    """A message belongs to its author."""

    name = "not-your-message"
    status = 403
    title = "Somebody else's message"
    detail = "This message is another author's."


@ns.route("")
class MessageList(Resource):
    @require_auth("read:messages")
    @ns.operation(query=MessageQuery, returns=MessagePage, paged=True, id="listMessages")
    def get(self, query: dict[str, Any]) -> Page[Message]:
        """List messages

        The newest come first, unless `order` says otherwise.
        """
        return stored.page(**query)

    @require_auth("write:messages")
    @ns.operation(
        body=MessageDraft,
        headers=IdempotencyHeaders,
        returns=MessageView,
        status=201,
        etag=True,
        location="/api/messages/{0.id}",
        problems=(IdempotencyKeyReused,),
        id="createMessage",
    )
    def post(self, body: dict[str, Any], headers: dict[str, str]) -> Message:
        """Write a message

        It is its author's: the caller's.
        """
        message = Message(**body, author=current_token.subject)
        return stored.add(message, owner=message.author, request=body, **headers)


@ns.route("/<uuid:message_id>")
@ns.param("message_id", "The message's id.", example=ID)
class MessageItem(Resource):
    @require_auth("read:messages")
    @ns.operation(returns=MessageView, etag=True, problems=(MessageNotFound,), id="getMessage")
    def get(self, message_id: UUID) -> Message:
        """Read one message

        Whoever wrote it.
        """
        return _existing(stored.get(message_id))

    @require_auth.any_of("write:messages", "admin:messages")
    @ns.operation(
        body=MessageDraft,
        if_match=True,
        returns=MessageView,
        etag=True,
        problems=(MessageNotFound, NotYourMessage),
        id="updateMessage",
    )
    def patch(self, message_id: UUID, body: dict[str, Any], precondition: Precondition) -> Message:
        """Change a message

        One's own, or anybody's with `admin:messages`.
        """
        return _existing(stored.change(message_id, body, allow=_allow(precondition)))

    @require_auth.any_of("write:messages", "admin:messages")
    @ns.operation(if_match=True, problems=(MessageNotFound, NotYourMessage), id="deleteMessage")
    def delete(self, message_id: UUID, precondition: Precondition) -> None:
        """Delete a message

        One's own, or anybody's with `admin:messages`.
        """
        _existing(stored.remove(message_id, allow=_allow(precondition)))


def _existing(message: Message | None) -> Message:
    if message is None:
        raise MessageNotFound
    return message


def _allow(precondition: Precondition) -> Callable[[Message], None]:
    def allow(message: Message) -> None:
        if message.author != current_token.subject and not current_token.grants("admin:messages"):
            raise NotYourMessage
        precondition(message.etag)

    return allow
