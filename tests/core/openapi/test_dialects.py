"""JSON Schema as each version of OpenAPI has it."""

from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator, OAS31Validator

from openapi.dialects import translated

NULL_30 = {"type": "object", "nullable": True, "enum": [None]}
SAME: Any = object()

TABLE: dict[str, tuple[Any, Any, Any]] = {
    "type and null": (
        {"type": ["string", "null"]},
        SAME,
        {"type": "string", "nullable": True},
    ),
    "types": (
        {"type": ["string", "integer", "null"], "anyOf": [{"minimum": 1}]},
        SAME,
        {
            "anyOf": [{"minimum": 1}],
            "allOf": [{"anyOf": [{"type": "string"}, {"type": "integer"}, NULL_30]}],
        },
    ),
    "one type in a list": ({"type": ["string"]}, SAME, {"type": "string"}),
    "null alone": ({"type": "null"}, SAME, NULL_30),
    "nullable": (
        {"type": "string", "nullable": True},
        {"type": ["string", "null"]},
        {"type": "string", "nullable": True},
    ),
    "nullable reference": (
        {"$ref": "#/definitions/A", "x-nullable": True},
        {"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]},
        {"anyOf": [{"$ref": "#/components/schemas/A"}, NULL_30]},
    ),
    "exclusive flag": (
        {"minimum": 1, "exclusiveMinimum": True, "maximum": 9, "exclusiveMaximum": False},
        {"exclusiveMinimum": 1, "maximum": 9},
        {"minimum": 1, "exclusiveMinimum": True, "maximum": 9},
    ),
    "exclusive number": (
        {"exclusiveMaximum": 9},
        SAME,
        {"maximum": 9, "exclusiveMaximum": True},
    ),
    "const": ({"const": "a"}, SAME, {"enum": ["a"]}),
    "examples": ({"examples": ["a", "b"]}, SAME, {"example": "a"}),
    "names of members": ({"propertyNames": {"maxLength": 5}}, SAME, {}),
    "members by pattern": (
        {"patternProperties": {"^a": {"type": "string"}}, "additionalProperties": False},
        SAME,
        {"additionalProperties": {"type": "string"}},
    ),
    "members by pattern, and others": (
        {"patternProperties": {"^a": {"type": "string"}}},
        SAME,
        {"additionalProperties": {"anyOf": [{"type": "string"}, {}]}},
    ),
    "tuple": (
        {"type": "array", "prefixItems": [{"type": "string"}], "items": False},
        SAME,
        {"type": "array", "items": {"anyOf": [{"type": "string"}]}},
    ),
    "tuple of old": (
        {"items": [{"type": "string"}], "additionalItems": False},
        {"prefixItems": [{"type": "string"}], "items": False},
        {"items": {"anyOf": [{"type": "string"}]}},
    ),
    "dependencies": (
        {"dependencies": {"a": ["b"], "c": {"required": ["d"]}}},
        {"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"required": ["d"]}}},
        {},
    ),
    "where it comes from": (
        {"$id": "https://example.com/a", "$schema": "https://example.com", "id": "a"},
        {},
        {},
    ),
    "a type of Python": ({"type": int}, {"type": "integer"}, {"type": "integer"}),
    "a type that is none": ({"type": "any", "title": "A"}, {"title": "A"}, {"title": "A"}),
    "a file": (
        {"type": "file"},
        {"type": "string", "format": "binary"},
        {"type": "string", "format": "binary"},
    ),
    "limits of times": (
        {"minimum": "2026-01-02", "exclusiveMinimum": True},
        {"x-minimum": "2026-01-02"},
        {"x-minimum": "2026-01-02"},
    ),
    "empty lists": ({"enum": [], "required": True}, {}, {}),
    "a tuple of values": ({"enum": ("a", "b")}, {"enum": ["a", "b"]}, {"enum": ["a", "b"]}),
    "array of anything": ({"type": "array"}, SAME, {"type": "array", "items": {}}),
    "words beside a reference": (
        {"$ref": "#/components/schemas/A", "description": "An A"},
        SAME,
        {"allOf": [{"$ref": "#/components/schemas/A"}], "description": "An A"},
    ),
    "discriminator": (
        {"discriminator": "kind"},
        {"discriminator": {"propertyName": "kind"}},
        {"discriminator": {"propertyName": "kind"}},
    ),
    "true and false": (
        {"properties": {"a": True, "b": False}, "additionalProperties": False},
        SAME,
        {"properties": {"a": {}, "b": {"not": {}}}, "additionalProperties": False},
    ),
    "within": (
        {"allOf": [{"items": {"const": 1}}], "not": {"const": 2}},
        SAME,
        {"allOf": [{"items": {"enum": [1]}}], "not": {"enum": [2]}},
    ),
    "examples are no schemas": (
        {"example": {"const": 1, "discriminator": "a"}, "enum": [{"type": "null"}]},
        SAME,
        SAME,
    ),
    "members of any name": (
        {"properties": {"const": {"type": "string"}, "discriminator": {"type": "string"}}},
        SAME,
        SAME,
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_a_schema_in_the_words_of_each_version(case: str) -> None:
    """A schema is written with the keywords of each version, and it is valid there."""
    schema, in_31, in_30 = TABLE[case]
    written = {version: translated(schema, version) for version in ("3.1.0", "3.0.4")}
    assert written["3.1.0"] == (schema if in_31 is SAME else in_31)
    assert written["3.0.4"] == (schema if in_30 is SAME else in_30)
    OAS31Validator.check_schema(written["3.1.0"])
    OAS30Validator.check_schema(written["3.0.4"])


IN_20 = {
    "a constant": ({"const": "a"}, {"enum": ["a"]}),
    "examples": ({"examples": ["a"]}, {"example": "a"}),
    "an exclusive limit": ({"exclusiveMinimum": 1}, {"minimum": 1, "exclusiveMinimum": True}),
    "nullable": ({"type": "string", "nullable": True}, {"type": "string", "x-nullable": True}),
    "a reference or null": (
        {"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}], "title": "A"},
        {
            "allOf": [{"$ref": "#/definitions/A"}],
            "type": "object",
            "x-nullable": True,
            "title": "A",
        },
    ),
    "a list or null": (
        {"anyOf": [{"type": "array", "items": {}}, {"type": "null"}]},
        {"type": "array", "items": {}, "x-nullable": True},
    ),
    "for requests alone": (
        {"writeOnly": True, "deprecated": True},
        {"x-writeOnly": True, "x-deprecated": True},
    ),
    "alternatives": ({"oneOf": [{"const": 1}, {}]}, {"x-oneOf": [{"enum": [1]}, {}]}),
    "a discriminator": ({"discriminator": {"propertyName": "a"}}, {"discriminator": "a"}),
    "first items": (
        {"items": [{"type": "string"}, {"type": "null"}], "additionalItems": False},
        {"items": {"type": "string", "x-nullable": True}},
    ),
    "what 2.0 has no word for": ({"if": {"const": 1}, "propertyNames": {}, "x-a": 1}, {"x-a": 1}),
}


@pytest.mark.parametrize("case", IN_20)
def test_a_schema_in_the_words_of_20(case: str) -> None:
    """A schema is written with the keywords of 2.0, and with extensions that tools know."""
    schema, expected = IN_20[case]
    assert translated(schema, "2.0") == expected


@pytest.mark.parametrize("version", ["2.0", "3.0.4", "3.1.0"])
@pytest.mark.parametrize("case", TABLE)
def test_what_is_written_stays(case: str, version: str) -> None:
    """A schema of a version is the same when it is translated once more, and is not changed."""
    schema = TABLE[case][0]
    before = repr(schema)
    once = translated(schema, version)
    assert translated(once, version) == once
    assert repr(schema) == before
