"""marshmallow's schemas and fields as JSON Schema 2020-12.

A schema is one component if a request has the same as an answer. Else the request has a component
of its own.
"""

from collections.abc import Callable, Iterable
from typing import Any

import marshmallow
from marshmallow.decorators import POST_DUMP

from openapi.marshmallow.fields import FieldConverter
from openapi.marshmallow.names import component_name, words
from openapi.marshmallow.types import is_directional
from openapi.marshmallow.variants import (
    Variant,
    inner_fields,
    is_polymorphic,
    reads_type,
    variant_of,
)
from openapi.schemas import ANSWER, REQUEST, Direction, Json

Key = tuple[Any, ...]


class MarshmallowConverter:
    """The schemas that a document refers to, and references to them.

    :param claim: takes the name of a component and its schema, and returns the name that it gets
    """

    def __init__(self, claim: Callable[[str, Variant], str]) -> None:
        self.components: dict[str, Json] = {}
        # Where examples are that are not shown: the class and the field.
        self.unfit_examples: set[str] = set()
        self._claim = claim
        self._names: dict[tuple[Key, bool], str] = {}
        self._answered: set[Key] | None = None

    def expect_answers(self, schemas: Iterable[Any]) -> None:
        """Give a schema of requests its plain name, unless it is one of answers as well.

        :param schemas: the marshmallow schemas of all answers
        """
        variants = (each for schema in schemas for each in variant_of(schema).reachable())
        self._answered = {variant.key for variant in variants}

    def reference(self, variant: Variant, direction: Direction) -> Json:
        """Return a reference to the component of a schema, which is made if it is not there.

        :param variant: the schema
        :param direction: whether a request or an answer has it
        """
        if variant.is_anonymous:
            return self._object(variant, direction, "")
        is_own = direction == REQUEST and _is_split(variant)
        key = (variant.key, is_own)
        if key not in self._names:
            suffix = "Request" if is_own and self._is_answered(variant) else ""
            self._names[key] = name = self._claim(component_name(variant) + suffix, variant)
            # A schema that is nested in itself finds its name.
            self.components[name] = {}
            self.components[name] = self._object(variant, direction, name)
        return {"$ref": f"#/definitions/{self._names[key]}"}

    def property(
        self,
        field: Any,
        direction: Direction,
        variant: Variant | None = None,
        *,
        as_list: bool = False,
    ) -> Json:
        """Return the schema of a field.

        :param field: the field
        :param direction: whether a request or an answer has it
        :param variant: the schema whose field it is
        :param as_list: whether a list in one text is described by its items, as in a query
        """
        converter = FieldConverter(self, direction, variant, as_list=as_list)
        members: Json = converter.field2property(field)
        return members

    def _is_answered(self, variant: Variant) -> bool:
        return self._answered is None or variant.key in self._answered

    def _object(self, variant: Variant, direction: Direction, name: str) -> Json:
        if is_polymorphic(variant.schema):
            return self._one_of(variant, direction, name)
        members = {
            name: field
            for name, field in variant.members.items()
            if not _is_split(variant) or not _is_of_other_direction(field, direction)
        }
        keys = {
            name: name if field.data_key is None else field.data_key
            for name, field in members.items()
        }
        required = [
            keys[name] for name, field in members.items() if _is_required(variant, name, field)
        ]
        hooked = direction == ANSWER and bool(variant.schema._hooks[POST_DUMP])
        return {
            "type": "object",
            "properties": {
                keys[name]: self._member(variant, name, field, direction)
                for name, field in members.items()
            },
            **({"required": sorted(required)} if required and not hooked else {}),
            **({} if hooked else _additional(variant)),
            **_described(variant.schema),
        }

    def _member(self, variant: Variant, name: str, field: Any, direction: Direction) -> Json:
        own = ANSWER if field.dump_only else REQUEST if field.load_only else direction
        members = self.property(field, own, variant)
        if variant.may_miss(name):
            # A member left out of a partial body stays as it is: it takes no default.
            members.pop("default", None)
        return members

    def _one_of(self, variant: Variant, direction: Direction, name: str) -> Json:
        if direction == REQUEST and not reads_type(variant.schema):
            plain = [self.reference(each, direction) for each in variant.alternatives.values()]
            return {"oneOf": plain, **_described(variant.schema)}
        kind: str = getattr(variant.schema, "type_field", "type")
        mapping = {}
        for value, each in variant.alternatives.items():
            own = self._claim(name + words([value]), each)
            members = self._object(each, direction, own)
            of_type = {"type": "string", "const": value}
            properties = {kind: of_type} | members["properties"] | {kind: of_type}
            required = sorted({kind, *members.get("required", ())})
            self.components[own] = members | {"properties": properties, "required": required}
            mapping[value] = own
        return {
            "oneOf": [{"$ref": f"#/definitions/{own}"} for own in mapping.values()],
            "discriminator": {
                "propertyName": kind,
                "mapping": {value: f"#/components/schemas/{own}" for value, own in mapping.items()},
            },
            **_described(variant.schema),
        }


def _is_split(variant: Variant) -> bool:
    """Whether it, or a schema that is nested in it, is another in a request than in an answer."""
    return any(_differs(each) for each in variant.reachable())


def _differs(variant: Variant) -> bool:
    if is_polymorphic(variant.schema):
        return not reads_type(variant.schema)
    if variant.schema._hooks[POST_DUMP]:
        # What a hook makes of an answer nobody can know.
        return True
    return any(
        _is_required(variant, name, field)
        if field.dump_only or field.load_only
        else _is_directional(field)
        for name, field in variant.members.items()
    )


def _is_required(variant: Variant, name: str, field: Any) -> bool:
    # Whatever it says, marshmallow asks for no constant.
    is_constant = isinstance(field, marshmallow.fields.Constant)
    return field.required and not is_constant and not variant.may_miss(name)


def _is_directional(field: Any) -> bool:
    if isinstance(field, marshmallow.fields.Pluck):
        return _is_directional(field.schema.fields[field.field_name])
    return is_directional(field) or any(map(_is_directional, inner_fields(field)))


def _is_of_other_direction(field: Any, direction: Direction) -> bool:
    return bool(field.dump_only if direction == REQUEST else field.load_only)


def _additional(variant: Variant) -> Json:
    if variant.unknown == marshmallow.EXCLUDE:
        return {}
    return {"additionalProperties": variant.unknown == marshmallow.INCLUDE}


def _described(schema: marshmallow.Schema) -> Json:
    """The title and the description: those of Meta, or the docstring."""
    meta, document = type(schema).Meta, type(schema).__doc__
    described = {"description": document.strip()} if document else {}
    named = {name: getattr(meta, name, None) for name in ("title", "description")}
    return described | {name: str(value) for name, value in named.items() if value}
