"""Schemas of every kind as JSON Schema of one version of OpenAPI."""

from collections.abc import Iterable
from typing import Any, TypeGuard

from marshmallow import Schema, fields, missing

from openapi.defaults import fitting, fitting_all
from openapi.definitions import ROOT, Definitions, is_of_restx
from openapi.dialect20 import polymorphic_20, schema_20
from openapi.dialects import translated
from openapi.examples import example_of, fits, would_be_loaded
from openapi.marshmallow.converter import MarshmallowConverter
from openapi.marshmallow.parameters import is_list, parameter_members
from openapi.marshmallow.variants import Variant, variant_of
from openapi.operation import MISSING, Operation, Parameter
from openapi.plain import plain
from openapi.schemas import (
    ANSWER,
    REQUEST,
    AnySchema,
    ArrayOf,
    Direction,
    Json,
    JsonSchema,
    ObjectOf,
)


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
    :param operations: the operations of the document: a schema that requests alone have is called
        as its class, whatever an answer would have of it
    :param strict: whether two schemas of one component name raise ComponentNameError; else the
        second gets a number
    """

    def __init__(
        self,
        openapi_version: str,
        operations: Iterable[Operation] | None = None,
        *,
        strict: bool = False,
    ) -> None:
        self._version = openapi_version
        self.is_20 = openapi_version.startswith("2.")
        self._strict = strict
        self._named: dict[str, Any] = {}
        self._written: Json = {}
        self._models = Definitions(self._claim, any_name=self.is_20)
        # Its schemas are those of 3.1, which have all that the others can say.
        self._marshmallow = MarshmallowConverter(self._claim_variant)
        if operations is not None:
            self._marshmallow.expect_answers(_answered(operations))

    def schema(self, schema: AnySchema, direction: Direction = ANSWER) -> Json:
        """Return a schema, or `{"$ref": ...}` to its component; nested ones come along.

        :param schema: the schema, or an array of such
        :param direction: whether a request or an answer has it
        :raises ComponentNameError: another schema has its name, and the converter is strict
        """
        return self._translated(self._schema(schema, direction))

    def _schema(self, schema: AnySchema, direction: Direction) -> Json:
        match schema:
            case JsonSchema():
                return self._of_json(schema)
            case ArrayOf():
                return {"type": "array", "items": self._schema(schema.items, direction)}
            case ObjectOf():
                return self._object(schema, direction)
        members = self._of_marshmallow(schema, direction)
        return schema_20(members) if self.is_20 else members

    def _of_marshmallow(self, schema: Any, direction: Direction) -> Json:
        if isinstance(schema, fields.Field):
            return self._marshmallow.property(schema, direction)
        variant = variant_of(schema)
        one = self._marshmallow.reference(variant, direction)
        return {"type": "array", "items": one} if variant.schema.many else one

    def example(self, schema: AnySchema, direction: Direction, declared: Any = MISSING) -> Any:
        """Return an example that fits a schema of marshmallow, or MISSING.

        :param schema: the schema, converted before; of any other, what is declared is returned
        :param direction: whether a request or an answer has it
        :param declared: an example, which is not returned where it would be refused
        """
        if not is_of_marshmallow(schema):
            return declared
        members = self._of_marshmallow(schema, direction)
        components = self._marshmallow.components
        made = example_of(members, components, direction)
        shown = (each for each in (declared, made) if each is not MISSING and each is not missing)
        for example in shown:
            is_loaded = direction == ANSWER or would_be_loaded(variant_of(schema).schema, example)
            if is_loaded and fits(example, members, components):
                return example
        return MISSING

    def parameter(self, parameter: Parameter) -> Json:
        """Return a parameter in the form of this version.

        :param parameter: the parameter
        """
        if isinstance(parameter.schema, fields.Field):
            as_list = is_list(parameter.schema, parameter.location)
            members = self._marshmallow.property(parameter.schema, REQUEST, as_list=as_list)
            return parameter_members(parameter, members, self._version)
        schema = self.schema(parameter.schema, REQUEST)
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
    def unfit_examples(self) -> list[str]:
        """The fields of marshmallow that have an example in their metadata that they refuse."""
        return sorted(self._marshmallow.unfit_examples)

    @property
    def names(self) -> set[str]:
        """The name of every schema that was referred to so far."""
        return self._named.keys() | self._marshmallow.components.keys()

    @property
    def components(self) -> Json:
        """Every schema referred to so far, by name."""
        of_marshmallow = self._marshmallow.components
        if self.is_20:
            adapted = polymorphic_20(of_marshmallow)
            of_marshmallow = {name: schema_20(schema) for name, schema in adapted.items()}
        models = fitting_all(self._models.schemas)
        named = {**of_marshmallow, **models, **self._written}
        return {name: self._translated(schema) for name, schema in sorted(named.items())}

    def _translated(self, schema: Json) -> Json:
        members: Json = translated(schema, self._version)
        return members

    def _of_json(self, schema: JsonSchema) -> Json:
        members: Json = self._models.linked(plain(schema.members), schema.models)
        members = fitting(members, self._models.schemas)
        if not schema.name:
            return members
        self._claim(schema.name, schema)
        self._written[schema.name] = members
        return {"$ref": f"{ROOT}{schema.name}"}

    def _object(self, schema: ObjectOf, direction: Direction) -> Json:
        properties = {
            name: self._schema(each, direction) for name, each in schema.properties.items()
        }
        required = {"required": list(schema.required)} if schema.required else {}
        return {"type": "object", "properties": properties, **required}

    def _example(self, parameter: Parameter) -> Json:
        if parameter.example is MISSING:
            return {}
        return {"x-example" if self.is_20 else "example": parameter.example}

    def _claim_variant(self, name: str, variant: Variant) -> str:
        self._claim(name, variant.schema)
        if name not in self._marshmallow.components:
            return name
        number = 1
        while f"{name}{number}" in self._marshmallow.components:
            number += 1
        return f"{name}{number}"

    def _claim(self, name: str, schema: Any) -> None:
        other = self._named.setdefault(name, schema)
        if self._strict and not _is_same(other, schema):
            raise ComponentNameError(name, other, schema)


def is_of_marshmallow(schema: Any) -> TypeGuard[Schema | type[Schema]]:
    """Return whether a schema is one of marshmallow, a class or an instance.

    :param schema: the schema
    """
    return isinstance(schema, Schema) or (isinstance(schema, type) and issubclass(schema, Schema))


def _answered(operations: Iterable[Operation]) -> Iterable[Any]:
    return (
        media.schema
        for operation in operations
        for answer in operation.answers.values()
        for media in answer.content.values()
        if is_of_marshmallow(media.schema)
    )


def _is_same(one: Any, two: Any) -> bool:
    # Flask-RESTX copies models when it merges what its decorators say.
    both = is_of_restx(one) and is_of_restx(two)
    return one is two or (both and one.__schema__ == two.__schema__)


def _collection_format(parameter: Parameter) -> Json:
    explode, style = parameter.style.get("explode"), parameter.style.get("style", "")
    delimited = {"spaceDelimited": "ssv", "pipeDelimited": "pipes"}.get(style, "csv")
    return {} if explode is None else {"collectionFormat": "multi" if explode else delimited}
