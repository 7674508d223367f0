"""How a retry is told from a second request."""

from marshmallow import Schema, validate

from schemas.core.fields import Line


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
