"""Messages: what is sent, what is answered, and how pages are asked for."""

from marshmallow import Schema, fields, validate

from schemas.core.fields import Line, Moment, TrimmedText
from schemas.core.pages import PageQuery

LONGEST = 2000


class MessageDraft(Schema):
    """What a message says; who wrote it, and when, is known already"""

    text = TrimmedText(
        longest=LONGEST,
        required=True,
        metadata={
            "description": "Any text; white space around it is trimmed.",
            "example": "The ship has left the harbour.",
        },
    )


class MessageView(Schema):
    """A message"""

    id = fields.UUID(
        required=True,
        metadata={
            "description": "The message's id, a UUID of version 7.",
            "example": "01934f6c-8b1e-7c3a-9d52-6f0e4b7a1c23",
        },
    )
    text = fields.Str(
        required=True,
        validate=validate.Length(1, LONGEST),
        metadata={
            "description": "What it says.",
            "example": "The ship has left the harbour.",
        },
    )
    author = fields.Str(
        required=True,
        metadata={"description": "The sub of who wrote it.", "example": "auth0|writer"},
    )
    created_at = Moment(
        required=True,
        metadata={"description": "When it was written.", "example": "2026-01-02T03:04:05.678901Z"},
    )
    updated_at = Moment(
        required=True,
        metadata={
            "description": "When it was last changed.",
            "example": "2026-01-02T03:04:05.678901Z",
        },
    )


class MessagePage(Schema):
    """A page of messages"""

    items = fields.List(
        fields.Nested(MessageView),
        required=True,
        validate=validate.Length(max=200),
        metadata={"description": "The messages of this page, in order."},
    )
    next = fields.Str(
        required=True,
        allow_none=True,
        metadata={
            "description": "The cursor of the next page; null on the last.",
            "example": None,
        },
    )


class MessageQuery(PageQuery):
    """Which messages, in which order, from where on"""

    author = Line(
        validate=validate.Length(1, 255),
        metadata={"description": "Only messages of this author.", "example": "auth0|writer"},
    )
    since = Moment(
        metadata={
            "description": "Only messages written at this time or later.",
            "example": "2026-01-01T00:00:00Z",
        }
    )
    until = Moment(
        metadata={
            "description": "Only messages written before this time.",
            "example": "2027-01-01T00:00:00Z",
        }
    )
    q = Line(
        validate=validate.Length(1, 200),
        metadata={
            "description": "Only messages that hold this text, literally, in any case.",
            "example": "harbour",
        },
    )
    order = fields.Str(
        load_default="newest",
        validate=validate.OneOf(["newest", "oldest"]),
        metadata={"description": "Which end of time comes first."},
    )


class MessageRecord(Schema):
    """A line of an export or import; what is left out, an import makes anew"""

    id = fields.UUID()
    text = TrimmedText(longest=LONGEST, required=True, metadata={})
    author = Line(required=True, validate=validate.Length(1, 255))
    created_at = Moment()
    updated_at = Moment()
