"""The encoding of column values in JSON."""

from collections.abc import Mapping, Set
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, TypeDecorator
from sqlalchemy.types import TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def encode(value: Any) -> Any:
    """Return the value of a column as a value of JSON.

    :param value: None, a value of JSON, datetime, date, time, timedelta, Decimal, UUID, bytes, Enum
    :raises TypeError: it is of another type
    """
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, datetime) and value.tzinfo:
        return (value - _EPOCH) // _MICROSECOND
    if isinstance(value, timedelta):
        return value // _MICROSECOND
    if isinstance(value, UUID | bytes):
        return value.hex if isinstance(value, UUID) else value.hex()
    if isinstance(value, date | time | Decimal):
        return str(value)
    if value is None or isinstance(value, str | int | float | list | dict):
        return value
    raise TypeError(f"a value of type {type(value).__name__} has no form in JSON")


def decode(value: Any, column: ColumnElement[Any]) -> Any:
    """Return the value of a column that `encode` has encoded.

    :param value: the value of JSON
    :param column: the column, whose type decides that of the result
    """
    kind = python_type(column.type)
    if value is None or isinstance(value, kind):
        return value
    if issubclass(kind, Enum):
        return kind[value]
    if issubclass(kind, datetime) and isinstance(value, int):
        return _EPOCH + value * _MICROSECOND
    if issubclass(kind, timedelta):
        return value * _MICROSECOND
    if issubclass(kind, date | time):
        return kind.fromisoformat(value)
    return kind.fromhex(value) if issubclass(kind, bytes) else kind(value)


def canonical(value: Any) -> Any:
    """Return a value whose repr is the same for equal values, in every process.

    :param value: filters, or the content of a request: what `encode` takes, in any nesting
    :raises TypeError: it has a value that `encode` does not take
    """
    if isinstance(value, Mapping):
        return sorted((repr(key), canonical(each)) for key, each in value.items())
    if isinstance(value, Set):
        return sorted(map(canonical, value), key=repr)
    if isinstance(value, list | tuple):
        return list(map(canonical, value))
    return encode(value)


def python_type(type_: TypeEngine[Any]) -> Any:
    """Return the Python type of the values of a column.

    :param type_: the type of the column
    """
    if isinstance(type_, LargeBinary):
        return bytes
    # A type that wraps another one rarely says it itself.
    if isinstance(type_, TypeDecorator) and type_.python_type is object:
        return python_type(type_.impl_instance)
    return type_.python_type
