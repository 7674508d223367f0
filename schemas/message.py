"""Messages: what is sent, what is answered, and how pages are asked for."""

from marshmallow import Schema, fields, validate

from schemas.core.fields import Line, Moment, TrimmedText, Whole

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


class MessageQuery(Schema):
    """Which messages, in which order, from where on"""

    limit = Whole(
        load_default=50,
        validate=validate.Range(1, 200),
        metadata={"description": "How many a page holds at the most.", "format": "int32"},
    )
    cursor = Line(
        validate=validate.Length(1, 512),
        metadata={"description": "The `next` of the page before, with the same filters."},
    )
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


class IdempotencyHeaders(Schema):
    """How a retry is told from a second request"""

    key = Line(
        data_key="Idempotency-Key",
        validate=validate.Regexp(
            r"\A[\x21-\x7E]{1,255}\Z", error="1 to 255 printable ASCII characters, no space."
        ),
        metadata={
            "description": (
                "Your own key of this request, such as a UUID. Sent again within 24 hours with "
                "the same body, it is answered as the first time, and nothing is created."
            ),
            "example": "0b1f9a3c-6f1e-4a3e-9f52-3f1f2f5d7a10",
        },
    )


class MessageRecord(Schema):
    """A line of an export or import; what is left out, an import makes anew"""

    id = fields.UUID()
    text = TrimmedText(longest=LONGEST, required=True, metadata={})
    author = Line(required=True, validate=validate.Length(1, 255))
    created_at = Moment()
    updated_at = Moment()
