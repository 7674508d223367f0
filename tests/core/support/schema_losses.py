"""What a schema of Swagger 2.0 says and one of OpenAPI 3 does not."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

Lost = Iterator[str]

_TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}


def schema_losses(where: str, old: Any, new: Any) -> Lost:
    """What a schema of 2.0 says that another does not, both with what they combine."""
    if new is None:
        yield from (where,) if _modern(old) else ()
        return
    said = _flat(new)
    for keyword, value in _flat(old).items():
        place = f"{where}.{keyword}"
        if keyword == "properties":
            for name, inner in value.items():
                yield from schema_losses(f"{place}.{name}", inner, said.get(keyword, {}).get(name))
        elif keyword in ("items", "additionalProperties") and isinstance(value, Mapping):
            yield from schema_losses(place, value, said.get(keyword))
        elif keyword == "required":
            yield from (f"{place}: {name}" for name in {*value} - {*said.get(keyword, ())})
        elif keyword in ("allOf", "anyOf", "oneOf"):
            branches = said.get(keyword, [])
            for number, inner in enumerate(value):
                found = branches[number] if number < len(branches) else None
                yield from schema_losses(f"{place}.{number}", inner, found)
        elif value not in (
            said.get(keyword),
            said.get(f"x-{keyword}"),
            # What Flask-RESTX says of a list is true of its items.
            said.get("type") == "array" and said["items"].get(keyword),
        ):
            yield f"{place}: {value!r} is {said.get(keyword)!r}"


def component_name(name: str) -> str:
    """OpenAPI 3 has rules for the names of components."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)


def _modern(schema: Any) -> dict[str, Any]:
    """The keywords of a schema, with one spelling for what the versions spell in their own ways."""
    members = dict(schema)
    members.pop("x-example", None)
    if "$ref" in members:
        name = unquote(members["$ref"].removeprefix("#/definitions/"))
        if name != members["$ref"]:
            members["$ref"] = f"#/components/schemas/{component_name(name)}"
    if isinstance(members.get("discriminator"), Mapping):
        members["discriminator"] = members["discriminator"]["propertyName"]
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if members.get(exclusive) is True and limit in members:
            members[exclusive] = members.pop(limit)
        elif isinstance(members.get(exclusive), bool):
            del members[exclusive]
    if members.get("type") == "file":
        members.update({"type": "string", "format": "binary"})
    types = members.get("type")
    if isinstance(types, str) and types not in _TYPES:
        del members["type"]
    if isinstance(types, (list, tuple)):
        members["type"] = next((each for each in types if each != "null"), "null")
    if members.pop("nullable", None) or members.pop("x-nullable", None) or "null" in (types or ()):
        members["null"] = True
    return members


def _flat(schema: Any) -> dict[str, Any]:
    """The same of a schema of 3.x, with that which it wraps to refer to it, or to allow null."""
    members = _modern(schema)
    branches = members.get("anyOf") or []
    others = [each for each in branches if "null" not in _modern(each)]
    if len(others) == 1 and len(branches) == 2:
        del members["anyOf"]
        return {**members, **_flat(others[0]), "null": True}
    wrapped = members.get("allOf") or []
    if len(wrapped) == 1 and wrapped[0].keys() == {"$ref"}:
        members.update(_modern(wrapped[0]))
    return members


def value_losses(where: str, old: Any, new: Any) -> Lost:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name, value in old.items():
            yield from value_losses(f"{where}.{name}", value, new.get(name))
    elif isinstance(old, str) and isinstance(new, str) and old and old in new:
        return
    elif old not in (new, None, "", [], False):
        yield f"{where}: {old!r} is {new!r}"
