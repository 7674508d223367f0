"""A field that can never be read or written stops the start."""

import enum
from typing import Any

import pytest
from marshmallow import Schema, fields
from webargs.fields import DelimitedList

from api.core.bridge import Namespace, Resource
from api.core.declarations import DeclarationError
from api.core.guard import public
from api.core.issuer import EmbeddedIssuer
from tests.core.support.notes import Start, starter


class Level(enum.Enum):
    LOW = 1


class Point(enum.Enum):
    ORIGIN = object()


class Text(fields.Dict):
    """A field of a team's own, which reads an object from a text."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Any]:
        return {"text": value}


@pytest.fixture
def start(issuer: EmbeddedIssuer) -> Start:
    return starter(issuer)


def serving(part: str, field: Any) -> Namespace:
    """A namespace with one operation, of which this part has the field."""
    ns = Namespace("one", "One", path="/one")
    schema = Schema.from_dict({"it": field}, name="One")
    declared: dict[str, Any] = {
        "returns": Schema.from_dict({"a": fields.Str()}, name="Two"),
        part: schema,
    }
    view: Any = ns.operation(**declared)(lambda self, **_values: {})
    ns.add_resource(type("One", (Resource,), {"post": public(view)}), "")
    return ns


@pytest.mark.parametrize(
    ("part", "field", "said"),
    [
        ("query", fields.Dict(), "the query cannot hold the field it, which is an object"),
        ("query", fields.Nested({"a": fields.Int()}), "which is an object"),
        ("query", fields.List(fields.Nested({"a": fields.Int()})), "which is an object"),
        ("query", fields.Tuple((fields.Dict(),)), "which is an object"),
        ("query", fields.Enum(Level, by_value=True), "by_value=fields.Int"),
        ("headers", fields.List(fields.Str()), "take webargs' DelimitedList"),
        ("body", fields.Enum(Point, by_value=True), "JSON cannot hold One.it, an Enum"),
        ("returns", fields.Constant(object()), "JSON cannot hold One.it, a Constant"),
        ("returns", fields.List(fields.Constant(object())), "JSON cannot hold One.it"),
        ("returns", fields.Float(allow_nan=True), "which may be NaN"),
        ("returns", fields.Decimal(allow_nan=True), "which may be NaN"),
        ("returns", fields.Nested("Nowhere"), "Class with name 'Nowhere' was not found"),
    ],
)
def test_what_can_never_be_read_or_written_is_refused(
    start: Start, part: str, field: Any, said: str
) -> None:
    """A field that no request can fill, or no JSON can hold, stops the start, with its place."""
    with pytest.raises(DeclarationError) as raised:
        start(serving(part, field))
    assert "One.post (POST /one, " in str(raised.value)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ("query", Text()),
        ("query", fields.Dict(pre_load=lambda value: {"text": value})),
        ("query", fields.Enum(Level, by_value=fields.Int)),
        ("headers", DelimitedList(fields.Str())),
        ("body", fields.Float(allow_nan=True)),
        ("returns", fields.Float(allow_nan=True, as_string=True)),
    ],
)
def test_what_can_be_read_is_served(start: Start, part: str, field: Any) -> None:
    """A field that reads text in its own way is served, and one that is written as text."""
    assert start(serving(part, field))


def test_a_schema_may_be_defined_later(start: Start) -> None:
    """A body may name a schema that is defined after the method, as mutually nesting ones do."""
    ns = serving("body", fields.Nested("DefinedLater"))
    type("DefinedLater", (Schema,), {"a": fields.Int()})
    assert start(ns).test_client().post("/one", json={"it": {"a": "x"}}).status_code == 422
