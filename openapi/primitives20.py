"""Parameters and headers of Swagger 2.0, which are no JSON: a text, a number, or a list of such."""

from collections.abc import Set

from openapi.defaults import fitting
from openapi.dialects import translated
from openapi.plain import plain
from openapi.schemas import Json

_PRIMITIVE = frozenset(
    {"collectionFormat", "default", "enum", "exclusiveMaximum", "exclusiveMinimum", "format"}
    | {"items", "maxItems", "maxLength", "maximum", "minItems", "minLength", "minimum"}
    | {"multipleOf", "pattern", "type", "uniqueItems"}
)
_HEADER = _PRIMITIVE | {"description"}
_PARAMETER = _HEADER | {"allowEmptyValue", "in", "name", "required"}
_TYPES = frozenset({"array", "boolean", "integer", "number", "string"})


def parameter20(parameter: Json) -> Json:
    """Return a Parameter Object as 2.0 accepts it. One that is valid stays as it is.

    :param parameter: the Parameter Object, of no body
    """
    members = dict(parameter)
    if "example" in members:
        members["x-example"] = members.pop("example")
    if members["in"] == "path":
        members["required"] = True
    if members["in"] in ("header", "path"):
        members.pop("allowEmptyValue", None)
        if members.get("collectionFormat") == "multi":
            del members["collectionFormat"]
    if members["in"] == "formData" and members.get("type") == "file":
        return _only(members, _PARAMETER)
    if members["in"] == "formData" and _is_file(members):
        of_file = _PARAMETER - {"collectionFormat", "format", "items"}
        return _only({**members, "type": "file"}, of_file)
    return _only(_primitive(members), _PARAMETER)


def header20(header: Json) -> Json:
    """Return a Header Object as 2.0 accepts it.

    :param header: the Header Object
    """
    return _only(_primitive(header), _HEADER)


def _is_file(members: Json) -> bool:
    """Whether it is a file, or several, for which 2.0 has no words."""
    items = members.get("items") or {}
    return "file" in (members.get("type"), items.get("type")) or "binary" in (
        members.get("format"),
        items.get("format"),
    )


def _primitive(members: Json) -> Json:
    translation: Json = translated(fitting(plain(members), {}), "2.0")
    kept = translation.keys() | {"allowEmptyValue", "collectionFormat", "in", "name", "required"}
    primitive = {name: members[name] for name in members if name in kept} | translation
    declared = primitive.get("type")
    types = declared if isinstance(declared, list) else [declared]
    primitive["type"] = next((each for each in types if each in _TYPES), "string")
    if primitive["type"] == "array":
        primitive["items"] = _only(_primitive(primitive.get("items") or {}), _PRIMITIVE)
    return primitive


def _only(members: Json, names: Set[str]) -> Json:
    return {
        name: value
        for name, value in members.items()
        if value is not None and (name in names or name.startswith("x-"))
    }
