"""Flask-RESTX's models and fields as JSON Schema, in the words of Swagger 2.0."""

from collections.abc import Iterator
from typing import Any, TypeGuard
from urllib.parse import quote

from flask_restx import fields
from flask_restx.model import ModelBase

from openapi.schemas import Json, RestxSchema


def is_of_restx(schema: Any) -> TypeGuard[RestxSchema]:
    """Whether a schema is a model or a field of Flask-RESTX."""
    return isinstance(schema, (ModelBase, fields.Raw))


class ModelConverter:
    """The models that a document refers to."""

    def __init__(self) -> None:
        self._models: dict[str, Any] = {}

    @property
    def components(self) -> Json:
        """Every model that was added, by name."""
        return {name: model.__schema__ for name, model in self._models.items()}

    def add(self, schema: Any) -> Iterator[Any]:
        """Add the models that a schema leads to, and yield each of them.

        :param schema: a model or a field
        """
        for model in _models_of(schema, set()):
            self._models.setdefault(model.name, model)
            yield model


def reference(schema: Any) -> Json:
    """Return `{"$ref": ...}` to a model, or the schema of a field.

    :param schema: a model or a field
    """
    if isinstance(schema, ModelBase):
        return {"$ref": f"#/definitions/{quote(schema.name, safe='')}"}
    return dict(schema.__schema__)


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
