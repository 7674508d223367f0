"""The resource messages. `python manage.py new` starts a resource of your own."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from api.core import (
    DatabaseUnavailable,
    IdempotencyKeyReused,
    Namespace,
    NotFound,
    Page,
    Precondition,
    Problem,
    Resource,
    ValidationFailed,
    current_token,
    require_auth,
)
from api.storage.messages import messages
from api.storage.models import Message
from schemas.core.idempotency import IdempotencyHeaders
from schemas.message import (
    MAX_AUTHOR,
    MessageDraft,
    MessagePage,
    MessageQuery,
    MessageView,
)

ID = "01934f6c-8b1e-7c3a-9d52-6f0e4b7a1c23"

ns = Namespace(
    "messages",
    "Messages, written and read by callers",
    path="/api/messages",
    scopes={
        "read:messages": "Read messages",
        "write:messages": "Write messages, and change your own",
        "admin:messages": "Change and delete anybody's messages",
    },
    problems=(DatabaseUnavailable,),
)


class MessageNotFound(NotFound):
    """No message has this id: it never existed, or it was deleted. List the messages to see which
    exist."""

    name = "message-not-found"
    title = "No such message"
    detail = "No message has this id; it may have been deleted."


class NotYourMessage(Problem):
    """A message belongs to its author. To change or delete somebody else's, you need the scope
    `admin:messages`."""

    name = "not-your-message"
    status = 403
    title = "Somebody else's message"
    detail = "This message is another author's; changing it needs the scope admin:messages."


THIS_MESSAGE = {"message_id": "$response.body#/id"}
THIS_VERSION = THIS_MESSAGE | {"header.If-Match": "$response.header.ETag"}
CHANGES = {
    "Change it": {"operationId": "updateMessage", "parameters": THIS_VERSION},
    "Delete it": {"operationId": "deleteMessage", "parameters": THIS_VERSION},
}
READ = {"Read it": {"operationId": "getMessage", "parameters": THIS_MESSAGE}}


@ns.route("")
class MessageList(Resource):
    @require_auth("read:messages")
    @ns.operation(query=MessageQuery, returns=MessagePage, paged=True, id="listMessages")
    def get(self, query: dict[str, Any]) -> Page[Message]:
        """List messages

        Follow `next`, or the Link header, until it is null. Messages that are written or deleted
        in the meantime do not cause others to be missing or to appear twice.
        """
        return messages.page(**query)

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
        links=READ | CHANGES,
    )
    def post(self, body: dict[str, Any], headers: dict[str, str]) -> Message:
        """Write a message

        The caller is its author. With an Idempotency-Key, a retry gets the response of the first
        request, and no second message is written.
        """
        message = Message(**body, author=_author())
        return messages.add(message, owner=message.author, request=message.text, **headers)


@ns.route("/<uuid:message_id>")
@ns.param("message_id", "The message's id.", example=ID)
class MessageItem(Resource):
    @require_auth("read:messages")
    @ns.operation(
        returns=MessageView,
        etag=True,
        problems=(MessageNotFound,),
        id="getMessage",
        links=CHANGES,
    )
    def get(self, message_id: UUID) -> Message:
        """Read one message"""
        return _require(messages.get(message_id))

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
        """Change a message"""
        return _require(messages.change(message_id, body, allow=_allow(precondition)))

    @require_auth.any_of("write:messages", "admin:messages")
    @ns.operation(if_match=True, problems=(MessageNotFound, NotYourMessage), id="deleteMessage")
    def delete(self, message_id: UUID, precondition: Precondition) -> None:
        """Delete a message"""
        _require(messages.remove(message_id, allow=_allow(precondition)))


def _author() -> str:
    """Return the caller's sub.

    :raises ValidationFailed: the database cannot store it
    """
    author = current_token.subject
    if len(author) > MAX_AUTHOR or "\0" in author:
        raise ValidationFailed(
            errors=[
                {
                    "parameter": "Authorization",
                    "detail": f"An author's sub has at most {MAX_AUTHOR} characters, no NUL.",
                }
            ]
        )
    return author


def _require(message: Message | None) -> Message:
    if message is None:
        raise MessageNotFound
    return message


def _allow(precondition: Precondition) -> Callable[[Message], None]:
    """Return a check that the caller may change a message, and has seen its current version."""

    def allow(message: Message) -> None:
        if message.author != current_token.subject and not current_token.grants("admin:messages"):
            raise NotYourMessage
        precondition(message.etag)

    return allow
