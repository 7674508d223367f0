"""marshmallow's messages at the values that they are about.

For a Dict, marshmallow puts them below "key" and "value", and for a Pluck below the name of the
plucked field. No request has these.
"""

from typing import Any

from marshmallow import fields

Messages = Any
SCHEMA = "_schema"


def located(schema: Any, messages: Messages) -> Messages:
    """Return messages at the places of the values that they are about.

    :param schema: the schema that refused the values
    :param messages: its messages
    """
    if not isinstance(messages, dict):
        return messages
    members = {field.data_key or name: field for name, field in schema.load_fields.items()}
    return {
        name: located(schema, each) if isinstance(name, int) else _of_field(members.get(name), each)
        for name, each in messages.items()
    }


def _of_field(field: Any, messages: Messages) -> Messages:
    if not isinstance(messages, dict):
        return messages
    if isinstance(field, fields.Pluck):
        return _plucked(field, messages)
    if isinstance(field, fields.Nested):
        return located(field.schema, messages)
    if isinstance(field, fields.List):
        return {name: _of_field(field.inner, each) for name, each in messages.items()}
    if isinstance(field, fields.Tuple):
        inner = dict(enumerate(field.tuple_fields))
        return {name: _of_field(inner.get(name), each) for name, each in messages.items()}
    if isinstance(field, fields.Mapping):
        return {name: _of_entry(field, each) for name, each in messages.items()}
    return messages


def _plucked(field: fields.Pluck, messages: Messages) -> Messages:
    key = field._field_data_key
    if not field.many:
        return messages.get(key, messages)
    return {
        name: each.get(key, each) if isinstance(each, dict) else each
        for name, each in messages.items()
    }


def _of_entry(field: Any, messages: Messages) -> Messages:
    if not isinstance(messages, dict):
        return messages
    value = _of_field(field.value_field, messages.get("value", {}))
    key = messages.get("key", [])
    if isinstance(value, list):
        return [*key, *value]
    return value | ({SCHEMA: key} if key else {})
