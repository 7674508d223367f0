"""JSON Schema in the words of Swagger 2.0, which are fewer yet than those of OpenAPI 3.0."""

from typing import Any

from openapi.dialects import translated
from openapi.schemas import Json

# What a parameter outside of the body may say.
_OF_PARAMETER = frozenset(
    {
        *("type", "format", "items", "collectionFormat", "default", "enum", "multipleOf"),
        *("maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "pattern"),
        *("maxLength", "minLength", "maxItems", "minItems", "uniqueItems", "description"),
    }
)
_EXTENSIONS = {"nullable": "x-nullable", "writeOnly": "x-writeOnly", "deprecated": "x-deprecated"}


def schema_20(schema: Json) -> Json:
    """Return a schema in the words of 2.0; what it has no word for is left out.

    :param schema: the schema, in JSON Schema 2020-12
    """
    members: Json = _adapted(translated(schema, "3.0.4"))
    return members


def parameter_20(schema: Json) -> Json:
    """Return the members of a parameter of 2.0 that is not in the body.

    :param schema: its schema, in JSON Schema 2020-12
    """
    members = schema_20(schema)
    kept = {
        name: value
        for name, value in members.items()
        if name in _OF_PARAMETER or (name.startswith("x-") and name != "x-nullable")
    }
    if "items" in kept:
        items = schema.get("items")
        kept["items"] = parameter_20(items if isinstance(items, dict) else {})
        kept["items"].pop("description", None)
    return {"type": "string", **kept}


def polymorphic_20(components: Json) -> Json:
    """Return components in which a polymorphic schema is the base of those that it stands for.

    :param components: the schemas of a document, in JSON Schema 2020-12, by name
    """
    changed = dict(components)
    for name, schema in components.items():
        discriminator = schema.get("discriminator")
        if isinstance(discriminator, dict) and "mapping" in discriminator:
            kind, mapping = discriminator["propertyName"], discriminator["mapping"]
            changed[name] = _base(schema, kind, list(mapping))
            for value, reference in mapping.items():
                own = reference.rpartition("/")[2]
                base = {"$ref": f"#/definitions/{name}"}
                changed[own] = {"allOf": [base, components[own]], "x-discriminator-value": value}
    return changed


def _base(schema: Json, kind: str, values: list[str]) -> Json:
    rest = {name: value for name, value in schema.items() if name not in ("oneOf", "discriminator")}
    return {
        "type": "object",
        "properties": {kind: {"type": "string", "enum": values}},
        "required": [kind],
        "discriminator": kind,
        **rest,
    }


_ONE, _NAMED = ("items", "additionalProperties"), ("properties",)
# In other words, or not at all.
_HANDLED = ("anyOf", "oneOf", "not", *_EXTENSIONS)


def _adapted(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    members = {name: _inner(name, value) for name, value in schema.items() if name not in _HANDLED}
    members |= {_EXTENSIONS[name]: schema[name] for name in _EXTENSIONS if name in schema}
    alternatives = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    others = [_adapted(each) for each in alternatives if each.get("enum") != [None]]
    if len(others) == 1:
        [other] = others
        members |= {"allOf": [other], "type": "object"} if "$ref" in other else other
    if len(others) < len(alternatives):
        members["x-nullable"] = True
    return members


def _inner(keyword: str, value: Any) -> Any:
    if keyword == "$ref":
        return value.replace("#/components/schemas/", "#/definitions/")
    if keyword == "discriminator":
        return value["propertyName"]
    if keyword in _ONE:
        return _adapted(value)
    if keyword in _NAMED:
        return {name: _adapted(each) for name, each in value.items()}
    return [_adapted(each) for each in value] if keyword == "allOf" else value
