"""A part of a request, loaded by a marshmallow schema: a value has the type that is documented."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields
from marshmallow.decorators import PRE_LOAD

from api.core.request import wiretypes
from api.core.request.located import SCHEMA, Messages, located
from openapi.marshmallow.variants import is_polymorphic, reads_type

_WRONG_TYPE = "Invalid input type."


def load_json(schema: Schema, data: Any) -> Any:
    """Return what a schema loads of a JSON body.

    What a `pre_load` hook changes first is for the hook to check.

    :param schema: the schema
    :param data: the value of the JSON
    :raises ValidationError: the schema refuses it, or a value has another type than is documented
    """
    return _load(schema, data, _join(_surrogates(data), _of_schema(schema, data)))


def load_texts(schema: Schema, data: Mapping[str, Any]) -> Any:
    """Return what a schema loads of a query or of headers.

    :param schema: the schema
    :param data: the parameters, texts or lists of texts
    :raises ValidationError: the schema refuses them, or one is no number where it should be
    """
    if schema._hooks[PRE_LOAD]:
        return schema.load(data)
    members = _members(schema)
    values = [(name, data[name]) for name in members if name in data]
    return _load(
        schema, data, _each(values, lambda name, text: wiretypes.of_text(members[name], text))
    )


def _load(schema: Schema, data: Any, faults: Messages) -> Any:
    try:
        loaded = schema.load(data)
    except ValidationError as error:
        raise ValidationError(_join(located(schema, error.messages), faults)) from error
    except Exception:
        # marshmallow is not made for everything that was found out before, such as 10**400 seconds.
        if not faults:
            raise
    if faults:
        raise ValidationError(faults)
    return loaded


def _join(messages: Messages, more: Messages) -> Messages:
    """Return messages and more of them, which take the place of those for the same value."""
    if not (isinstance(messages, dict) and isinstance(more, dict)):
        return more or messages
    joined = {**messages}
    for name, each in more.items():
        joined[name] = _join(messages[name], each) if name in messages else each
    return joined


def _each(pairs: Iterable[tuple[Any, Any]], faults: Callable[[Any, Any], Messages]) -> Messages:
    found = ((name, faults(name, value)) for name, value in pairs)
    return {name: messages for name, messages in found if messages}


def _items(value: Any) -> Iterable[tuple[int, Any]]:
    return enumerate(value) if isinstance(value, list) else ()


def _surrogates(value: Any) -> Messages:
    """No UTF-8 has half of a character: neither a database nor an answer could hold it."""
    if isinstance(value, str):
        is_whole = value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)
        return {} if is_whole else ["It may not hold lone surrogates (U+D800 to U+DFFF)."]
    pairs = value.items() if isinstance(value, dict) else _items(value)
    return _each(pairs, lambda name, each: _surrogates(name) or _surrogates(each))


def _members(schema: Schema) -> dict[str, Any]:
    return {
        name if field.data_key is None else field.data_key: field
        for name, field in schema.load_fields.items()
    }


def _of_schema(schema: Any, value: Any) -> Messages:
    if schema._hooks[PRE_LOAD]:
        return {}
    if not schema.many:
        return _of_one(schema, value)
    if not isinstance(value, list):
        return {SCHEMA: [_WRONG_TYPE]}
    return _each(_items(value), lambda _, each: _of_one(schema, each))


def _of_one(schema: Any, value: Any) -> Messages:
    if not isinstance(value, dict):
        return {SCHEMA: [_WRONG_TYPE]}
    if is_polymorphic(schema):
        return _of_kind(schema, value)
    if type(schema).load is not Schema.load or schema._hooks[PRE_LOAD]:
        return {}
    members = _members(schema)
    pairs = ((name, each) for name, each in value.items() if name in members)
    return _each(pairs, lambda name, each: _of_field(members[name], each))


def _of_kind(schema: Any, value: dict[str, Any]) -> Messages:
    kind = value.get(schema.type_field)
    if not reads_type(schema):
        return {}
    if kind is not None and (not isinstance(kind, str) or kind not in schema.type_schemas):
        return {schema.type_field: [f"Must be one of: {', '.join(map(str, schema.type_schemas))}."]}
    chosen = schema.type_schemas.get(kind)
    inner = chosen() if isinstance(chosen, type) else chosen
    return {} if inner is None else _of_one(inner, value)


def _of_field(field: Any, value: Any) -> Messages:
    if value is None or wiretypes.is_own(field):
        return {}
    if isinstance(field, fields.Nested):
        return _of_nested(field, value)
    if isinstance(field, fields.List):
        return _each(_items(value), lambda _, each: _of_field(field.inner, each))
    if isinstance(field, fields.Tuple):
        inner = dict(enumerate(field.tuple_fields))
        return _each(_items(value), lambda n, each: _of_field(inner[n], each) if n in inner else {})
    if isinstance(field, fields.Mapping):
        return _of_mapping(field, value) if isinstance(value, dict) else {}
    return wiretypes.of_json(field, value)


def _of_nested(field: Any, value: Any) -> Messages:
    schema = field.schema
    if isinstance(field, fields.Pluck):
        plucked = schema.fields[field.field_name]
        if field.many:
            return _each(_items(value), lambda _, each: _of_field(plucked, each))
        return _of_field(plucked, value)
    if field.many and not schema.many:
        return _each(_items(value), lambda _, each: _of_one(schema, each))
    return _of_schema(schema, value)


def _of_mapping(field: Any, value: dict[str, Any]) -> Messages:
    of_keys = _of_keys(field.key_field, value) if field.key_field else {}
    if not field.value_field:
        return of_keys
    return _join(_each(value.items(), lambda _, each: _of_field(field.value_field, each)), of_keys)


def _of_keys(field: Any, value: dict[str, Any]) -> Messages:
    """Keys that are no numbers where they should be, or stand for a key that is there already."""
    known: dict[Any, str] = {}

    def faults(key: str, _: Any) -> Messages:
        try:
            other = known.setdefault(field.deserialize(key), key)
        except (ValidationError, TypeError):
            return wiretypes.of_text(field, key)
        return wiretypes.of_text(field, key) if other is key else [f"It is the key {other} again."]

    return _each(value.items(), faults)
