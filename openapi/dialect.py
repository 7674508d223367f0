"""marshmallow schemas as JSON Schema of one OpenAPI version.

apispec's converter does the work; what it says wrongly is mended here, a function each.
"""

import re
from typing import Any

import marshmallow
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_instance
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields, validate

AnySchema = Schema | type[Schema]
Json = dict[str, Any]


class Dialect:
    """One version of OpenAPI ("2.0", "3.1.0"), and the components that its documents need."""

    def __init__(self, openapi_version: str) -> None:
        self.is_20 = openapi_version.startswith("2.")
        plugin = _Plugin(schema_name_resolver=component_name)
        self._spec = APISpec("", "", openapi_version, plugins=[plugin])
        self._converter = _converter_of(plugin)
        for mend in _MENDS:
            self._converter.add_attribute_function(mend)

    def reference(self, schema: AnySchema) -> Json:
        """`{"$ref": …}` to the schema, or an array of such; the nested ones come along."""
        found: Json = self._converter.resolve_nested_schema(schema)
        return found

    def parameters(self, schema: AnySchema, location: str = "query") -> list[Json]:
        """The fields of a schema as parameters, "query" or "headers", in this version's form."""
        found: list[Json] = self._converter.schema2parameters(_instance(schema), location=location)
        for parameter in found:
            self._move_example(parameter)
        return found

    @property
    def components(self) -> Json:
        """Every schema referred to so far, by name."""
        found = self._spec.to_dict()
        components = found if self.is_20 else found.get("components", {})
        schemas = components.get("definitions" if self.is_20 else "schemas", {})
        return dict(sorted(schemas.items()))

    def _move_example(self, parameter: Json) -> None:
        if self.is_20 and "example" in parameter:
            parameter["x-example"] = parameter.pop("example")
        elif "example" in parameter.get("schema", {}):
            parameter["example"] = parameter["schema"].pop("example")


def component_name(schema: AnySchema) -> str:
    """A schema's name in the documents: `Meta.component`, else its class's name."""
    instance = _instance(schema)
    named = getattr(type(instance).Meta, "component", type(instance).__name__)
    return f"{named}Change" if instance.partial else str(named)


def example(schema: AnySchema) -> Any:
    """An example of the whole, put together from the examples of the fields."""
    instance = _instance(schema)
    one = {
        field.data_key or name: found
        for name, field in instance.fields.items()
        if (found := _field_example(field)) is not marshmallow.missing
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
        found = super().schema2jsonschema(schema)
        instance = _instance(schema)
        # apispec leaves it out wherever Meta has a description.
        if instance.unknown != marshmallow.EXCLUDE:
            found["additionalProperties"] = instance.unknown == marshmallow.INCLUDE
        if instance.partial:
            for property_ in found["properties"].values():
                # A member left out of a partial body stays as it is: it takes no default.
                property_.pop("default", None)
        if type(instance).__doc__ and "description" not in found:
            found["description"] = str(type(instance).__doc__).strip()
        return found


class _Plugin(MarshmallowPlugin):
    Converter = _Converter


def _converter_of(plugin: MarshmallowPlugin) -> OpenAPIConverter:
    if plugin.converter is None:
        raise TypeError("the plugin belongs to no APISpec yet")
    return plugin.converter


def _instance(schema: AnySchema) -> Schema:
    return resolve_schema_instance(schema)


def _mend_const(self: OpenAPIConverter, field: fields.Field[Any], ret: Json) -> Json:
    equals = [rule.comparable for rule in field.validators if isinstance(rule, validate.Equal)]
    if not equals or self.openapi_version.major < 3:
        return {}
    ret.pop("enum", None)
    return {"const": equals[0]}


def _mend_dict(self: OpenAPIConverter, field: fields.Field[Any], ret: Json) -> Json:
    if not isinstance(field, fields.Dict):
        return {}
    bounds = {"minLength": "minProperties", "maxLength": "maxProperties"}
    mended = {bounds[name]: ret.pop(name) for name in bounds if name in ret}
    if field.key_field and self.openapi_version.major >= 3:
        mended["propertyNames"] = self.field2property(field.key_field)
    return mended


def _mend_url(_self: OpenAPIConverter, field: fields.Field[Any], ret: Json) -> Json:
    return {"format": "uri"} if isinstance(field, fields.Url) and ret["format"] == "url" else {}


def _mend_pattern(_self: OpenAPIConverter, _field: fields.Field[Any], ret: Json) -> Json:
    r"""marshmallow matches from the start, JSON Schema anywhere; \A and \Z are ^ and $ there."""
    pattern = re.sub(r"^\\A", "^", re.sub(r"\\[Zz]$", "$", ret.get("pattern", "")))
    if pattern and not pattern.startswith("^"):
        pattern = f"^(?:{pattern})"
    return {"pattern": pattern} if pattern else {}


def _mend_examples(self: OpenAPIConverter, _field: fields.Field[Any], ret: Json) -> Json:
    if self.openapi_version.major < 3 and "examples" in ret:
        return {"example": ret.pop("examples")[0]}
    return {}


def _mend_nullable(_self: OpenAPIConverter, _field: fields.Field[Any], ret: Json) -> Json:
    """Beside a $ref nothing is read in 2.0, and x-nullable only beside a type."""
    if "x-nullable" not in ret or not {"$ref", "allOf"} & ret.keys():
        return {}
    if "$ref" in ret:
        ret["allOf"] = [{"$ref": ret.pop("$ref")}]
    return {"type": "object"}


# Some of these no schema of ours needs: they are for those that readers of this will write.
_MENDS = (_mend_const, _mend_dict, _mend_url, _mend_pattern, _mend_examples, _mend_nullable)
