"""Parameters and headers of Swagger 2.0, which are no JSON."""

from typing import Any

import pytest

from openapi.primitives20 import header20, parameter20

SAME: Any = object()
PARAMETERS: dict[str, tuple[Any, Any]] = {
    "valid": (
        {"in": "query", "type": "array", "items": {"type": "integer"}, "collectionFormat": "multi"},
        SAME,
    ),
    "a type that is none": ({"in": "query", "type": "text"}, {"in": "query", "type": "string"}),
    "an object": ({"in": "query", "type": "object"}, {"in": "query", "type": "string"}),
    "nothing said": ({"in": "query", "description": None}, {"in": "query", "type": "string"}),
    "a list of anything": (
        {"in": "query", "type": "array"},
        {"in": "query", "type": "array", "items": {"type": "string"}},
    ),
    "an example": (
        {"in": "query", "type": "string", "example": "a"},
        {"in": "query", "type": "string", "x-example": "a"},
    ),
    "what a header cannot be": (
        {"in": "header", "type": "string", "collectionFormat": "multi", "allowEmptyValue": True},
        {"in": "header", "type": "string"},
    ),
    "of the path": (
        {"in": "path", "type": "integer", "required": False},
        {"in": "path", "type": "integer", "required": True},
    ),
    "a default that does not fit": (
        {"in": "query", "type": "integer", "default": "a"},
        {"in": "query", "type": "integer", "x-default": "a"},
    ),
    "a file": ({"in": "formData", "type": "file", "description": "It"}, SAME),
    "a binary string": (
        {"in": "formData", "type": "string", "format": "binary"},
        {"in": "formData", "type": "file"},
    ),
    "several files": (
        {"in": "formData", "type": "array", "items": {"type": "file"}, "required": True},
        {"in": "formData", "type": "file", "required": True},
    ),
}


@pytest.mark.parametrize("case", PARAMETERS)
def test_a_parameter_is_as_20_accepts_it(case: str) -> None:
    """A parameter is valid in 2.0, and one that was so stays as it is."""
    parameter, expected = PARAMETERS[case]
    written = parameter20({"name": "it", **parameter})
    assert written == {"name": "it", **(parameter if expected is SAME else expected)}
    assert parameter20(written) == written


def test_a_header_is_as_20_accepts_it() -> None:
    """A header has a type, and nothing that only a body has."""
    header = {"type": ["integer", "null"], "description": "How many", "readOnly": True}
    assert header20(header) == {"type": "integer", "description": "How many"}
