"""Defaults that fit their schemas."""

from typing import Any

import pytest

from openapi.defaults import fitting

COMPONENTS = {"Size": {"type": "integer", "minimum": 1, "exclusiveMinimum": True}}


@pytest.mark.parametrize(
    ("schema", "default", "does_fit"),
    [
        ({"type": "integer"}, 3, True),
        ({"type": "integer"}, "many", False),
        ({"type": "string", "enum": ["a", "b"]}, "c", False),
        ({"type": "string", "format": "date-time"}, "2026-01-02T03:04:05Z", True),
        ({"type": "string", "format": "date-time"}, "2026-01-02T03:04:05", False),
        ({"type": "string", "format": "date"}, "2026-01-02", True),
        ({"type": "string", "format": "colour"}, "red", True),
        ({"allOf": [{"$ref": "#/definitions/Size"}]}, 2, True),
        ({"allOf": [{"$ref": "#/definitions/Size"}]}, 1, False),
        ({"type": "string", "x-nullable": True}, None, True),
    ],
)
def test_a_default_that_does_not_fit_is_none(
    schema: dict[str, Any], default: Any, *, does_fit: bool
) -> None:
    """A default that is no value of its schema is kept in an extension, for people to read."""
    name = "default" if does_fit else "x-default"
    assert fitting({**schema, "default": default}, COMPONENTS) == {**schema, name: default}


def test_defaults_within_are_looked_at() -> None:
    """A default of a member is looked at, and what only looks like one is not."""
    schema = {
        "properties": {"default": {"type": "integer", "default": "a"}},
        "enum": [{"default": 1}],
    }
    inner = {"type": "integer", "x-default": "a"}
    assert fitting(schema, {}) == {**schema, "properties": {"default": inner}}
