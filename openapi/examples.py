"""Examples: of a request without what only answers have, of an answer without what only requests
have. An example that does not fit its schema, or that would be refused, is not shown.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from marshmallow import Schema, ValidationError, missing

from openapi.marshmallow.values import as_json, is_json, number
from openapi.schemas import REQUEST, Direction, Json

# Deeper, a schema that is nested in itself has no example.
_MAX_DEPTH = 6


def valid_examples(field: Any, members: Json, components: Mapping[str, Json]) -> Json:
    """Return those of the examples of a field, in its metadata, that it would accept.

    :param field: the field
    :param members: its schema
    :param components: the schemas that it refers to
    """
    given = field.metadata
    one = [given["example"]] if "example" in given else []
    several = given.get("examples")
    accepted = [
        list(_accepted(field, values, members, components))
        for values in (one, several if isinstance(several, (list, tuple)) else [])
    ]
    return {
        **({"example": accepted[0][0]} if accepted[0] else {}),
        **({"examples": accepted[1]} if accepted[1] else {}),
    }


def _accepted(
    field: Any, examples: Any, members: Json, components: Mapping[str, Json]
) -> Iterator[Any]:
    schema = {name: value for name, value in members.items() if name not in ("example", "examples")}
    for each in examples:
        is_plain = is_json(each) and number(each) is each
        value = each if is_plain else as_json(field, each)
        is_null = value is None and field.allow_none
        if is_null or (fits(value, schema, components) and _is_loaded(field, value)):
            yield value


def fits(value: Any, schema: Json, components: Mapping[str, Json]) -> bool:
    """Return whether a value is one of a schema.

    :param value: the value
    :param schema: the schema, in JSON Schema 2020-12
    :param components: the schemas that it refers to, by the names of `#/definitions/`
    """
    try:
        return bool(Draft202012Validator({**schema, "definitions": components}).is_valid(value))
    except re.error:
        # A pattern of ECMA 262, such as one with a named group, which Python writes otherwise.
        return True


def _is_loaded(field: Any, value: Any) -> bool:
    if field.dump_only:
        return True
    try:
        field.deserialize(value)
    except ValidationError:
        return False
    except Exception:  # A validator of a team's own, which needs what is not there yet.
        return True
    return True


def example_of(schema: Json, components: Mapping[str, Json], direction: Direction) -> Any:
    """Return an example of a schema, put together from those of its members; or `missing`.

    A member without an example is there if it is required, or may be null.

    :param schema: the schema, in JSON Schema 2020-12
    :param components: the schemas that it refers to
    :param direction: whether a request or an answer has it
    """
    return _Maker(components, direction).make(schema, _MAX_DEPTH, is_required=True)


@dataclass(frozen=True)
class _Maker:
    components: Mapping[str, Json]
    direction: Direction

    def make(self, schema: Json, depth: int, *, is_required: bool) -> Any:
        for given in (_given(schema), _null(schema)):
            if given is not missing:
                return given
        if depth == 0:
            return missing
        if "$ref" in schema:
            inner = self.components[schema["$ref"].rpartition("/")[2]]
            return self.make(inner, depth - 1, is_required=is_required)
        if choices := schema.get("oneOf", schema.get("anyOf", ())):
            return self.make(
                {**schema, "oneOf": (), "anyOf": (), **choices[0]},
                depth - 1,
                is_required=is_required,
            )
        kind = schema.get("type")
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, depth, is_required)
        return _usual(schema) if is_required else missing

    def _object(self, schema: Json, depth: int) -> Any:
        hidden = "readOnly" if self.direction == REQUEST else "writeOnly"
        required = schema.get("required", ())
        members = {
            name: self.make(each, depth, is_required=name in required)
            for name, each in schema.get("properties", {}).items()
            if not each.get(hidden)
        }
        return {name: value for name, value in members.items() if value is not missing}

    def _array(self, schema: Json, depth: int, is_required: bool) -> Any:
        firsts = schema.get("prefixItems")
        items = [
            self.make(each, depth - 1, is_required=is_required or bool(firsts))
            for each in firsts or [schema.get("items") or {}]
        ]
        shown = [each for each in items if each is not missing]
        return shown if shown or is_required else missing


def _given(schema: Json) -> Any:
    for name in ("example", "const", "default"):
        if name in schema:
            return schema[name]
    values = schema.get("examples") or schema.get("enum")
    return values[0] if values else missing


def _null(schema: Json) -> Any:
    is_null = "null" in schema.get("type", ()) or {"type": "null"} in schema.get("anyOf", ())
    return None if is_null else missing


_BY_FORMAT = {
    "uuid": "0192f0c1-2345-7abc-8def-0123456789ab",
    "date": "2026-01-02",
    "date-time": "2026-01-02T03:04:05Z",
    "date-time-local": "2026-01-02T03:04:05",
    "time-local": "03:04:05",
    "email": "ann@example.com",
    "uri": "https://example.com/",
    "uri-reference": "/",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "decimal": "1.50",
}


def _usual(schema: Json) -> Any:
    """A value for a member that must be there, and has no example."""
    kinds = schema.get("type", "")
    match kinds if isinstance(kinds, str) else kinds[0]:
        case "string":
            text = _BY_FORMAT.get(schema.get("format", ""), "text")
            return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength")]
        case "integer" | "number":
            least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
            return min(least, schema.get("maximum", schema.get("exclusiveMaximum", least + 1) - 1))
        case "boolean":
            return True
    return missing


def would_be_loaded(schema: Schema, example: Any) -> bool:
    """Return whether a schema accepts an example of a request.

    :param schema: the schema
    :param example: the example
    """
    try:
        return not schema.validate(example)
    except Exception:  # A hook of a team's own, which needs what is not there yet.
        return True
