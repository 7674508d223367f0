"""marshmallow's fields as parameters of the query and of headers."""

from typing import Any

from marshmallow import fields

from openapi.dialect20 import parameter_20
from openapi.dialects import translated
from openapi.marshmallow.types import is_delimited
from openapi.operation import Parameter
from openapi.schemas import Json

# How the items of a list are told apart in one value, by delimiter: in 3.x, and in 2.0.
_STYLES = {",": ("form", "csv"), " ": ("spaceDelimited", "ssv"), "|": ("pipeDelimited", "pipes")}


def parameter_members(parameter: Parameter, members: Json, version: str) -> Json:
    """Return a parameter that a field reads, in the form of a version.

    :param parameter: the parameter
    :param members: the schema of its field, in JSON Schema 2020-12
    :param version: "2.0", "3.0.4" or "3.1.0"
    """
    schema = _without_null(members)
    example = {"example": schema.pop("example")} if "example" in schema else {}
    described = {name: schema.pop(name) for name in ("description", "deprecated") if name in schema}
    told: Json = {"in": parameter.location, "name": parameter.name}
    if version.startswith("2."):
        extensions = {f"x-{name}": value for name, value in example.items()}
        deprecated = {"x-deprecated": True} if described.pop("deprecated", False) else {}
        own = parameter_20(schema) | described | deprecated
        style = _style_20(parameter)
        return told | own | {"required": parameter.required} | style | extensions
    own = {"schema": translated(schema, version), "required": parameter.required}
    return told | described | own | _style(parameter) | example


def _without_null(members: Json) -> Json:
    """A text cannot be null."""
    schema = dict(members)
    if isinstance(schema.get("type"), list):
        types = [each for each in schema["type"] if each != "null"]
        schema["type"] = "string" if "string" in types else types[0]
    if "enum" in schema:
        schema["enum"] = [each for each in schema["enum"] if each is not None]
    return schema


def _style(parameter: Parameter) -> Json:
    if is_list(parameter.schema, parameter.location):
        if parameter.location == "header":
            return {"style": "simple", "explode": False}
        if not is_delimited(parameter.schema):
            return {"style": "form", "explode": True}
        return {"style": _STYLES[_delimiter(parameter.schema)][0], "explode": False}
    return {}


def _style_20(parameter: Parameter) -> Json:
    if not is_list(parameter.schema, parameter.location):
        return {}
    is_one = is_delimited(parameter.schema)
    return {"collectionFormat": _STYLES[_delimiter(parameter.schema)][1] if is_one else "multi"}


def is_list(field: Any, location: str) -> bool:
    """Return whether a parameter is documented as an array.

    :param field: the field that reads it
    :param location: "query" or "header"
    """
    if not is_delimited(field):
        return isinstance(field, (fields.List, fields.Tuple))
    # No style of OpenAPI has another delimiter: it is a text.
    return _delimiter(field) in (_STYLES if location == "query" else {","})


def _delimiter(field: Any) -> str:
    return str(field.delimiter)
