"""Defaults that fit their schemas. Flask-RESTX does not look whether they do."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from openapi.dialects import translated, with_inner
from openapi.schemas import Json

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE)


def fitting(schema: Any, components: Mapping[str, Json]) -> Any:
    """Return a schema in which a default that does not fit is only `x-default`.

    :param schema: the schema
    :param components: the schemas that it refers to, by name
    """
    if not isinstance(schema, Mapping):
        return schema
    members = with_inner(schema, lambda each: fitting(each, components))
    if "default" in members and not _fits(members, components):
        members["x-default"] = members.pop("default")
    return members


def fitting_all(components: Mapping[str, Json]) -> dict[str, Json]:
    """Return schemas in which a default that does not fit is only `x-default`.

    :param components: the schemas, by name
    """
    return {name: fitting(schema, components) for name, schema in components.items()}


def _fits(members: Json, components: Mapping[str, Json]) -> bool:
    schema = translated(members, "3.1.0")
    named = {name: translated(each, "3.1.0") for name, each in components.items()}
    root = {**schema, "components": {"schemas": named}}
    validator = Draft202012Validator(root, format_checker=_format_checker())
    return bool(validator.is_valid(members["default"]))


@cache
def _format_checker() -> FormatChecker:
    checker = FormatChecker(("date", "email", "ipv4", "ipv6", "regex", "uuid"))
    # As RFC 3339 has it: with an offset.
    checker.checks("date-time")(
        lambda value: not isinstance(value, str) or bool(_DATE_TIME.fullmatch(value))
    )
    return checker
