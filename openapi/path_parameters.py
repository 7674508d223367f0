"""The variables of an address, as the converters of their app accept them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from flask import current_app, has_app_context
from flask_restx.swagger import PATH_TYPES, parse_rule
from werkzeug.routing import (
    AnyConverter,
    BaseConverter,
    FloatConverter,
    IntegerConverter,
    UnicodeConverter,
    UUIDConverter,
)
from werkzeug.routing.converters import DEFAULT_CONVERTERS
from werkzeug.routing.rules import parse_converter_args

from openapi.schemas import Json

_BOUNDS = {
    "min": "minimum",
    "max": "maximum",
    "minlength": "minLength",
    "maxlength": "maxLength",
}

_OF_PYTHON = re.compile(r"\(\?(?!:)|\\[AZ]")


def variables(url: str) -> Iterator[tuple[str, str, str]]:
    """Each variable of an address, with the name and the arguments of its converter.

    :param url: the address, as Flask has it: "/notes/<int(min=1):note_id>"
    """
    for converter, arguments, name in parse_rule(url):
        if converter:
            yield name, converter, arguments or ""


def path_of(url: str) -> str:
    """Return an address as OpenAPI has it: "/notes/{note_id}".

    :param url: the address, as Flask has it
    """
    parts = (f"{{{text}}}" if converter else text for converter, _, text in parse_rule(url))
    return "".join(parts) or "/"


def type_of(converter: str) -> Json:
    """Return all that Flask-RESTX says of a variable.

    :param converter: the name of its converter
    """
    return {"type": PATH_TYPES.get(converter, "string")}


def schema_of(converter: str, arguments: str) -> Json:
    """Return what a converter accepts. One of the app's own may have a `__schema__`.

    :param converter: its name
    :param arguments: its arguments, as they stand in the address
    """
    kind = _converters().get(converter, UnicodeConverter)
    values, named = parse_converter_args(arguments)
    if isinstance(declared := getattr(kind, "__schema__", None), dict):
        return dict(declared)
    if issubclass(kind, AnyConverter):
        return {"type": "string", "enum": [str(value) for value in values]}
    if issubclass(kind, UUIDConverter):
        return {"type": "string", "format": "uuid"}
    if issubclass(kind, (IntegerConverter, FloatConverter)):
        number = "number" if issubclass(kind, FloatConverter) else "integer"
        return {"type": number, **_bounds(named)}
    if issubclass(kind, UnicodeConverter):
        return {"type": "string", **_bounds(named)}
    return {"type": "string", **_pattern(kind, values, named)}


def _converters() -> Any:
    return current_app.url_map.converters if has_app_context() else DEFAULT_CONVERTERS


def _bounds(named: Json) -> Json:
    bounds = {word: named[name] for name, word in _BOUNDS.items() if name in named}
    if "length" in named:
        bounds |= {"minLength": named["length"], "maxLength": named["length"]}
    return bounds


def _pattern(kind: type[BaseConverter], values: Sequence[Any], named: Json) -> Json:
    """What a converter of the app's own matches, where JSON Schema reads it as Python does."""
    if kind.__module__ == BaseConverter.__module__ or not has_app_context():
        return {}
    pattern = kind(current_app.url_map, *values, **named).regex
    is_told = pattern != BaseConverter.regex and not _OF_PYTHON.search(pattern)
    return {"pattern": f"^(?:{pattern})$"} if is_told else {}
