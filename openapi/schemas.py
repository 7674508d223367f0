"""What may stand for a schema in an Operation: marshmallow's, or JSON Schema."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import marshmallow

Json = dict[str, Any]

Direction = Literal["request", "answer"]
REQUEST: Direction = "request"
ANSWER: Direction = "answer"


@dataclass(frozen=True)
class JsonSchema:
    """A schema that is written down already, as JSON Schema has it.

    :param members: the members of the schema
    :param name: its name among the components; without one it is written where it is referred to
    :param models: the models of Flask-RESTX that it may refer to, by name
    """

    members: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    models: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class ArrayOf:
    """An array, each item of which is of one schema.

    :param items: the schema of an item
    """

    items: "AnySchema"


@dataclass(frozen=True)
class ObjectOf:
    """An object whose members have schemas of their own.

    :param properties: the schema of each member, by its name
    :param required: the names of the members that must be there
    """

    properties: "Mapping[str, AnySchema]"
    required: tuple[str, ...] = ()


AnySchema: TypeAlias = (
    marshmallow.Schema
    | type[marshmallow.Schema]
    | marshmallow.fields.Field[Any]
    | JsonSchema
    | ArrayOf
    | ObjectOf
)

STRING = JsonSchema({"type": "string"})
BINARY = JsonSchema({"type": "string", "format": "binary"})
