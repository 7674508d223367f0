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
_LISTED = ("allOf", "anyOf", "items", "oneOf", "prefixItems")
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

_IN_20 = frozenset(
    {
        *("$ref", "format", "title", "description", "default", "multipleOf", "maximum", "minimum"),
        *("exclusiveMaximum", "exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems"),
        *("minItems", "uniqueItems", "maxProperties", "minProperties", "required", "enum", "type"),
        *("additionalProperties", "items", "allOf", "properties", "discriminator", "readOnly"),
        *("xml", "externalDocs", "example"),
    }
)

_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_PYTHON = {
    "bool": "boolean",
    "dict": "object",
    "float": "number",
    "int": "integer",
    "list": "array",
    "str": "string",
}

_NOT = {"3.0": "not", "2.0": "x-not"}

# 3.0 has no type for null alone.
_NULL_30: Json = {"type": "object", "nullable": True, "enum": [None]}
_COMBINED = ("$ref", "allOf", "anyOf", "oneOf")


def translated(schema: Any, version: str) -> Any:
    """Return a schema in the dialect of a version of OpenAPI.

    :param schema: the schema, in the keywords of any version
    :param version: "2.0", "3.0.4" or "3.1.0"
    """
    first, last = _RULES[version[:3]]
    if isinstance(schema, bool):
        # The older versions have them only for additionalProperties.
        return schema if version.startswith("3.1") else {} if schema else {_NOT[version[:3]]: {}}
    if not isinstance(schema, Mapping):
        return schema
    members = dict(schema)
    for rule in first:
        rule(members)
    members = with_inner(members, lambda each: translated(each, version))
    for rule in last:
        rule(members)
    return members


def with_inner(schema: Mapping[str, Any], change: Callable[[Any], Any]) -> Json:
    """Return a schema with each schema that stands directly within it changed.

    :param schema: the schema
    :param change: makes the other schema of each
    """
    return {name: _changed(name, value, change) for name, value in schema.items()}


def _changed(keyword: str, value: Any, change: Callable[[Any], Any]) -> Any:
    if keyword == "additionalProperties" and isinstance(value, bool):
        return value
    if keyword in _LISTED and isinstance(value, (list, tuple)):
        return [change(each) for each in value]
    if keyword in _ONE:
        return change(value)
    if keyword in _NAMED and isinstance(value, Mapping):
        return {name: change(each) for name, each in value.items()}
    return value


def _name_type(members: Json) -> None:
    """A type that is none says nothing; some are Python's."""
    declared = members.get("type")
    if declared == "file":
        members.update({"type": "string", "format": "binary"})
        return
    types = declared if isinstance(declared, (list, tuple)) else [declared]
    named = [str(getattr(each, "__name__", each)) for each in types]
    known = [each for each in (_PYTHON.get(name, name) for name in named) if each in _TYPES]
    if not known:
        members.pop("type", None)
    elif known != list(types):
        members["type"] = known if isinstance(declared, (list, tuple)) else known[0]


def _limit_numbers(members: Json) -> None:
    """Flask-RESTX has limits of times, for which there are no words."""
    for limit, exclusive in _LIMITS:
        if isinstance(members.get(limit), str):
            members[f"x-{limit}"] = members.pop(limit)
            members.pop(exclusive, None)


def _tidy(members: Json) -> None:
    """Lists that must have something in them, and nothing twice."""
    for name in ("enum", "required"):
        values: Any = members.get(name)
        if name in members and (isinstance(values, (bool, str)) or not values):
            del members[name]
        elif name in members and not isinstance(values, list):
            is_ordered = not isinstance(values, (set, frozenset))
            members[name] = list(values if is_ordered else sorted(values, key=repr))


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
    """The older versions have one schema for all items."""
    first = members.pop("prefixItems", None)
    rest = members.get("items", {})
    if first is not None:
        members["items"] = {"anyOf": [*first, *([] if rest in (False, {"not": {}}) else [rest])]}


def _name_items(members: Json) -> None:
    """3.0 wants it beside `type: array`."""
    if members.get("type") == "array":
        members.setdefault("items", {})


def _replace_patterns(members: Json) -> None:
    """Members whose names fit a pattern are any further members in the older versions."""
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


def _combine_with_null(members: Json) -> None:
    """2.0 has no alternatives but null, in a word that many tools know."""
    alternatives = members.get("anyOf") or members.get("oneOf") or []
    others = [each for each in alternatives if each != {"type": "null"}]
    if len(others) == 1 and len(alternatives) == 2:
        members.pop("anyOf" if "anyOf" in members else "oneOf")
        is_apart = "$ref" in others[0] or others[0].keys() & members.keys()
        members.update({"allOf": others} if is_apart else others[0])
        members["x-nullable"] = True
    for name in ("anyOf", "not", "oneOf"):
        if name in members:
            members[f"x-{name}"] = members.pop(name)


def _replace_for_20(members: Json) -> None:
    if isinstance(members.get("discriminator"), Mapping):
        members["discriminator"] = members["discriminator"].get("propertyName")
    if "nullable" in members:
        members["x-nullable"] = members.pop("nullable")
    if isinstance(members.get("$ref"), str):
        members["$ref"] = members["$ref"].replace(_COMPONENTS, _DEFINITIONS)
    for name in [each for each in members if each not in _IN_20 and not each.startswith("x-")]:
        del members[name]


# The first make it a schema of 3.1, before the schemas within it are translated; the last make
# that one of an older version.
Rules = tuple[Callable[[Json], None], ...]
_TO_31: Rules = (
    _name_type,
    _tidy,
    _limit_numbers,
    _refer,
    _name_discriminator,
    _limit_by_number,
    _allow_null,
    _list_first_items,
)
_TO_30: Rules = (
    _limit_by_flag,
    _replace_const,
    _replace_examples,
    _replace_types,
    _replace_tuples,
    _name_items,
    _replace_patterns,
    _leave_out,
    _wrap_reference,
)
# What Flask-RESTX writes is of 2.0, and stays as it is.
_FIRST_20: Rules = (
    _name_type,
    _tidy,
    _limit_numbers,
    _list_first_items,
    _replace_tuples,
    _replace_patterns,
)
_TO_20: Rules = (
    _limit_by_flag,
    _replace_const,
    _replace_examples,
    _combine_with_null,
    _replace_for_20,
)
_RULES: dict[str, tuple[Rules, Rules]] = {
    "3.1": (_TO_31, ()),
    "3.0": (_TO_31, _TO_30),
    "2.0": (_FIRST_20, _TO_20),
}
