"""What each type of marshmallow's fields is in JSON Schema 2020-12.

A field of a team's own says it in an attribute `json_schema`; without one, it is what the class is
from which it derives, and anything if that is Field itself.
"""

import re
from collections.abc import Callable
from functools import singledispatch
from typing import Any

from marshmallow import fields

from openapi.marshmallow import patterns
from openapi.marshmallow.limits import (
    awareness,
    decimal_limit,
    is_unsigned,
    timedelta_limit,
    timestamp_limit,
)
from openapi.marshmallow.values import is_json, number
from openapi.schemas import ANSWER, REQUEST, Direction, Json

# What converts a field within another: the converter, in one direction.
Convert = Callable[[Any], Json]

_TEXT: Json = {"type": "string"}


def is_delimited(field: Any) -> bool:
    """Return whether a field is a list in one text (webargs' DelimitedList and DelimitedTuple).

    :param field: the field
    """
    return isinstance(getattr(field, "delimiter", None), str)


def is_directional(field: Any) -> bool:
    """Return whether a request has something else for a field than an answer.

    :param field: the field
    """
    if isinstance(field, fields.Boolean):
        return _words(field) is not None
    if isinstance(field, fields.NaiveDateTime):
        # Then a request may have an offset, which an answer never has.
        return field.timezone is not None
    return isinstance(field, (fields.Integer, fields.Decimal, fields.Float)) and field.as_string


@singledispatch
def members(_field: Any, _convert: Convert, _direction: Direction) -> Json:
    """Return the members of the schema of a field, by its type.

    :param field: the field
    :param convert: converts a field that is within this one
    :param direction: whether a request or an answer has it
    """
    return {}


@members.register
def _(_field: fields.String, *_: Any) -> Json:
    return _TEXT


@members.register
def _(_field: fields.UUID, *_: Any) -> Json:
    return {"type": "string", "format": "uuid"}


@members.register
def _(_field: fields.Email, *_: Any) -> Json:
    return {"type": "string", "format": "email"}


@members.register
def _(field: fields.Url, *_: Any) -> Json:
    return {"type": "string", "format": "uri-reference" if field.relative else "uri"}


@members.register
def _(field: fields.Integer, _convert: Convert, direction: Direction) -> Json:
    if field.as_string:
        return _as_text("integer", direction, pattern=_of_sign(field, patterns.INTEGER))
    return {"type": "integer"}


@members.register(fields.Number)
def _(_field: Any, *_: Any) -> Json:
    return {"type": "number"}


@members.register
def _(field: fields.Float, _convert: Convert, direction: Direction) -> Json:
    if field.as_string:
        return _as_text("number", direction, **_pattern(field, patterns.FLOAT))
    return {"type": "number", "format": "double"}


@members.register
def _(field: fields.Decimal, _convert: Convert, direction: Direction) -> Json:
    if field.as_string:
        return _as_text("number", direction, format="decimal", **_pattern(field, patterns.DECIMAL))
    if field.places is None:
        return {"type": "number"}
    limit = decimal_limit(field)
    return {"type": "number", "minimum": -limit, "maximum": limit}


def _pattern(field: Any, pattern: str) -> Json:
    return {} if field.allow_nan else {"pattern": _of_sign(field, pattern)}


def _of_sign(field: Any, pattern: str) -> str:
    # A text has no keyword for a minimum, but its pattern can leave the sign out.
    return pattern.replace("^-?", "^", 1) if is_unsigned(field) else pattern


def _as_text(kind: str, direction: Direction, **more: Any) -> Json:
    """A number that is answered as text; a request may send either."""
    return {"type": ["string", kind] if direction == REQUEST else "string", **more}


@members.register
def _(field: fields.Boolean, _convert: Convert, direction: Direction) -> Json:
    words = _words(field)
    if words is None or direction == ANSWER:
        return {"type": "boolean"}
    return {"enum": words} if words else {}


def _words(field: fields.Boolean) -> list[Any] | None:
    """The values that a request may have, where the field says which; empty for any at all."""
    usual = fields.Boolean
    if field.truthy == usual.truthy and field.falsy == usual.falsy:
        return None
    if not field.truthy:
        return []
    return sorted(filter(is_json, field.truthy | field.falsy), key=lambda word: (str(word), word))


@members.register
def _(field: fields.DateTime, _convert: Convert, direction: Direction) -> Json:
    match field.format or field.DEFAULT_FORMAT:
        case "iso" | "iso8601":
            return _iso(field, direction)
        case "rfc" | "rfc822":
            return {"type": "string", "pattern": patterns.RFC_822}
        case "timestamp" | "timestamp_ms":
            limit = timestamp_limit(field)
            return {"type": "number", "minimum": 0, "exclusiveMaximum": limit}
        case format:
            return _strftime(format)


def _iso(field: fields.DateTime, direction: Direction) -> Json:
    if not isinstance(field, fields.NaiveDateTime) and awareness(field) != "naive":
        return {"type": "string", "format": "date-time"}
    if is_directional(field) and direction == REQUEST:
        return {"type": "string", "pattern": patterns.DATETIME}
    return {"type": "string", "format": "date-time-local", "pattern": patterns.NAIVE_DATETIME}


def _strftime(format: str) -> Json:
    pattern = patterns.time_pattern(format)
    return {"type": "string", **({"pattern": pattern} if pattern else {})}


@members.register
def _(field: fields.Date, *_: Any) -> Json:
    format = field.format or field.DEFAULT_FORMAT
    is_iso = format in ("iso", "iso8601")
    return {"type": "string", "format": "date"} if is_iso else _strftime(format)


@members.register
def _(field: fields.Time, *_: Any) -> Json:
    format = field.format or field.DEFAULT_FORMAT
    if format in ("iso", "iso8601"):
        pattern = patterns.NAIVE_TIME if awareness(field) == "naive" else patterns.TIME
        return {"type": "string", "format": "time-local", "pattern": pattern}
    return _strftime(format)


@members.register
def _(field: fields.TimeDelta, *_: Any) -> Json:
    limit = timedelta_limit(field)
    return {"type": "number", "minimum": -limit, "maximum": limit, "x-unit": field.precision}


@members.register
def _(_field: fields.IP, *_: Any) -> Json:
    return {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}


@members.register
def _(_field: fields.IPv4, *_: Any) -> Json:
    return {"type": "string", "format": "ipv4"}


@members.register
def _(_field: fields.IPv6, *_: Any) -> Json:
    return {"type": "string", "format": "ipv6"}


@members.register
def _(_field: fields.IPInterface, *_: Any) -> Json:
    return {"type": "string", "pattern": patterns.IP_INTERFACE}


@members.register
def _(_field: fields.IPv4Interface, *_: Any) -> Json:
    return {"type": "string", "pattern": patterns.IPV4_INTERFACE}


@members.register
def _(_field: fields.IPv6Interface, *_: Any) -> Json:
    return {"type": "string", "pattern": patterns.IPV6_INTERFACE}


@members.register(fields.Enum)
def _(field: Any, convert: Convert, _direction: Direction) -> Json:
    if field.by_value is False:
        return {"type": "string", "enum": list(field.enum.__members__)}
    values = [field.field._serialize(each.value, None, None) for each in field.enum]
    inner = {} if field.by_value is True else convert(field.field)
    types = list(dict.fromkeys(filter(None, map(json_type, values))))
    kind = {"type": types[0] if len(types) == 1 else types} if types else {}
    return {**kind, **inner, "enum": [number(each) for each in values]}


def json_type(value: Any) -> str | None:
    """Return the type that a value has in JSON Schema; None where it has none.

    :param value: a value as JSON has it
    """
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    return kinds.get(type(value), "number" if number(value) is not value else None)


@members.register(fields.List)
@members.register(fields.Tuple)
def _(field: Any, convert: Convert, _direction: Direction) -> Json:
    return _TEXT if is_delimited(field) else array(field, convert)


def array(field: fields.List[Any] | fields.Tuple, convert: Convert) -> Json:
    """Return the members of the schema of a list or a tuple.

    :param field: the field
    :param convert: converts the fields of its items
    """
    if isinstance(field, fields.List):
        return {"type": "array", "items": _item(field, convert(field.inner))}
    items = [_item(field, convert(each)) for each in field.tuple_fields]
    counts = {"minItems": len(items), "maxItems": len(items)}
    return {"type": "array", "prefixItems": items, "items": False, **counts}


def _item(field: Any, item: Json) -> Json:
    """An item in one text with others does not have their delimiter."""
    is_free = item.get("type") == "string" and not {"pattern", "format", "enum"} & item.keys()
    if not (is_delimited(field) and is_free):
        return item
    return {**item, "pattern": f"^[^{re.escape(field.delimiter)}]*$"}


@members.register(fields.Mapping)
def _(field: Any, convert: Convert, _direction: Direction) -> Json:
    names = _names(convert(field.key_field)) if field.key_field else {}
    return {
        "type": "object",
        "additionalProperties": convert(field.value_field) if field.value_field else {},
        **({"propertyNames": names} if names else {}),
    }


def _names(key: Json) -> Json:
    """The schema of a key: whatever it stands for, in JSON it is text."""
    match key.get("type"):
        case "integer":
            return {"pattern": patterns.INTEGER}
        case "number":
            return {"pattern": patterns.DECIMAL}
        case "boolean":
            return {"enum": ["true", "false"]}
        case "string":
            return key
    return {}


@members.register(fields.Constant)
def _(field: Any, *_: Any) -> Json:
    return {"const": number(field.constant)} if is_json(field.constant) else {}
