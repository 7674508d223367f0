"""The fields of models."""

from datetime import date, datetime
from typing import Any

from flask_restx import fields

from tests.core.openapi.declarations.tables import DECLARATIONS, Declaration, serve
from tests.core.openapi.stock import method


class Temperature(fields.Raw):  # type: ignore[misc]
    """A field of a team's own."""

    __schema_type__ = "number"
    __schema_format__ = "celsius"
    __schema_example__ = 21.5


class Nickname(fields.String):  # type: ignore[misc]
    """The usual way to say that null is accepted."""

    __schema_type__ = ("string", "null")
    __schema_example__ = "Ann"


class Pair(fields.Raw):  # type: ignore[misc]
    """A field that writes its schema itself."""

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}


FIELDS = {
    "a string": fields.String,
    "a string of so many characters": fields.String(min_length=2, max_length=9, pattern="^[a-z]+$"),
    "an enum": fields.String(enum=["red", "green"]),
    "an enum as a tuple": fields.String(enum=("red", "green"), default="red"),
    "an enum from a function": fields.String(enum=lambda: ["red", "green"]),
    "title, description, example": fields.String(title="Name", description="A name", example="Ann"),
    "a default": fields.Integer(default=3),
    "a default from a function": fields.Integer(default=lambda: 3),
    "read-only": fields.String(readonly=True),
    "required": fields.String(required=True),
    "not required": fields.String(required=False),
    "an attribute": fields.String(attribute="person.name"),
    "nullable": fields.String(nullable=True),
    "an integer with bounds": fields.Integer(min=1, max=9, multiple=2),
    "an integer with exclusive bounds": fields.Integer(
        min=1, exclusiveMin=True, max=9, exclusiveMax=True
    ),
    "an integer whose bound is not exclusive": fields.Integer(min=1, exclusiveMin=False),
    "a float": fields.Float(min=0.5, example=1.5),
    "a fixed decimal": fields.Fixed(decimals=2),
    "an arbitrary number": fields.Arbitrary,
    "a boolean": fields.Boolean(default=False),
    "a time": fields.DateTime(min=datetime(2020, 1, 1)),
    "a time as in a mail": fields.DateTime(dt_format="rfc822"),
    "a time with a default": fields.DateTime(default=datetime(2020, 1, 1)),
    "a date": fields.Date(min=date(2020, 1, 1), max=date(2030, 1, 1)),
    "a link": fields.Url("things", absolute=True),
    "a formatted string": fields.FormattedString("Hello {name}"),
    "the name of a class": fields.ClassName(dash=True),
    "anything": fields.Raw,
    "anything with an example": fields.Raw(example={"type": "null", "const": 1}),
    "a list": fields.List(fields.Integer),
    "a list of so many items": fields.List(
        fields.String(max_length=5), min_items=1, max_items=4, unique=True, description="Tags"
    ),
    "a list of lists": fields.List(fields.List(fields.Float(min=0))),
    "members of any name": fields.Wildcard(fields.Integer(min=0)),
    "members of any name, of anything": fields.Wildcard(fields.Raw),
    "a field of several types": Nickname(enum=["Ann", "Bob", None]),
    "a field of a team's own": Temperature(min=1),
    "a field that writes its schema": Pair(required=True),
}


def _declare(field: Any) -> Any:
    def declare(api: Any) -> None:
        model = api.model("Thing", {"it": field, "id": fields.Integer})
        serve(
            api,
            get=api.marshal_with(model)(method("Read a thing")),
            post=api.expect(model)(method("Make a thing")),
        )

    return declare


DECLARATIONS.update({f"fields: {name}": Declaration(_declare(FIELDS[name])) for name in FIELDS})
