"""The header Idempotency-Key."""

from marshmallow import Schema, validate

from schemas.core.fields import SingleLine


class IdempotencyHeaders(Schema):
    """The header that identifies a retry"""

    key = SingleLine(
        data_key="Idempotency-Key",
        validate=validate.Regexp(
            r"\A[\x21-\x7E]{1,255}\Z", error="1 to 255 printable ASCII characters, no space."
        ),
        metadata={
            "description": (
                "A key of your choice for this request, such as a UUID. A request with the same "
                "key and body within 24 hours gets the first response, and creates nothing."
            ),
            "example": "0b1f9a3c-6f1e-4a3e-9f52-3f1f2f5d7a10",
        },
    )
