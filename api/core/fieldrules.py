"""The fields that an operation can never read or write, known when the app starts."""

from collections.abc import Iterable
from typing import Any

from marshmallow import fields
from marshmallow.exceptions import RegistryError

from api.core.declarations import DeclarationError
from openapi.marshmallow.types import is_delimited
from openapi.marshmallow.values import is_json
from openapi.marshmallow.variants import inner_fields, variant_of
from openapi.operation import Operation
from openapi.schema_converter import is_of_marshmallow
from openapi.schemas import ANSWER, Direction


def check_fields(listed: Iterable[Operation]) -> None:
    """Raise DeclarationError for a field that no request can fill, or no JSON can hold.

    :param listed: the operations, with the schemas that they name
    """
    for operation in listed:
        for parameter in operation.parameters:
            if why := _unreadable(parameter.schema, parameter.location):
                raise DeclarationError(
                    f"{operation}: the {parameter.location} cannot hold the field "
                    f"{parameter.name}, {why}"
                )
        for schema, direction in operation.schemas():
            if is_of_marshmallow(schema):
                _check_schema(operation, schema, direction)


def _check_schema(operation: Operation, schema: Any, direction: Direction) -> None:
    try:
        for variant in variant_of(schema).reachable():
            for name, field in variant.members.items():
                if why := _unwritable(field, direction):
                    place = f"{type(variant.schema).__name__}.{name}"
                    raise DeclarationError(f"{operation}: JSON cannot hold {place}, {why}")
    except RegistryError as error:
        raise DeclarationError(f"{operation}: {error}") from error


def _unreadable(field: Any, location: str) -> str:
    """Why marshmallow reads the field from no text; a field of a team's own may."""
    if not isinstance(field, fields.Field) or field.pre_load or is_delimited(field):
        return ""
    if type(field)._deserialize.__module__ != fields.__name__:
        return ""
    if isinstance(field, (fields.Nested, fields.Mapping)):
        return "which is an object: give its members one by one"
    if isinstance(field, (fields.List, fields.Tuple)) and location == "header":
        return "which is a list, and a header is one text: take webargs' DelimitedList"
    if isinstance(field, fields.Enum) and field.by_value is True:
        is_text = all(isinstance(each.value, str) for each in field.enum)
        return "" if is_text else "whose values are no text: say how, as in by_value=fields.Int"
    inner = [*inner_fields(field), *getattr(field, "tuple_fields", ())]
    return next(filter(None, (_unreadable(each, "item") for each in inner)), "")


def _unwritable(field: Any, direction: Direction) -> str:
    if isinstance(field, fields.Enum) and field.by_value is True:
        is_good = all(is_json(each.value) for each in field.enum)
        return "" if is_good else "an Enum of other values: say how, as in by_value=fields.Str"
    if isinstance(field, fields.Constant):
        return "" if is_json(field.constant) else "a Constant of another value"
    if isinstance(field, (fields.Float, fields.Decimal)) and direction == ANSWER:
        may_be_nan = field.allow_nan and not field.as_string
        return "which may be NaN: without allow_nan=True, or with as_string=True" * may_be_nan
    return next(filter(None, (_unwritable(each, direction) for each in inner_fields(field))), "")
