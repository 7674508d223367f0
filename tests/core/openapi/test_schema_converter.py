"""marshmallow schemas as JSON Schema: what apispec says wrongly is corrected, in both versions."""

import re
from typing import Any

import pytest
from marshmallow import EXCLUDE, INCLUDE, Schema, fields, validate
from marshmallow_oneofschema.one_of_schema import OneOfSchema

from openapi.declaration import parameters_of
from openapi.marshmallow.names import component_name
from openapi.marshmallow.variants import variant_of
from openapi.schema_converter import SchemaConverter
from openapi.schemas import ANSWER


class Leaf(Schema):
    """A leaf"""

    colour = fields.Str(required=True, metadata={"example": "green"})


class Tree(Schema):
    """A tree

    With leaves.
    """

    height = fields.Int(load_default=3, metadata={"example": 4})
    leaves = fields.List(fields.Nested(Leaf), required=True)
    crown = fields.Nested(Leaf, allow_none=True)
    nested = fields.Nested(lambda: Tree(), allow_none=True)


def converted(field: fields.Field[Any], version: str) -> dict[str, Any]:
    """What a field becomes as a property."""
    converter = SchemaConverter(version)
    converter.schema(Schema.from_dict({"it": field}, name="Sample"))
    converted: dict[str, Any] = converter.components["Sample"]["properties"]["it"]
    return converted


@pytest.mark.parametrize(
    ("field", "in_31", "in_20"),
    [
        (
            fields.Str(validate=validate.Equal("yes")),
            {"type": "string", "const": "yes"},
            {"type": "string", "enum": ["yes"]},
        ),
        (
            fields.Dict(
                fields.Str(validate=validate.Length(max=5)), validate=validate.Length(1, 9)
            ),
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 9,
                "additionalProperties": {},
                "propertyNames": {"type": "string", "maxLength": 5},
            },
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 9,
                "additionalProperties": {},
            },
        ),
        (fields.Url(), {"type": "string", "format": "uri"}, {"type": "string", "format": "uri"}),
        (
            fields.Str(validate=validate.Regexp(re.compile(r"\A[a-z]+\Z"))),
            {"type": "string", "pattern": "^[a-z]+$"},
            {"type": "string", "pattern": "^[a-z]+$"},
        ),
        (
            fields.Str(metadata={"examples": ["a", "b"]}),
            {"type": "string", "examples": ["a", "b"]},
            {"type": "string", "example": "a"},
        ),
        (
            fields.Str(allow_none=True),
            {"type": ["string", "null"]},
            {"type": "string", "x-nullable": True},
        ),
    ],
    ids=["equal", "dict", "url", "pattern", "examples", "nullable"],
)
def test_a_field_is_told_as_each_version_has_it(
    field: fields.Field[Any], in_31: dict[str, Any], in_20: dict[str, Any]
) -> None:
    """A field is described with JSON Schema's own keywords in 3.1, and with the nearest ones of
    2.0."""
    assert converted(field, "3.1.0") == in_31
    assert converted(field, "2.0") == in_20


@pytest.mark.parametrize(
    ("version", "root"), [("3.1.0", "components/schemas"), ("2.0", "definitions")]
)
def test_nested_schemas_come_along(version: str, root: str) -> None:
    """A reference to a schema brings every schema that it refers to, even in a circle."""
    converter = SchemaConverter(version)
    assert converter.schema(Tree) == {"$ref": f"#/{root}/Tree"}
    assert converter.schema(Tree(many=True)) == {
        "type": "array",
        "items": {"$ref": f"#/{root}/Tree"},
    }
    assert list(converter.components) == ["Leaf", "Tree"]
    assert converter.components["Leaf"]["required"] == ["colour"]


def test_a_nested_schema_may_be_null() -> None:
    """A nullable nested schema is a union with null in 3.1, and a reference with a type beside it
    in 2.0."""
    schemas = {}
    for version in ("3.1.0", "2.0"):
        converter = SchemaConverter(version)
        converter.schema(Tree)
        schemas[version] = converter.components["Tree"]["properties"]["crown"]
    assert schemas["3.1.0"] == {"anyOf": [{"$ref": "#/components/schemas/Leaf"}, {"type": "null"}]}
    assert schemas["2.0"] == {
        "allOf": [{"$ref": "#/definitions/Leaf"}],
        "type": "object",
        "x-nullable": True,
    }


def test_a_schemas_docstring_is_its_description() -> None:
    """The docstring of a schema is its description."""
    converter = SchemaConverter("3.1.0")
    converter.schema(Leaf)
    assert converter.components["Leaf"]["description"] == "A leaf"


@pytest.mark.parametrize(
    ("unknown", "additional"), [("raise", False), (INCLUDE, True), (EXCLUDE, None)]
)
def test_unknown_members_are_told_of_beside_a_description(unknown: Any, additional: object) -> None:
    """A schema with a description still says what it does with unknown members, although apispec
    leaves that out."""

    meta = type("Meta", (), {"description": "Described", "unknown": unknown})
    described = type("Described", (Schema,), {"Meta": meta})
    converter = SchemaConverter("3.1.0")
    converter.schema(described)
    assert converter.components["Described"].get("additionalProperties") == additional


def test_a_change_requires_nothing_and_takes_no_default() -> None:
    """A partial schema is a component of its own that requires nothing and has no defaults."""
    converter = SchemaConverter("3.1.0")
    converter.schema(Tree(partial=True))
    changed = converter.components["TreeChange"]
    assert "required" not in changed
    assert "default" not in changed["properties"]["height"]


def test_parameters_carry_their_examples_as_each_version_wants() -> None:
    """The example of a parameter stands beside its schema in 3.1, and in an extension in 2.0, which
    has no keyword for it."""
    query = Schema.from_dict({"limit": fields.Int(metadata={"example": 5})}, name="Query")
    [newer] = [SchemaConverter("3.1.0").parameter(each) for each in parameters_of(query, "query")]
    [older] = [SchemaConverter("2.0").parameter(each) for each in parameters_of(query, "query")]
    assert newer == {
        "in": "query",
        "name": "limit",
        "required": False,
        "schema": {"type": "integer"},
        "example": 5,
    }
    assert older == {
        "in": "query",
        "name": "limit",
        "required": False,
        "type": "integer",
        "x-example": 5,
    }


def test_an_example_is_put_together_from_the_fields() -> None:
    """An example is built from the fields: from nested schemas' own examples, and null for a
    nullable field without one."""
    one = {"height": 4, "leaves": [{"colour": "green"}], "crown": None, "nested": None}
    converter = SchemaConverter("3.1.0")
    assert converter.example(Tree, ANSWER) == one
    assert converter.example(Tree(many=True), ANSWER) == [one]


def test_a_component_can_be_named() -> None:
    """A component has the name that Meta.component gives, or else the name of its class."""

    class Internal(Schema):
        class Meta:
            component = "Public"

    names = [component_name(variant_of(schema)) for schema in (Internal, Leaf)]
    assert names == ["Public", "Leaf"]


class Circle(Schema):
    """A circle"""

    radius = fields.Int(required=True)


class Line(Schema):
    """A line"""

    length = fields.Int()


class Shape(OneOfSchema):
    """A shape"""

    type_field = "kind"
    type_schemas = {"circle": Circle, "long-line": Line}  # noqa: RUF012


def test_a_polymorphic_schema_is_one_of_several() -> None:
    """A polymorphic schema is a `oneOf` with a discriminator, and each alternative has the type."""
    for version in ("3.1.0", "3.0.4"):
        converter = SchemaConverter(version, strict=True)
        converter.schema(Shape(many=True))
        root = "#/components/schemas/"
        assert converter.components["Shape"] == {
            "oneOf": [{"$ref": f"{root}ShapeCircle"}, {"$ref": f"{root}ShapeLongLine"}],
            "discriminator": {
                "propertyName": "kind",
                "mapping": {"circle": f"{root}ShapeCircle", "long-line": f"{root}ShapeLongLine"},
            },
            "description": "A shape",
        }
        line = converter.components["ShapeLongLine"]
        assert line["required"] == ["kind"]
        value = {"const": "long-line"} if version == "3.1.0" else {"enum": ["long-line"]}
        assert line["properties"]["kind"] == {"type": "string"} | value


def test_a_polymorphic_schema_is_a_base_in_20() -> None:
    """In 2.0, a polymorphic schema is the base of its alternatives, which name their type."""
    converter = SchemaConverter("2.0")
    converter.schema(Shape)
    base = converter.components["Shape"]
    assert base["discriminator"] == "kind"
    assert base["properties"]["kind"]["enum"] == ["circle", "long-line"]
    circle = converter.components["ShapeCircle"]
    assert circle["allOf"][0] == {"$ref": "#/definitions/Shape"}
    assert circle["x-discriminator-value"] == "circle"
