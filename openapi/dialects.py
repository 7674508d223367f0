"""JSON Schema in the dialect of one version of OpenAPI.

3.1 has the keywords of JSON Schema 2020-12. 3.0 and 2.0 have fewer, and some with another meaning.
A schema may come in any of them: Flask-RESTX writes that of 2.0, `schema_model` takes them all.
"""

from collections.abc import Callable, Mapping
from typing import Any

from openapi.rules20 import FIRST_RULES_20, RULES_20
from openapi.rules30 import RULES_30
from openapi.rules31 import RULES_31, Rules
from openapi.schemas import Json

# Where schemas stand within a schema. What stands elsewhere, such as an example, is no schema.
_ONE = ("additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then")
_LISTED = ("allOf", "anyOf", "items", "oneOf", "prefixItems")
_NAMED = ("dependentSchemas", "patternProperties", "properties")

_NOT = {"3.0": "not", "2.0": "x-not"}

# What is changed before the schemas within are, and after.
_RULES: dict[str, tuple[Rules, Rules]] = {
    "3.1": (RULES_31, ()),
    "3.0": (RULES_31, RULES_30),
    "2.0": (FIRST_RULES_20, RULES_20),
}


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
