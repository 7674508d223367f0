"""marshmallow's validators as keywords of JSON Schema 2020-12."""

import re
from collections.abc import Iterable, Iterator
from functools import singledispatch
from typing import Any

from marshmallow import fields, missing, validate

from openapi.marshmallow.patterns import ecma_pattern
from openapi.marshmallow.values import as_json, is_json, number
from openapi.schemas import Json


def keywords(field: Any, members: Json) -> Json:
    """Return what the validators of a field add to its schema.

    What no keyword can say, such as a function of the team's own, adds nothing.

    :param field: the field
    :param members: the schema that its type makes
    """
    added: Json = {}
    for rule in _rules(field.validators):
        _merge(added, _keywords(rule, field, {**members, **added}))
    return added


def _rules(validators: Iterable[Any]) -> Iterator[Any]:
    for rule in validators:
        if isinstance(rule, validate.And):
            yield from _rules(rule.validators)
        else:
            yield rule


def _merge(added: Json, more: Json) -> None:
    """Both the earlier and the later keywords hold."""
    for name, value in more.items():
        if name not in added or name in ("items", "enum"):
            added[name] = value
        elif name in _LARGEST:
            added[name] = max(added[name], value)
        elif name in _LEAST:
            added[name] = min(added[name], value)
        elif added[name] != value:
            added["allOf"] = [*added.get("allOf", ()), {name: value}]


_LARGEST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_LEAST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


@singledispatch
def _keywords(_rule: Any, _field: Any, _members: Json) -> Json:
    return {}


@_keywords.register
def _(rule: validate.Length, field: Any, members: Json) -> Json:
    unit = _UNITS.get(members.get("type", "array" if _is_many(field) else ""), "")
    if not unit:
        return {}
    least, most = (rule.min, rule.max) if rule.equal is None else (rule.equal, rule.equal)
    bounds = {f"min{unit}": least, f"max{unit}": most}
    return {name: bound for name, bound in bounds.items() if bound is not None}


_UNITS = {"string": "Length", "array": "Items", "object": "Properties"}


def _is_many(field: Any) -> bool:
    return isinstance(field, fields.Nested) and bool(field.many or field.schema.many)


@_keywords.register
def _(rule: validate.Range, field: Any, members: Json) -> Json:
    bounds = {
        ("minimum" if rule.min_inclusive else "exclusiveMinimum"): rule.min,
        ("maximum" if rule.max_inclusive else "exclusiveMaximum"): rule.max,
    }
    types = members.get("type", ())
    is_number = bool({"integer", "number"} & set([types] if isinstance(types, str) else types))
    limits = {name: _limit(field, bound) for name, bound in bounds.items() if bound is not None}
    # A date or a text has no keyword for it.
    return {
        name if is_number and not isinstance(limit, str) else f"x-{name}": limit
        for name, limit in limits.items()
        if limit is not missing
    }


def _limit(field: Any, bound: Any) -> Any:
    if isinstance(field, fields.Number):
        return number(bound)
    return as_json(field, bound)


@_keywords.register
def _(rule: validate.OneOf, field: Any, members: Json) -> Json:
    values = _values(field, rule.choices)
    known = members.get("enum", values)
    return {"enum": [value for value in known if value in values]} if values else {}


@_keywords.register
def _(rule: validate.ContainsOnly, field: Any, members: Json) -> Json:
    return _of_items(field, members, "enum", rule.choices)


@_keywords.register
def _(rule: validate.NoneOf, field: Any, _members: Json) -> Json:
    values = _values(field, rule.iterable)
    return {"not": {"enum": values}} if values else {}


@_keywords.register
def _(rule: validate.ContainsNoneOf, field: Any, members: Json) -> Json:
    return _of_items(field, members, "not", rule.iterable)


@_keywords.register
def _(rule: validate.Equal, field: Any, _members: Json) -> Json:
    values = _values(field, [rule.comparable])
    return {"const": values[0]} if values else {}


@_keywords.register
def _(rule: validate.Regexp, _field: Any, _members: Json) -> Json:
    if not isinstance(rule.regex.pattern, str):
        return {}
    pattern = ecma_pattern(re.compile(rule.regex.pattern, rule.regex.flags))
    return {"pattern": pattern} if pattern else {}


@_keywords.register
def _(_rule: validate.Email, *_: Any) -> Json:
    return {"format": "email"}


@_keywords.register
def _(rule: validate.URL, *_: Any) -> Json:
    return {"format": "uri-reference" if rule.relative else "uri"}


def _of_items(field: Any, members: Json, keyword: str, choices: Any) -> Json:
    if not isinstance(field, fields.List) or "items" not in members:
        return {}
    values = _values(field.inner, choices)
    value = values if keyword == "enum" else {"enum": values}
    return {"items": {**members["items"], keyword: value}} if values else {}


def _values(field: Any, choices: Any) -> list[Any]:
    """The choices as JSON has them, in a fixed order; none at all if one has no form there."""
    # The order of a set depends on the seed of the hashes.
    ordered = sorted(choices, key=repr) if isinstance(choices, (set, frozenset)) else choices
    values = [as_json(field, choice) for choice in ordered]
    return values if all(value is not missing and is_json(value) for value in values) else []
