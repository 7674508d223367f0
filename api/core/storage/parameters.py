"""The parameters of a query, which must not have values that a column cannot be compared with."""

from typing import Any

from marshmallow import fields
from marshmallow.validate import OneOf, Range
from sqlalchemy import Column

from api.core.declarations import DeclarationError
from api.core.storage.encoding import python_type
from api.core.storage.numeric import ExactNumeric
from schemas.core.decimals import ExactDecimal
from schemas.core.fields import StrictInteger

# SQLite has integers of 64 bits.
MAX_INTEGER = 2**63 - 1


def check_parameter(field: fields.Field[Any], column: Column[Any], place: str) -> None:
    """Check that the database can compare every value of a parameter with a column.

    Otherwise a client could cause a failure of the database, which is answered 500.

    :param field: the field of the parameter
    :param column: the column
    :param place: the place of the declaration, for the error
    :raises DeclarationError: it cannot
    """
    type_ = column.type
    remedy = ""
    if isinstance(type_, ExactNumeric) and not _fits(field, type_):
        remedy = f"ExactDecimal({type_.precision}, {type_.scale})"
    elif python_type(type_) is int and not _is_bounded(field):
        remedy = "StrictInteger(), or an Integer with validate=Range(min=..., max=...)"
    elif type(field) is fields.String and not _has(field, OneOf):
        remedy = "SingleLine(), which takes no NUL and no lone surrogates"
    if remedy:
        raise DeclarationError(
            f"{place} compares {column} with a {type(field).__name__}, which takes values that the "
            f"database does not: make it {remedy}"
        )


def _fits(field: fields.Field[Any], type_: ExactNumeric) -> bool:
    if not isinstance(field, ExactDecimal) or field.scale > type_.scale:
        return False
    return field.precision - field.scale <= type_.precision - type_.scale


def _is_bounded(field: fields.Field[Any]) -> bool:
    if isinstance(field, StrictInteger) or _has(field, OneOf):
        return True
    ranges = [rule for rule in field.validators if isinstance(rule, Range)]
    return any(
        rule.min is not None
        and rule.max is not None
        and -MAX_INTEGER <= rule.min <= rule.max <= MAX_INTEGER
        for rule in ranges
    )


def _has(field: fields.Field[Any], kind: type) -> bool:
    return any(isinstance(rule, kind) for rule in field.validators)
