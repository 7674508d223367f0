"""What the quickstart's three endpoints answer."""

from marshmallow import Schema, fields


class Greeting(Schema):
    """A greeting"""

    message = fields.Str(
        required=True,
        metadata={
            "description": "The greeting, which tells what was needed to read it.",
            "example": "Hello from a public endpoint!",
        },
    )
