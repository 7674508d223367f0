"""What makes a schema one of Swagger 2.0. What Flask-RESTX writes is one, and stays as it is."""

from collections.abc import Mapping

from openapi.rules30 import (
    limit_by_flag,
    replace_const,
    replace_examples,
    replace_patterns,
    replace_tuples,
)
from openapi.rules31 import (
    COMPONENTS,
    DEFINITIONS,
    Rules,
    limit_numbers,
    list_first_items,
    name_type,
    tidy,
)
from openapi.schemas import Json

_IN_20 = frozenset(
    {
        *("$ref", "format", "title", "description", "default", "multipleOf", "maximum", "minimum"),
        *("exclusiveMaximum", "exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems"),
        *("minItems", "uniqueItems", "maxProperties", "minProperties", "required", "enum", "type"),
        *("additionalProperties", "items", "allOf", "properties", "discriminator", "readOnly"),
        *("xml", "externalDocs", "example"),
    }
)


def _combine_with_null(members: Json) -> None:
    """2.0 has no alternatives but null, in a word that many tools know."""
    alternatives = members.get("anyOf") or members.get("oneOf") or []
    others = [each for each in alternatives if not _is_null(each)]
    if len(others) == 1 and len(alternatives) == 2:
        members.pop("anyOf" if "anyOf" in members else "oneOf")
        is_apart = "$ref" in others[0] or others[0].keys() & members.keys()
        # Tools read `x-nullable` beside a type.
        members.update({"allOf": others, "type": "object"} if is_apart else others[0])
        members["x-nullable"] = True
    for name in ("anyOf", "not", "oneOf"):
        if name in members:
            members[f"x-{name}"] = members.pop(name)


def _is_null(schema: Json) -> bool:
    return schema == {"type": "null"} or schema.get("enum") == [None]


def _replace_for_20(members: Json) -> None:
    if isinstance(members.get("discriminator"), Mapping):
        members["discriminator"] = members["discriminator"].get("propertyName")
    for name in ("deprecated", "nullable", "writeOnly"):
        if name in members:
            members[f"x-{name}"] = members.pop(name)
    if isinstance(members.get("$ref"), str):
        members["$ref"] = members["$ref"].replace(COMPONENTS, DEFINITIONS)
    for name in [each for each in members if each not in _IN_20 and not each.startswith("x-")]:
        del members[name]


# The first come before the schemas within are translated, and make schemas there.
FIRST_RULES_20: Rules = (
    name_type,
    tidy,
    limit_numbers,
    list_first_items,
    replace_tuples,
    replace_patterns,
)
RULES_20: Rules = (
    limit_by_flag,
    replace_const,
    replace_examples,
    _combine_with_null,
    _replace_for_20,
)
