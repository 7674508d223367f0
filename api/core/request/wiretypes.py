"""The types that values have on the wire, as the documents tell them, for marshmallow's fields.

marshmallow itself takes the text "5" for an integer, 1 for true, and cuts 1.5 to 1. A field of a
team's own decides for itself.
"""

import re
from functools import singledispatch
from numbers import Integral
from typing import Any

from marshmallow import fields

from openapi.marshmallow import patterns
from openapi.marshmallow.limits import awareness, decimal_limit, timedelta_limit, timestamp_limit
from openapi.marshmallow.types import is_delimited

Messages = Any


def _compiled(pattern: str) -> re.Pattern[str]:
    # Python's $ also matches before a line feed at the end, and its \d any digit of Unicode.
    return re.compile(pattern.replace("$", r"\Z"), re.ASCII)


_INTEGER, _DECIMAL = _compiled(patterns.INTEGER), _compiled(patterns.DECIMAL)
_FLOAT, _RFC_822 = _compiled(patterns.FLOAT), _compiled(patterns.RFC_822)
_OFFSET = re.compile(r"([Zz]|[+-]\d\d(:?\d\d)?)\Z")
_MAX_DIGITS = 4000


def is_own(field: Any) -> bool:
    """Return whether a field is read in a way of the team's own.

    :param field: the field
    """
    return bool(field.pre_load) or type(field)._deserialize.__module__ != fields.__name__


def of_json(field: Any, value: Any) -> Messages:
    """Return messages for a value of JSON that has another type than the field has.

    :param field: a field that holds no others
    :param value: the value
    """
    return {} if value is None or is_own(field) else _of_json(field, value)


def of_text(field: Any, value: Any) -> Messages:
    """Return messages for a text that is no number, where the field is one; or for such items.

    :param field: the field of a parameter, or of the keys of an object
    :param value: the text, or a list of texts
    """
    if is_delimited(field) and isinstance(value, str):
        return of_text_items(field, value.split(field.delimiter) if value else [])
    if is_own(field):
        return {}
    if isinstance(value, list):
        return of_text_items(field, value)
    if isinstance(field, (fields.DateTime, fields.Time)):
        return _of_awareness(field, value)
    form = next((form for kind, form in _FORMS.items() if isinstance(field, kind)), None)
    if isinstance(field, fields.Enum) and isinstance(field.by_value, fields.Field):
        return of_text(field.field, value)
    return _refused(field, form is None or _is_text(form, value), input=value)


def of_text_items(field: Any, values: list[str]) -> Messages:
    """Return messages for the items of a list of texts.

    :param field: a list or a tuple
    :param values: the texts
    """
    inner = getattr(field, "inner", None)
    of_each = getattr(field, "tuple_fields", None) or [inner] * len(values)
    pairs = enumerate(zip(of_each, values, strict=False))
    found = {index: of_text(each, text) for index, (each, text) in pairs if each is not None}
    return {index: messages for index, messages in found.items() if messages}


_FORMS = {fields.Integer: _INTEGER, fields.Decimal: _DECIMAL, fields.Float: _FLOAT}


def _is_text(form: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _MAX_DIGITS and bool(form.match(value))


def _refused(field: Any, is_good: bool, key: str = "invalid", **more: Any) -> Messages:
    return {} if is_good else field.make_error(key, **more).messages


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_same(one: Any, two: Any) -> bool:
    """Whether two values are one in JSON, where true is not 1."""
    return bool(one == two) and isinstance(one, bool) == isinstance(two, bool)


@singledispatch
def _of_json(_field: Any, _value: Any) -> Messages:
    return {}


@_of_json.register(fields.Boolean)
def _(field: Any, value: Any) -> Messages:
    usual = fields.Boolean
    if not field.truthy:
        return {}
    if field.truthy == usual.truthy and field.falsy == usual.falsy:
        return _refused(field, isinstance(value, bool))
    words = field.truthy | field.falsy
    return _refused(field, any(_is_same(value, word) for word in words))


@_of_json.register(fields.Integer)
def _(field: Any, value: Any) -> Messages:
    if field.as_string and isinstance(value, str):
        return of_text(field, value)
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    return _refused(field, is_whole, input=value)


@_of_json.register(fields.Number)
def _(field: Any, value: Any) -> Messages:
    if field.as_string and isinstance(value, str):
        return of_text(field, value)
    return _refused(field, _is_number(value), input=value)


@_of_json.register(fields.Decimal)
def _(field: Any, value: Any) -> Messages:
    if field.as_string and isinstance(value, str):
        return of_text(field, value)
    if _is_number(value) and field.places is not None:
        return _refused(field, abs(value) <= decimal_limit(field), "too_large")
    return _refused(field, _is_number(value))


@_of_json.register(fields.TimeDelta)
def _(field: Any, value: Any) -> Messages:
    return _refused(field, _is_number(value) and abs(value) <= timedelta_limit(field))


@_of_json.register(fields.DateTime)
def _(field: Any, value: Any) -> Messages:
    if field.format in ("timestamp", "timestamp_ms"):
        is_good = _is_number(value) and 0 <= value < timestamp_limit(field)
    else:
        # The email package takes what is no date of an email as well.
        is_rfc = field.format in ("rfc", "rfc822")
        is_good = isinstance(value, str) and (not is_rfc or bool(_RFC_822.search(value)))
    return _refused(field, is_good, obj_type=field.OBJ_TYPE) or _of_awareness(field, value)


@_of_json.register(fields.Time)
def _(field: Any, value: Any) -> Messages:
    return _of_awareness(field, value) if isinstance(value, str) else {}


def _of_awareness(field: Any, value: Any) -> Messages:
    """Python compares no time that has an offset with a limit that has none."""
    needed = awareness(field)
    if needed is None or not isinstance(value, str):
        return {}
    is_rfc = field.format in ("rfc", "rfc822")
    is_aware = not value.endswith("-0000") if is_rfc else bool(_OFFSET.search(value))
    is_good = is_aware == (needed == "aware")
    return _refused(field, is_good, "invalid_awareness", awareness=needed, obj_type=field.OBJ_TYPE)


@_of_json.register(fields.Enum)
def _(field: Any, value: Any) -> Messages:
    if field.by_value is not True:
        return of_json(field.field, value)
    is_known = any(_is_same(value, each.value) for each in field.enum)
    return _refused(field, is_known, "unknown", choices=field.choices_text)


@_of_json.register(fields.Constant)
def _(field: Any, value: Any) -> Messages:
    return {} if _is_same(value, field.constant) else [f"Must be {field.constant}."]
