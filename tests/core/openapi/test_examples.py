"""Examples of requests and of answers fit their schemas, and are not refused."""

from decimal import Decimal
from typing import Any, ClassVar

import pytest
from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from marshmallow_oneofschema.one_of_schema import OneOfSchema

from openapi.operation import MISSING
from openapi.schema_converter import SchemaConverter
from openapi.schemas import ANSWER, REQUEST

VERSIONS = ("3.1.0", "3.0.4", "2.0")


class Account(Schema):
    """An account"""

    id = fields.Int(dump_only=True, metadata={"example": 7})
    login = fields.Email(required=True)
    password = fields.Str(
        load_only=True, validate=validate.Length(8), metadata={"example": "12345678"}
    )
    level = fields.Int(load_default=3)
    note = fields.Str()
    price = fields.Decimal(as_string=True, metadata={"example": Decimal("1.50")})


class Chain(Schema):
    """A chain of itself"""

    name = fields.Str(required=True, metadata={"example": "a"})
    next = fields.Nested(lambda: Chain(), metadata={"description": "The next."})
    others = fields.List(fields.Nested(lambda: Chain()))


class Endless(Schema):
    """No value of it can end"""

    next = fields.Nested(lambda: Endless(), required=True)


class Span(Schema):
    """The examples of its fields do not fit each other"""

    low = fields.Int(required=True, metadata={"example": 5})
    high = fields.Int(required=True, metadata={"example": 2})

    @validates_schema
    def check(self, data: dict[str, int], **_: Any) -> None:
        if data["low"] > data["high"]:
            raise ValidationError("low is above high.")


class Circle(Schema):
    radius = fields.Int(required=True, metadata={"example": 2})


class Shape(OneOfSchema):
    type_schemas: ClassVar = {"circle": Circle}  # type: ignore[misc]


class Needs(Schema):
    """Members without examples"""

    pattern = fields.Str(required=True, validate=validate.Regexp("[a-z]{3}x$"))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("schema", "request_", "answer"),
    [
        (
            Account,
            {"login": "ann@example.com", "password": "12345678", "level": 3, "price": "1.50"},
            {"id": 7, "login": "ann@example.com", "level": 3, "price": "1.50"},
        ),
        (Account(many=True, only=["id"]), [{}], [{"id": 7}]),
        (Chain, None, None),
        (Endless, MISSING, MISSING),
        (Span, MISSING, {"low": 5, "high": 2}),
        (Span(many=True), MISSING, [{"low": 5, "high": 2}]),
        (Shape, {"type": "circle", "radius": 2}, {"type": "circle", "radius": 2}),
        (Needs, MISSING, MISSING),
    ],
    ids=["account", "many", "chain", "endless", "span", "spans", "shape", "needs"],
)
def test_examples_are_made_for_each_direction(
    version: str, schema: Any, request_: Any, answer: Any
) -> None:
    """An example of a request has no read-only members, one of an answer no write-only ones. What
    would be refused is not shown, and a schema that is nested in itself ends."""
    converter = SchemaConverter(version)
    for direction, expected in ((REQUEST, request_), (ANSWER, answer)):
        converter.schema(schema, direction)
        example = converter.example(schema, direction)
        if expected is None:
            assert example["name"] == "a"
        else:
            assert example == expected


GOOD, BAD = {"low": 1, "high": 2}, {"low": 2, "high": 1}


def test_a_declared_example_is_shown_if_it_fits() -> None:
    """An example of the developer is shown if the schema accepts it, else one of the fields."""
    converter = SchemaConverter("3.1.0")
    converter.schema(Span)
    assert converter.example(Span, REQUEST, GOOD) == GOOD
    assert converter.example(Span, REQUEST, BAD) is MISSING
    assert converter.example(Span, ANSWER, BAD) == BAD
    assert converter.example(Span, ANSWER, {"low": "x"}) == {"low": 5, "high": 2}


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        (fields.Int(metadata={"example": 5}), {"example": 5}),
        (fields.Int(metadata={"example": "5"}), {}),
        (fields.Int(validate=validate.Range(max=4), metadata={"example": 5}), {}),
        (fields.Int(validate=lambda value: value == 4, metadata={"example": 4}), {"example": 4}),
        (fields.Date(metadata={"example": "2026-02-30"}), {}),
        (fields.Str(metadata={"examples": ["a", 5, "b"]}), {"examples": ["a", "b"]}),
        (fields.Str(metadata={"examples": [5]}), {}),
        (fields.Str(metadata={"example": None}), {}),
        (fields.Str(allow_none=True, metadata={"example": None}), {"example": None}),
        (fields.Decimal(metadata={"example": Decimal("1.5")}), {"example": 1.5}),
        (fields.Nested(Circle, metadata={"example": {"radius": 1}}), {"example": {"radius": 1}}),
        (
            fields.Str(validate=validate.Regexp("(?P<n>a)(?P=n)"), metadata={"example": "aa"}),
            {"example": "aa"},
        ),
        (fields.Nested(Circle, metadata={"example": {"side": 1}}), {}),
        (
            fields.Date(dump_only=True, metadata={"example": "2026-01-02"}),
            {"example": "2026-01-02"},
        ),
    ],
)
def test_an_example_of_a_field_that_would_be_refused_is_not_shown(
    field: fields.Field[Any], shown: dict[str, Any]
) -> None:
    """An example in the metadata of a field is shown if the field accepts it."""
    converter = SchemaConverter("3.1.0")
    converter.schema(Schema.from_dict({"it": field}, name="Sample"), REQUEST)
    members = converter.components["Sample"]["properties"]["it"]
    assert {name: members[name] for name in ("example", "examples") if name in members} == shown
