"""What decorators declare of a method: a record on the function, from which its Operation is made.

functools.wraps carries the record through other decorators. Each layer leaves a new record, with
what it adds; none changes the record of the layer below.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import marshmallow
from apispec.ext.marshmallow.common import get_fields, resolve_schema_instance

from openapi.operation import MISSING, Access, Answer, Parameter, ProblemType, RequestBody

View = TypeVar("View", bound=Callable[..., Any])
Decorator = TypeVar("Decorator", bound=Callable[..., Any])

_DECLARATION = "__declaration__"
_LAYER = "__layer__"


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What is declared of one method, wherever its addresses are.

    :param id: the operationId; None where it is made of the names of class and method
    :param access: who may call
    :param parameters: of query and headers; those of the path are read off the address
    :param body: what a request may send
    :param answers: by status; None where no contract says it
    :param problems: the problem types that it may answer
    """

    id: str | None = None
    access: Access | None = None
    parameters: tuple[Parameter, ...] = ()
    body: RequestBody | None = None
    answers: Mapping[str, Answer] | None = None
    problems: tuple[ProblemType, ...] = ()


NOTHING = Declaration()


def declaration_of(view: Any) -> Declaration:
    """Return what is declared of a method.

    :param view: the function, with its decorators
    """
    declared: Declaration = getattr(view, _DECLARATION, NOTHING)
    return declared


def declare(view: View, *, problems: tuple[ProblemType, ...] = (), **changes: Any) -> View:
    """Add to what is declared of a method, and return the method.

    :param view: the function, which has the record of the layers below
    :param problems: problem types that this layer may answer, beside those of the layers below
    :param changes: other members of its Declaration
    """
    below = declaration_of(view)
    declared = replace(below, problems=(*below.problems, *problems), **changes)
    setattr(view, _DECLARATION, declared)
    return view


def declaring(decorator: Decorator, layer: str) -> Decorator:
    """Record that a decorator declares something of a method, and return the decorator.

    :param decorator: the decorator
    :param layer: what it is, as it is written: "@require_auth"
    """
    setattr(decorator, _LAYER, layer)
    return decorator


def layer_of(decorator: Any) -> str | None:
    """Return what a decorator declares, as it is written; None where it declares nothing.

    :param decorator: the decorator
    """
    layer: str | None = getattr(decorator, _LAYER, None)
    return layer


def parameters_of(
    schema: marshmallow.Schema | type[marshmallow.Schema], location: str
) -> tuple[Parameter, ...]:
    """Return the fields of a marshmallow schema as parameters.

    :param schema: what is read of the query or of the headers
    :param location: "query" or "header"
    """
    return tuple(_parameters(resolve_schema_instance(schema), location))


def _parameters(schema: marshmallow.Schema, location: str) -> Iterator[Parameter]:
    for name, field in get_fields(schema, exclude_dump_only=True).items():
        partial = schema.partial is True or name in (schema.partial or ())
        yield Parameter(
            name=field.data_key or name,
            location=location,
            schema=field,
            required=field.required and not partial,
            description=str(field.metadata.get("description", "")),
            example=field.metadata.get("example", MISSING),
        )
