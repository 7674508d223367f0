"""JSON Schema in the dialect of one version of OpenAPI.

3.1 has the keywords of JSON Schema 2020-12. 3.0 and 2.0 have fewer, and some with another meaning.
A schema may come in any of them: Flask-RESTX writes that of 2.0, `schema_model` takes them all.
"""

from collections.abc import Callable, Mapping
from typing import Any

from openapi.schemas import Json

_DEFINITIONS = "#/definitions/"
_COMPONENTS = "#/components/schemas/"

# Where schemas stand within a schema. What stands elsewhere, such as an example, is no schema.
_ONE = ("additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then")
_LISTED = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("dependentSchemas", "patternProperties", "properties")

_LIMITS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))

# Keywords of 2020-12 that 3.0 has no words for. A schema without them accepts more.
_NOT_IN_30 = frozenset(
    {
        *("$anchor", "$comment", "$defs", "$dynamicAnchor", "$dynamicRef", "$id", "$schema", "id"),
        *("contains", "minContains", "maxContains", "contentEncoding", "contentMediaType"),
        *("contentSchema", "definitions", "dependencies", "dependentRequired", "dependentSchemas"),
        *("if", "then", "else", "propertyNames", "unevaluatedItems", "unevaluatedProperties"),
    }
)

# 3.0 has no type for null alone.
_NULL_30: Json = {"type": "object", "nullable": True, "enum": [None]}
_COMBINED = ("$ref", "allOf", "anyOf", "oneOf")


def translated(schema: Any, version: str) -> Any:
    """Return a schema in the dialect of a version of OpenAPI.

    :param schema: the schema, in the keywords of any version
    :param version: "2.0", "3.0.4" or "3.1.0"
    """
    if version.startswith("2."):
        return schema
    if isinstance(schema, bool):
        # 3.0 has them only for additionalProperties.
        return schema if version.startswith("3.1") else {} if schema else {"not": {}}
    if not isinstance(schema, Mapping):
        return schema
    members = dict(schema)
    for rule in _TO_31:
        rule(members)
    members = {name: _inner(name, value, version) for name, value in members.items()}
    for rule in () if version.startswith("3.1") else _TO_30:
        rule(members)
    return members


def _inner(keyword: str, value: Any, version: str) -> Any:
    if keyword == "additionalProperties" and isinstance(value, bool):
        return value
    if keyword in _LISTED and isinstance(value, (list, tuple)):
        return [translated(each, version) for each in value]
    if keyword in _ONE:
        return translated(value, version)
    if keyword in _NAMED and isinstance(value, Mapping):
        return {name: translated(each, version) for name, each in value.items()}
    return value


def _refer(members: Json) -> None:
    reference = members.get("$ref")
    if isinstance(reference, str):
        members["$ref"] = reference.replace(_DEFINITIONS, _COMPONENTS)


def _name_discriminator(members: Json) -> None:
    if isinstance(members.get("discriminator"), str):
        members["discriminator"] = {"propertyName": members["discriminator"]}


def _limit_by_number(members: Json) -> None:
    """A flag beside the limit in 2.0 and 3.0 is the limit itself in 2020-12."""
    for limit, exclusive in _LIMITS:
        if members.get(exclusive) is True and limit in members:
            members[exclusive] = members.pop(limit)
        elif isinstance(members.get(exclusive), bool):
            del members[exclusive]


def _allow_null(members: Json) -> None:
    """2020-12 has null among the types."""
    flags = [members.pop(name, False) for name in ("nullable", "x-nullable")]
    if True not in flags:
        return
    if isinstance(members.get("type"), str):
        members["type"] = [members["type"], "null"]
    elif combined := {name: members.pop(name) for name in _COMBINED if name in members}:
        members["anyOf"] = [combined, {"type": "null"}]


def _list_first_items(members: Json) -> None:
    """Up to draft 2019-09, `items` might be the list of the first items."""
    if isinstance(members.get("items"), (list, tuple)):
        members["prefixItems"] = members.pop("items")
        if "additionalItems" in members:
            members["items"] = members.pop("additionalItems")


def _limit_by_flag(members: Json) -> None:
    for limit, exclusive in _LIMITS:
        value = members.get(exclusive)
        if value is not None and not isinstance(value, bool):
            members.update({limit: value, exclusive: True})


def _replace_const(members: Json) -> None:
    if "const" in members:
        members["enum"] = [members.pop("const")]


def _replace_examples(members: Json) -> None:
    examples = members.pop("examples", None)
    if isinstance(examples, list) and examples:
        members.setdefault("example", examples[0])


def _replace_types(members: Json) -> None:
    """3.0 has one type, and `nullable` beside it."""
    declared = members.get("type")
    types = declared if isinstance(declared, (list, tuple)) else [declared]
    named = [each for each in types if each != "null"]
    if not named:
        members.update(_NULL_30)
    elif len(named) > 1:
        del members["type"]
        alternatives = [_NULL_30 if each == "null" else {"type": each} for each in types]
        _also(members, {"anyOf": alternatives})
    elif "null" in types:
        members.update({"type": named[0], "nullable": True})
    elif named != [declared]:
        members["type"] = named[0]


def _replace_tuples(members: Json) -> None:
    """3.0 has one schema for all items, and wants it beside `type: array`."""
    first = members.pop("prefixItems", None)
    rest = members.get("items", {})
    if first is not None:
        members["items"] = {"anyOf": [*first, *([] if rest == {"not": {}} else [rest])]}
    if members.get("type") == "array":
        members.setdefault("items", {})


def _replace_patterns(members: Json) -> None:
    """Members whose names fit a pattern are any further members in 3.0."""
    patterns = members.pop("patternProperties", None)
    if not patterns:
        return
    others = members.get("additionalProperties", True)
    more = [] if others is False else [others]
    alternatives = [*patterns.values(), *({} if each is True else each for each in more)]
    members["additionalProperties"] = (
        alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives}
    )


def _leave_out(members: Json) -> None:
    for name in _NOT_IN_30 & members.keys():
        del members[name]


def _wrap_reference(members: Json) -> None:
    """Beside a $ref nothing is read in 3.0."""
    if "$ref" in members and len(members) > 1:
        _also(members, {"$ref": members.pop("$ref")})


def _also(members: Json, schema: Json) -> None:
    """Add a schema that must be met, too."""
    keyword = next(iter(schema))
    if len(schema) == 1 and keyword != "$ref" and keyword not in members:
        members.update(schema)
    else:
        members["allOf"] = [*members.get("allOf", ()), schema]


# The first make it a schema of 3.1, before the schemas within it are translated; the others make
# that one of 3.0.
_TO_31: tuple[Callable[[Json], None], ...] = (
    _refer,
    _name_discriminator,
    _limit_by_number,
    _allow_null,
    _list_first_items,
)
_TO_30: tuple[Callable[[Json], None], ...] = (
    _limit_by_flag,
    _replace_const,
    _replace_examples,
    _replace_types,
    _replace_tuples,
    _replace_patterns,
    _leave_out,
    _wrap_reference,
)
