"""Flask-RESTX's models and fields as JSON Schema of one version of OpenAPI."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard
from urllib.parse import quote

from flask_restx import fields
from flask_restx.model import ModelBase

from openapi.schemas import Json, RestxSchema

_DEFINITIONS = "#/definitions/"
_COMPONENTS = "#/components/schemas/"


def is_of_restx(schema: Any) -> TypeGuard[RestxSchema]:
    """Whether a schema is a model or a field of Flask-RESTX."""
    return isinstance(schema, (ModelBase, fields.Raw))


class ModelConverter:
    """Models and fields in the words of one version, and the components that they need.

    :param is_20: whether the version is Swagger 2.0, in whose words Flask-RESTX speaks
    """

    def __init__(self, is_20: bool) -> None:
        self._is_20 = is_20
        self._models: dict[str, Any] = {}

    @property
    def components(self) -> Json:
        """Every model that was added, by name."""
        return {name: self.adapted(model.__schema__) for name, model in self._models.items()}

    def add(self, schema: Any) -> Iterator[Any]:
        """Add the models that a schema leads to, and yield each of them.

        :param schema: a model or a field
        """
        for model in _models_of(schema, set()):
            self._models.setdefault(model.name, model)
            yield model

    def reference(self, schema: Any) -> Json:
        """Return `{"$ref": ...}` to a model, or the schema of a field.

        :param schema: a model or a field
        """
        if isinstance(schema, ModelBase):
            return self.adapted({"$ref": _DEFINITIONS + quote(schema.name, safe="")})
        return self.adapted(schema.__schema__)

    def adapted(self, schema: Mapping[str, Any]) -> Json:
        """Return a schema of Swagger 2.0 in the words of this version.

        :param schema: the schema
        """
        if self._is_20:
            return dict(schema)
        adapted: Json = _adapted(schema)
        return adapted


def _adapted(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_adapted(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    members = {name: _adapted(each) for name, each in value.items()}
    reference = members.get("$ref")
    if isinstance(reference, str):
        members["$ref"] = reference.replace(_DEFINITIONS, _COMPONENTS)
    if isinstance(members.get("discriminator"), str):
        members["discriminator"] = {"propertyName": members["discriminator"]}
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        # A flag beside the limit in 2.0 is the limit itself in JSON Schema 2020-12.
        if members.get(exclusive) is True and limit in members:
            members[exclusive] = members.pop(limit)
        elif members.get(exclusive) is False:
            del members[exclusive]
    return members


def _models_of(schema: Any, seen: set[int]) -> Iterator[Any]:
    """The models that a model or field leads to, each once."""
    if id(schema) in seen:
        return
    seen.add(id(schema))
    if isinstance(schema, ModelBase):
        yield schema
        for inner in (*schema.__parents__, *getattr(schema, "values", tuple)()):
            yield from _models_of(inner, seen)
    elif isinstance(schema, fields.Polymorph):
        for model in schema.mapping.values():
            yield from _models_of(model, seen)
    elif isinstance(schema, fields.Nested):
        yield from _models_of(schema.nested, seen)
    elif isinstance(schema, (fields.List, fields.Wildcard)):
        yield from _models_of(schema.container, seen)
