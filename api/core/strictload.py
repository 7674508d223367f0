"""A JSON body, loaded by a marshmallow schema: a value has the type that the documents say.

marshmallow takes the text "5" for an integer, 1 for true, and cuts 1.5 to 1. What a field of a
team's own reads, or what a `pre_load` hook changes first, is theirs to check.
"""

import re
from collections.abc import Callable, Iterator
from functools import singledispatch
from numbers import Integral
from typing import Any

from marshmallow import Schema, ValidationError, fields
from marshmallow.decorators import PRE_LOAD

from api.core.serialisation import is_polymorphic
from openapi.marshmallow.patterns import RFC_822
from openapi.marshmallow.types import decimal_limit, timedelta_limit

Messages = Any
_SCHEMA = "_schema"
# Python's $ also matches before a line feed at the end, and its \d any digit of Unicode.
_RFC_822 = re.compile(RFC_822.replace("$", r"\Z"), re.ASCII)
_WRONG_TYPE = "Invalid input type."


def load(schema: Schema, data: Any) -> Any:
    """Return what a schema loads.

    :param schema: the schema
    :param data: the value of the JSON
    :raises ValidationError: the schema refuses it, or a value has another type than is documented
    """
    faults = _join(_surrogates(data), _of_schema(schema, data))
    try:
        loaded = schema.load(data)
    except ValidationError as error:
        raise ValidationError(_join(located(schema, error.messages), faults)) from error
    except TypeError:
        # marshmallow-oneofschema iterates over whatever is sent for a list.
        if not faults:
            raise
    if faults:
        raise ValidationError(faults)
    return loaded


def _join(messages: Messages, more: Messages) -> Messages:
    """Messages and more of them, which take the place of those for the same value."""
    if not (isinstance(messages, dict) and isinstance(more, dict)):
        return more or messages
    joined = {**messages}
    for name, each in more.items():
        joined[name] = _join(messages[name], each) if name in messages else each
    return joined


def _surrogates(value: Any) -> Messages:
    """No UTF-8 has half of a character: neither a database nor an answer could hold it."""
    if isinstance(value, str):
        is_whole = value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)
        return {} if is_whole else ["It may not hold lone surrogates (U+D800 to U+DFFF)."]
    if isinstance(value, dict):
        return _each(value.items(), _surrogates)
    return _each(_items(value), _surrogates)


def _each(pairs: Any, faults: Callable[[Any], Messages]) -> Messages:
    found = ((name, faults(value)) for name, value in pairs)
    return {name: messages for name, messages in found if messages}


def _of_schema(schema: Any, value: Any) -> Messages:
    if schema._hooks[PRE_LOAD]:
        return {}
    if not schema.many:
        return _of_one(schema, value)
    if not isinstance(value, list):
        return {_SCHEMA: [_WRONG_TYPE]}
    return _each(enumerate(value), lambda each: _of_one(schema, each))


def _of_one(schema: Any, value: Any) -> Messages:
    if not isinstance(value, dict):
        return {_SCHEMA: [_WRONG_TYPE]}
    if is_polymorphic(schema):
        return _of_kind(schema, value)
    if type(schema).load is not Schema.load:
        return {}
    return {
        key: messages
        for key, field in _keys(schema)
        if key in value and (messages := _of_field(field, value[key]))
    }


def _of_kind(schema: Any, value: dict[str, Any]) -> Messages:
    kind = value.get(schema.type_field)
    if (
        kind is None
        or type(schema).get_data_type.__module__ != "marshmallow_oneofschema.one_of_schema"
    ):
        return {}
    if not isinstance(kind, str) or kind not in schema.type_schemas:
        return {schema.type_field: [f"Must be one of: {', '.join(map(str, schema.type_schemas))}."]}
    chosen = schema.type_schemas[kind]
    return _of_one(chosen() if isinstance(chosen, type) else chosen, value)


def _keys(schema: Schema) -> Iterator[tuple[str, Any]]:
    for name, field in schema.load_fields.items():
        yield (name if field.data_key is None else field.data_key), field


def _of_field(field: Any, value: Any) -> Messages:
    is_own = type(field)._deserialize.__module__ != fields.__name__
    return {} if value is None or field.pre_load or is_own else _faults(field, value)


def _refused(field: Any, is_good: bool, key: str = "invalid", **more: Any) -> Messages:
    return {} if is_good else field.make_error(key, **more).messages


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_same(one: Any, two: Any) -> bool:
    """Whether two values are one in JSON, where true is not 1."""
    return bool(one == two) and isinstance(one, bool) == isinstance(two, bool)


@singledispatch
def _faults(_field: Any, _value: Any) -> Messages:
    return {}


@_faults.register(fields.Nested)
def _(field: Any, value: Any) -> Messages:
    inner = field.schema
    if isinstance(field, fields.Pluck):
        plucked = inner.fields[field.field_name]
        if not field.many:
            return _of_field(plucked, value)
        return _each(_items(value), lambda each: _of_field(plucked, each))
    if not (field.many and not inner.many):
        return _of_schema(inner, value)
    return _each(_items(value), lambda each: _of_one(inner, each))


def _items(value: Any) -> Any:
    return enumerate(value) if isinstance(value, list) else ()


@_faults.register(fields.List)
def _(field: Any, value: Any) -> Messages:
    return _each(_items(value), lambda each: _of_field(field.inner, each))


@_faults.register(fields.Tuple)
def _(field: Any, value: Any) -> Messages:
    pairs = zip(field.tuple_fields, value if isinstance(value, list) else (), strict=False)
    return _each(enumerate(pairs), lambda pair: _of_field(*pair))


@_faults.register(fields.Mapping)
def _(field: Any, value: Any) -> Messages:
    if field.value_field is None or not isinstance(value, dict):
        return {}
    return _each(value.items(), lambda each: _of_field(field.value_field, each))


@_faults.register(fields.Boolean)
def _(field: Any, value: Any) -> Messages:
    usual = fields.Boolean
    if not field.truthy:
        return {}
    if field.truthy == usual.truthy and field.falsy == usual.falsy:
        return _refused(field, isinstance(value, bool))
    words = field.truthy | field.falsy
    return _refused(field, any(_is_same(value, word) for word in words))


@_faults.register(fields.Number)
def _(field: Any, value: Any) -> Messages:
    is_text = field.as_string and isinstance(value, str)
    return _refused(field, is_text or _is_number(value), input=value)


@_faults.register(fields.Decimal)
def _(field: Any, value: Any) -> Messages:
    if isinstance(value, str):
        return _refused(field, field.as_string)
    is_good = _is_number(value)
    if is_good and field.places is not None:
        return _refused(field, abs(value) <= decimal_limit(field), "too_large")
    return _refused(field, is_good)


@_faults.register(fields.Integer)
def _(field: Any, value: Any) -> Messages:
    is_text = field.as_string and isinstance(value, str)
    return _refused(field, is_text or _is_whole(value), input=value)


@_faults.register(fields.TimeDelta)
def _(field: Any, value: Any) -> Messages:
    return _refused(field, _is_number(value) and abs(value) <= timedelta_limit(field))


@_faults.register(fields.DateTime)
def _(field: Any, value: Any) -> Messages:
    if field.format in ("timestamp", "timestamp_ms"):
        is_good = _is_number(value)
    else:
        # The email package takes what is no date of an email as well.
        is_rfc = field.format in ("rfc", "rfc822")
        is_good = isinstance(value, str) and (not is_rfc or bool(_RFC_822.search(value)))
    return _refused(field, is_good, obj_type=field.OBJ_TYPE)


@_faults.register(fields.Enum)
def _(field: Any, value: Any) -> Messages:
    if field.by_value is not True:
        return _of_field(field.field, value)
    is_known = any(_is_same(value, each.value) for each in field.enum)
    return _refused(field, is_known, "unknown", choices=field.choices_text)


@_faults.register(fields.Constant)
def _(field: Any, value: Any) -> Messages:
    return {} if _is_same(value, field.constant) else [f"Must be {field.constant}."]


def located(schema: Any, messages: Messages) -> Messages:
    """Return messages of marshmallow at the values that they are about.

    For a Dict, marshmallow puts the messages below "key" and "value", which no document has.

    :param schema: the schema that refused the values
    :param messages: its messages
    """
    if not isinstance(messages, dict):
        return messages
    own = dict(_keys(schema))
    return {
        name: located(schema, each) if isinstance(name, int) else _located(own.get(name), each)
        for name, each in messages.items()
    }


def _located(field: Any, messages: Messages) -> Messages:
    if not isinstance(messages, dict):
        return messages
    if isinstance(field, fields.Pluck):
        return _plucked(field, messages)
    if isinstance(field, fields.Nested):
        return located(field.schema, messages)
    if isinstance(field, fields.List):
        return {name: _located(field.inner, each) for name, each in messages.items()}
    if isinstance(field, fields.Mapping):
        return {name: _of_entry(field, each) for name, each in messages.items()}
    return messages


def _plucked(field: fields.Pluck, messages: Messages) -> Messages:
    key = field._field_data_key
    return (
        {
            name: each.get(key, each) if isinstance(each, dict) else each
            for name, each in messages.items()
        }
        if field.many
        else messages.get(key, messages)
    )


def _of_entry(field: Any, messages: Messages) -> Messages:
    if not isinstance(messages, dict):
        return messages
    value = _located(field.value_field, messages.get("value", {}))
    return (
        [*messages.get("key", ()), *value]
        if isinstance(value, list)
        else value | ({_SCHEMA: messages["key"]} if "key" in messages else {})
    )
