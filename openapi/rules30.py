"""What makes a schema of OpenAPI 3.1 one of 3.0, which has fewer keywords."""

from openapi.rules31 import LIMITS, Rules
from openapi.schemas import Json

# Keywords of 2020-12 that 3.0 has no words for. A schema without them accepts more.
_NOT_IN_30 = frozenset(
    {
        *("$anchor", "$comment", "$defs", "$dynamicAnchor", "$dynamicRef"),
        *("contains", "minContains", "maxContains", "contentEncoding", "contentMediaType"),
        *("contentSchema", "definitions", "dependentRequired", "dependentSchemas"),
        *("if", "then", "else", "propertyNames", "unevaluatedItems", "unevaluatedProperties"),
    }
)

# 3.0 has no type for null alone.
_NULL_30: Json = {"type": "object", "nullable": True, "enum": [None]}


def limit_by_flag(members: Json) -> None:
    """Write an exclusive limit as the older versions do, as a flag beside the limit.

    :param members: the members of the schema, changed in place
    """
    for limit, exclusive in LIMITS:
        value = members.get(exclusive)
        if value is not None and not isinstance(value, bool):
            members.update({limit: value, exclusive: True})


def replace_const(members: Json) -> None:
    """Write a constant as the only value of an enum.

    :param members: the members of the schema, changed in place
    """
    if "const" in members:
        members["enum"] = [members.pop("const")]


def replace_examples(members: Json) -> None:
    """Keep the first of several examples.

    :param members: the members of the schema, changed in place
    """
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


def replace_tuples(members: Json) -> None:
    """The older versions have one schema for all items.

    :param members: the members of the schema, changed in place
    """
    first = members.pop("prefixItems", None)
    rest = members.get("items", {})
    if first is not None:
        members["items"] = {"anyOf": [*first, *([] if rest in (False, {"not": {}}) else [rest])]}


def _name_items(members: Json) -> None:
    """3.0 wants it beside `type: array`."""
    if members.get("type") == "array":
        members.setdefault("items", {})


def replace_patterns(members: Json) -> None:
    """Members whose names fit a pattern are any further members in the older versions.

    :param members: the members of the schema, changed in place
    """
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


RULES_30: Rules = (
    limit_by_flag,
    replace_const,
    replace_examples,
    _replace_types,
    replace_tuples,
    _name_items,
    replace_patterns,
    _leave_out,
    _wrap_reference,
)
