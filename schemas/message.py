"""The schemas of messages: requests, responses, and the lines of exports and imports."""

from marshmallow import Schema, fields, validate

from schemas.core.fields import Rfc3339DateTime, SingleLine, TrimmedText
from schemas.core.pages import PageQuery, page_of

MAX_TEXT = 2000
MAX_AUTHOR = 255


class MessageDraft(Schema):
    """The text of a message; the service adds its author and the times"""

    text = TrimmedText(
        max_length=MAX_TEXT,
        required=True,
        metadata={
            "description": "Any text; white space around it is removed.",
            "example": "The ship has left the harbour.",
        },
    )


class MessageView(Schema):
    """A message"""

    id = fields.UUID(
        required=True,
        metadata={
            "description": "The id of the message, a UUID of version 7.",
            "example": "01934f6c-8b1e-7c3a-9d52-6f0e4b7a1c23",
        },
    )
    text = fields.Str(
        required=True,
        validate=validate.Length(1, MAX_TEXT),
        metadata={
            "description": "The text of the message.",
            "example": "The ship has left the harbour.",
        },
    )
    author = fields.Str(
        required=True,
        metadata={"description": "The sub of its author.", "example": "auth0|writer"},
    )
    created_at = Rfc3339DateTime(
        required=True,
        metadata={"description": "When it was written.", "example": "2026-01-02T03:04:05.678901Z"},
    )
    updated_at = Rfc3339DateTime(
        required=True,
        metadata={
            "description": "When it was last changed.",
            "example": "2026-01-02T03:04:05.678901Z",
        },
    )


MessagePage = page_of(MessageView)


class MessageQuery(PageQuery):
    """The filters, the order and the page of a listing of messages"""

    author = SingleLine(
        validate=validate.Length(1, MAX_AUTHOR),
        metadata={"description": "Only messages of this author.", "example": "auth0|writer"},
    )
    since = Rfc3339DateTime(
        metadata={
            "description": "Only messages written at this time or later.",
            "example": "2026-01-01T00:00:00Z",
        }
    )
    until = Rfc3339DateTime(
        metadata={
            "description": "Only messages written before this time.",
            "example": "2027-01-01T00:00:00Z",
        }
    )
    q = SingleLine(
        validate=validate.Length(1, 200),
        metadata={
            "description": "Only messages that contain this text, in upper or lower case.",
            "example": "harbour",
        },
    )
    order = fields.Str(
        load_default="newest",
        validate=validate.OneOf(["newest", "oldest"]),
        metadata={"description": "Whether the newest or the oldest messages come first."},
    )


class MessageRecord(Schema):
    """A line of an export or import; an import adds the members that are missing"""

    id = fields.UUID()
    text = TrimmedText(max_length=MAX_TEXT, required=True, metadata={})
    author = SingleLine(required=True, validate=validate.Length(1, MAX_AUTHOR))
    created_at = Rfc3339DateTime()
    updated_at = Rfc3339DateTime()
