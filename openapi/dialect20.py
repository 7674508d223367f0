"""JSON Schema in the words of Swagger 2.0, which are fewer yet than those of OpenAPI 3.0."""

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


def schema_20(schema: Json) -> Json:
    """Return a schema in the words of 2.0; what it has no word for is left out.

    :param schema: the schema, in JSON Schema 2020-12
    """
    # A schema of 3.0 has one type, as Swagger 2.0 means it, though its own schema has several.
    members: Json = translated(translated(schema, "3.0.4"), "2.0")
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
