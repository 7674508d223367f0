"""Whether this copy of the service lives, and whether it can answer everything."""

from marshmallow import Schema, fields


class Health(Schema):
    """A copy of the service"""

    status = fields.Str(required=True, metadata={"description": "What it is.", "example": "ready"})
