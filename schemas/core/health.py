"""The health of an instance of the service."""

from marshmallow import Schema, fields


class Health(Schema):
    """The health of an instance of the service"""

    status = fields.Str(
        required=True, metadata={"description": "Its status: live or ready.", "example": "ready"}
    )
