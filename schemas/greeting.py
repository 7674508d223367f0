"""The response of the quickstart's three endpoints."""

from marshmallow import Schema, fields


class Greeting(Schema):
    """A greeting"""

    message = fields.Str(
        required=True,
        metadata={
            "description": "The greeting, which says what access it requires.",
            "example": "Hello from a public endpoint!",
        },
    )
