"""The models of Flask-RESTX that a document refers to, among its components."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

from flask_restx import fields
from flask_restx.model import ModelBase, RawModel

from openapi.dialects import with_inner
from openapi.plain import plain
from openapi.schemas import Json

ROOT = "#/definitions/"
_ROOTS = (ROOT, "#/$defs/", "#/components/schemas/")
_INNER = ("$defs", "definitions")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]")


def is_of_restx(schema: Any) -> bool:
    """Whether a schema is a model of Flask-RESTX, or stands within one."""
    return isinstance(schema, (ModelBase, _Inner))


def models_of(schema: Any) -> Iterator[Any]:
    """The models that a model or field leads to, each once, itself included.

    :param schema: a model or a field
    """
    yield from _models_of(schema, set())


class Definitions:
    """The schemas of models by the name of their component, in the words of Swagger 2.0.

    :param claim: called with the name and the model of each component
    :param any_name: whether a component may have any name; else letters, digits, ".", "_" and "-"
    """

    def __init__(self, claim: Callable[[str, Any], None], *, any_name: bool) -> None:
        self.schemas: dict[str, Json] = {}
        self._claim = claim
        self._any_name = any_name
        self._models: dict[int, tuple[str, Any]] = {}

    def linked(self, schema: Any, models: Mapping[str, Any], owner: str = "") -> Any:
        """Return a schema whose references lead to components, and add these.

        A reference that leads nowhere is left out.

        :param schema: the schema
        :param models: the models that it may refer to, by name
        :param owner: the name of the component that it is in
        """
        if not isinstance(schema, Mapping):
            return schema
        models = {**models, **_inner_models(schema, models, owner)}
        members = with_inner(schema, lambda each: self.linked(each, models, owner))
        for name in _INNER:
            members.pop(name, None)
        reference = members.pop("$ref", None)
        target = self._target(reference, models, owner) if isinstance(reference, str) else None
        return members if target is None else {"$ref": target, **members}

    def _target(self, reference: str, models: Mapping[str, Any], owner: str) -> str | None:
        """Where a reference leads in the document."""
        root = next((root for root in _ROOTS if reference.startswith(root)), None)
        if root is None:
            if not reference.startswith("#"):
                return reference
            # Within a model, "#" is the model itself.
            return f"{_link(owner)}{reference[1:]}" if owner else None
        name, rest = unquote(reference.removeprefix(root)), ""
        if name not in models:
            name, slash, rest = name.partition("/")
            rest = slash + rest
        if name not in models:
            return None
        component = self._add(name, models[name], models)
        # In 2.0 a reference stays as Flask-RESTX writes it.
        is_kept = self._any_name and component == name and root == ROOT
        return reference if is_kept else _link(component) + rest

    def _add(self, name: str, model: Any, models: Mapping[str, Any]) -> str:
        if id(model) not in self._models:
            component = self._component(getattr(model, "component", name))
            self._models[id(model)] = component, model
            self.schemas[component] = {}
            self.schemas[component] = self.linked(self._schema(model), models, component)
            self._claim(component, model)
            # Flask-RESTX refers to the parent of a Polymorph alone.
            for each in models_of(model):
                if each.name in models:
                    self._add(each.name, models[each.name], models)
        return self._models[id(model)][0]

    def _schema(self, model: Any) -> Json:
        schema = _declared(model)
        if self._any_name or not isinstance(model, RawModel):
            return schema
        # Flask-RESTX does not say what may be null.
        own = schema["allOf"][-1] if model.__parents__ else schema
        for name, field in model.items():
            if getattr(field, "allow_null", False):
                own["properties"][name]["x-nullable"] = True
        return schema

    def _component(self, name: str) -> str:
        # A reference of 2.0 finds any name but those with what JSON Pointer reads in its own way.
        is_fine = self._any_name and not {"/", "~"} & {*name}
        component = name if is_fine else _NOT_IN_NAMES.sub("_", name)
        number, candidate = 2, component
        while candidate in self.schemas:
            candidate, number = f"{component}{number}", number + 1
        return candidate


def _declared(model: Any) -> Json:
    """What a model says of itself."""
    try:
        schema: Json = plain(model.__schema__)
    except ValueError as error:
        # Flask-RESTX parses minimum, maximum and default of dates, and names none of them.
        error.add_note(f"A field of the model {model.name} has a value that it refuses.")
        raise
    return schema


class _Inner:
    """A schema that stands among the definitions within a model."""

    def __init__(self, component: str, schema: Any) -> None:
        self.component, self.__schema__ = component, schema


def _inner_models(schema: Any, models: Mapping[str, Any], owner: str) -> dict[str, Any]:
    inner = {name: each for root in _INNER for name, each in (schema.get(root) or {}).items()}
    return {
        name: _Inner(f"{owner}{name}" if name in models else name, each)
        for name, each in inner.items()
        if name not in models or models[name].__schema__ != each
    }


def _link(component: str) -> str:
    return ROOT + quote(component, safe="")


def _models_of(schema: Any, seen: set[Any]) -> Iterator[Any]:
    # A model that nests itself has no end of copies.
    key = schema.name if isinstance(schema, ModelBase) else id(schema)
    if key in seen:
        return
    seen.add(key)
    if isinstance(schema, ModelBase):
        yield schema
        for inner in (*schema.__parents__, *getattr(schema, "values", tuple)()):
            yield from _models_of(inner, seen)
    elif isinstance(schema, fields.Polymorph):
        for model in schema.mapping.values():
            yield from _models_of(model, seen)
    elif isinstance(schema, fields.Nested):
        yield from _models_of(schema.model, seen)
    elif isinstance(schema, (fields.List, fields.Wildcard)):
        yield from _models_of(schema.container, seen)
