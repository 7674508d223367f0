"""The encoding of column values in JSON."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, TypeDecorator
from sqlalchemy.types import TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def encode(value: Any) -> Any:
    """Return the value of a column as a value of JSON.

    :param value: a str, int, float, bool, None, datetime, date, UUID, bytes, or any other value,
        which is encoded by str()
    """
    if isinstance(value, datetime):
        return (value - _EPOCH) // _MICROSECOND
    if isinstance(value, UUID | bytes):
        return value.hex if isinstance(value, UUID) else value.hex()
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return str(value)


def decode(value: Any, column: ColumnElement[Any]) -> Any:
    """Return the value of a column that `encode` has encoded.

    :param value: the value of JSON
    :param column: the column, whose type decides that of the result
    """
    kind = _python_type(column.type)
    if value is None or isinstance(value, kind):
        return value
    if issubclass(kind, datetime):
        return _EPOCH + value * _MICROSECOND
    if issubclass(kind, date | bytes):
        return kind.fromisoformat(value) if issubclass(kind, date) else kind.fromhex(value)
    return kind(value)


def _python_type(type_: TypeEngine[Any]) -> Any:
    if isinstance(type_, TypeDecorator):
        return _python_type(type_.impl_instance)
    if isinstance(type_, LargeBinary):
        return bytes
    return type_.python_type
