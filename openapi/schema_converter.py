"""Schemas as JSON Schema of one version of OpenAPI.

apispec converts those of marshmallow; an attribute function corrects each thing it says wrongly.
"""

import re
from typing import Any

import marshmallow
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_instance
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields, validate

from openapi.definitions import ROOT, Definitions, is_of_restx
from openapi.dialects import translated
from openapi.operation import MISSING, Parameter
from openapi.schemas import AnySchema, ArrayOf, Json, JsonSchema, ObjectOf


class ComponentNameError(ValueError):
    """Two different schemas have one component name.

    :param name: the name
    :param schemas: the two schemas
    """

    def __init__(self, name: str, *schemas: Any) -> None:
        super().__init__(f"two schemas have the component name {name}")
        self.name, self.schemas = name, schemas


class SchemaConverter:
    """Schemas as JSON Schema of one version of OpenAPI, and the components that they need.

    :param openapi_version: "2.0", "3.0.4" or "3.1.0"
    :param strict: whether two schemas of one component name raise ComponentNameError; else the
        second gets a number
    """

    def __init__(self, openapi_version: str, *, strict: bool = False) -> None:
        self._version = openapi_version
        self.is_20 = openapi_version.startswith("2.")
        self._strict = strict
        self._named: dict[str, Any] = {}
        self._written: Json = {}
        plugin = _Plugin(schema_name_resolver=self._component_name)
        # What is written for 3.1 has all that 3.0 can say, and is translated.
        self._spec = APISpec("", "", "2.0" if self.is_20 else "3.1.0", plugins=[plugin])
        self._converter = _converter_of(plugin)
        self._models = Definitions(self._claim, any_name=self.is_20)
        for function in _ATTRIBUTE_FUNCTIONS:
            self._converter.add_attribute_function(function)

    def schema(self, schema: AnySchema) -> Json:
        """Return a schema, or `{"$ref": ...}` to its component; nested ones come along.

        :param schema: the schema, or an array of such
        :raises ComponentNameError: another schema has its name, and the converter is strict
        """
        return self._translated(self._schema(schema))

    def _schema(self, schema: AnySchema) -> Json:
        match schema:
            case JsonSchema():
                return self._of_json(schema)
            case ArrayOf():
                return {"type": "array", "items": self._schema(schema.items)}
            case ObjectOf():
                return self._object(schema)
            case fields.Field():
                converted: Json = self._converter.field2property(schema)
                return converted
        resolved: Json = self._converter.resolve_nested_schema(schema)
        return resolved

    def parameter(self, parameter: Parameter) -> Json:
        """Return a parameter in the form of this version.

        :param parameter: the parameter
        """
        if isinstance(parameter.schema, fields.Field):
            return self._of_marshmallow(parameter, parameter.schema)
        schema = self.schema(parameter.schema)
        return {
            "name": parameter.name,
            "in": parameter.location,
            **({"description": parameter.description} if parameter.description else {}),
            "required": parameter.required,
            **self._example(parameter),
            **(schema if self.is_20 else {"schema": schema, **parameter.style}),
            **(_collection_format(parameter) if self.is_20 else {}),
        }

    @property
    def components(self) -> Json:
        """Every schema referred to so far, by name."""
        spec = self._spec.to_dict()
        components = spec if self.is_20 else spec.get("components", {})
        schemas = components.get("definitions" if self.is_20 else "schemas", {})
        named = {**schemas, **self._models.schemas, **self._written}
        return {name: self._translated(schema) for name, schema in sorted(named.items())}

    def _translated(self, schema: Json) -> Json:
        members: Json = translated(schema, self._version)
        return members

    def _of_json(self, schema: JsonSchema) -> Json:
        members: Json = self._models.linked(schema.members, schema.models)
        if not schema.name:
            return members
        self._claim(schema.name, schema)
        self._written[schema.name] = members
        return {"$ref": f"{ROOT}{schema.name}"}

    def _object(self, schema: ObjectOf) -> Json:
        properties = {name: self._schema(each) for name, each in schema.properties.items()}
        required = {"required": list(schema.required)} if schema.required else {}
        return {"type": "object", "properties": properties, **required}

    def _of_marshmallow(self, parameter: Parameter, field: fields.Field[Any]) -> Json:
        converted: Json = self._converter._field2parameter(
            field, name=parameter.name, location=parameter.location
        )
        if self.is_20 and "example" in converted:
            converted["x-example"] = converted.pop("example")
        if "schema" in converted:
            converted["schema"] = self._translated(converted["schema"])
        if "example" in converted.get("schema", {}):
            converted["example"] = converted["schema"].pop("example")
        return converted

    def _example(self, parameter: Parameter) -> Json:
        if parameter.example is MISSING:
            return {}
        return {"x-example" if self.is_20 else "example": parameter.example}

    def _component_name(self, schema: Any) -> str:
        # apispec asks once for each schema, and for each of its variants (only, exclude, ...).
        name = component_name(schema)
        self._claim(name, _instance(schema))
        return name

    def _claim(self, name: str, schema: Any) -> None:
        other = self._named.setdefault(name, schema)
        if self._strict and not _is_same(other, schema):
            raise ComponentNameError(name, other, schema)


def _is_same(one: Any, two: Any) -> bool:
    # Flask-RESTX copies models when it merges what its decorators say.
    return one is two or (
        is_of_restx(one) and is_of_restx(two) and one.__schema__ == two.__schema__
    )


def _collection_format(parameter: Parameter) -> Json:
    explode, style = parameter.style.get("explode"), parameter.style.get("style", "")
    delimited = {"spaceDelimited": "ssv", "pipeDelimited": "pipes"}.get(style, "csv")
    return {} if explode is None else {"collectionFormat": "multi" if explode else delimited}


def component_name(schema: Schema | type[Schema]) -> str:
    """Return a schema's name in the documents: `Meta.component`, else its class's name.

    :param schema: a marshmallow schema
    """
    instance = _instance(schema)
    named = getattr(type(instance).Meta, "component", type(instance).__name__)
    return f"{named}Change" if instance.partial else str(named)


def example(schema: AnySchema) -> Any:
    """Return an example of the whole, put together from the examples of the fields.

    :param schema: the schema; only marshmallow's has one, of any other MISSING is returned
    """
    if not isinstance(schema, Schema) and not isinstance(schema, type):
        return MISSING
    instance = _instance(schema)
    one = {
        field.data_key or name: value
        for name, field in instance.fields.items()
        if (value := _field_example(field)) is not marshmallow.missing
    }
    return [one] if instance.many else one


def _field_example(field: fields.Field[Any]) -> Any:
    if "example" in field.metadata:
        return field.metadata["example"]
    if isinstance(field, fields.Nested) and not field.allow_none:
        return example(field.schema)
    if isinstance(field, fields.List):
        inner = _field_example(field.inner)
        return marshmallow.missing if inner is marshmallow.missing else [inner]
    return None if field.allow_none else marshmallow.missing


class _Converter(OpenAPIConverter):
    def schema2jsonschema(self, schema: Any) -> Any:
        converted = super().schema2jsonschema(schema)
        instance = _instance(schema)
        # apispec leaves it out wherever Meta has a description.
        if instance.unknown != marshmallow.EXCLUDE:
            converted["additionalProperties"] = instance.unknown == marshmallow.INCLUDE
        if instance.partial:
            for property_ in converted["properties"].values():
                # A member left out of a partial body stays as it is: it takes no default.
                property_.pop("default", None)
        if type(instance).__doc__ and "description" not in converted:
            converted["description"] = str(type(instance).__doc__).strip()
        return converted


class _Plugin(MarshmallowPlugin):
    Converter = _Converter


def _converter_of(plugin: MarshmallowPlugin) -> OpenAPIConverter:
    if plugin.converter is None:
        raise TypeError("the plugin belongs to no APISpec yet")
    return plugin.converter


def _instance(schema: Schema | type[Schema]) -> Schema:
    return resolve_schema_instance(schema)


def _convert_const(self: OpenAPIConverter, field: fields.Field[Any], ret: Json) -> Json:
    equals = [rule.comparable for rule in field.validators if isinstance(rule, validate.Equal)]
    if not equals or self.openapi_version.major < 3:
        return {}
    ret.pop("enum", None)
    return {"const": equals[0]}


def _convert_dict(self: OpenAPIConverter, field: fields.Field[Any], ret: Json) -> Json:
    if not isinstance(field, fields.Dict):
        return {}
    bounds = {"minLength": "minProperties", "maxLength": "maxProperties"}
    converted = {bounds[name]: ret.pop(name) for name in bounds if name in ret}
    if field.key_field and self.openapi_version.major >= 3:
        converted["propertyNames"] = self.field2property(field.key_field)
    return converted


def _convert_url(_self: OpenAPIConverter, field: fields.Field[Any], ret: Json) -> Json:
    return {"format": "uri"} if isinstance(field, fields.Url) and ret["format"] == "url" else {}


def _convert_pattern(_self: OpenAPIConverter, _field: fields.Field[Any], ret: Json) -> Json:
    r"""marshmallow matches from the start, JSON Schema anywhere; \A and \Z are ^ and $ there."""
    pattern = re.sub(r"^\\A", "^", re.sub(r"\\[Zz]$", "$", ret.get("pattern", "")))
    if pattern and not pattern.startswith("^"):
        pattern = f"^(?:{pattern})"
    return {"pattern": pattern} if pattern else {}


def _convert_examples(self: OpenAPIConverter, _field: fields.Field[Any], ret: Json) -> Json:
    if self.openapi_version.major < 3 and "examples" in ret:
        return {"example": ret.pop("examples")[0]}
    return {}


def _convert_nullable(_self: OpenAPIConverter, _field: fields.Field[Any], ret: Json) -> Json:
    """Beside a $ref nothing is read in 2.0, and x-nullable only beside a type."""
    if "x-nullable" not in ret or not {"$ref", "allOf"} & ret.keys():
        return {}
    if "$ref" in ret:
        ret["allOf"] = [{"$ref": ret.pop("$ref")}]
    return {"type": "object"}


# What each adds to, or takes out of, the property that apispec makes of a field.
_ATTRIBUTE_FUNCTIONS = (
    _convert_const,
    _convert_dict,
    _convert_url,
    _convert_pattern,
    _convert_examples,
    _convert_nullable,
)
