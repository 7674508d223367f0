"""What makes a schema of any age one of OpenAPI 3.1: of JSON Schema 2020-12.

Each rule changes the members of one schema in place, and leaves those of the schemas within it.
"""

from collections.abc import Callable
from typing import Any

from openapi.schemas import Json

Rules = tuple[Callable[[Json], None], ...]

DEFINITIONS = "#/definitions/"
COMPONENTS = "#/components/schemas/"
LIMITS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))

_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_PYTHON = {
    "bool": "boolean",
    "dict": "object",
    "float": "number",
    "int": "integer",
    "list": "array",
    "str": "string",
}
_COMBINED = ("$ref", "allOf", "anyOf", "oneOf")


def name_type(members: Json) -> None:
    """A type that is none says nothing; some are Python's.

    :param members: the members of the schema, changed in place
    """
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


def limit_numbers(members: Json) -> None:
    """Flask-RESTX has limits of times, for which there are no words.

    :param members: the members of the schema, changed in place
    """
    for limit, exclusive in LIMITS:
        if isinstance(members.get(limit), str):
            members[f"x-{limit}"] = members.pop(limit)
            members.pop(exclusive, None)


def tidy(members: Json) -> None:
    """Lists that must have something in them, and nothing twice.

    :param members: the members of the schema, changed in place
    """
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
        members["$ref"] = reference.replace(DEFINITIONS, COMPONENTS)


def _name_discriminator(members: Json) -> None:
    if isinstance(members.get("discriminator"), str):
        members["discriminator"] = {"propertyName": members["discriminator"]}


def _limit_by_number(members: Json) -> None:
    """A flag beside the limit in 2.0 and 3.0 is the limit itself in 2020-12."""
    for limit, exclusive in LIMITS:
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


def list_first_items(members: Json) -> None:
    """Name the first items as 2020-12 does; before it, `items` might be their list.

    :param members: the members of the schema, changed in place
    """
    if isinstance(members.get("items"), (list, tuple)):
        members["prefixItems"] = members.pop("items")
        if "additionalItems" in members:
            members["items"] = members.pop("additionalItems")


def _split_dependencies(members: Json) -> None:
    """Up to draft 7, one keyword said what a member needs beside it, names or a schema."""
    dependencies = members.pop("dependencies", {})
    names = {name: each for name, each in dependencies.items() if isinstance(each, list)}
    schemas = {name: each for name, each in dependencies.items() if name not in names}
    members.update({"dependentRequired": names} if names else {})
    members.update({"dependentSchemas": schemas} if schemas else {})


def _leave_address(members: Json) -> None:
    """Where a schema comes from; in a document, references would lead there."""
    for name in ("$id", "$schema", "id"):
        members.pop(name, None)


RULES_31: Rules = (
    name_type,
    tidy,
    limit_numbers,
    _refer,
    _name_discriminator,
    _limit_by_number,
    _allow_null,
    list_first_items,
    _split_dependencies,
    _leave_address,
)
