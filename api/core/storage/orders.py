"""The orders of listings: columns, each with its direction, that an index serves."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Select, String, Table, TypeDecorator, tuple_
from sqlalchemy.sql import operators

from api.core.declarations import DeclarationError
from api.core.storage.encoding import python_type
from api.core.storage.filters import column_of

# With these types, each value comes back from a cursor as it was.
TYPES = (str, int, bool, datetime, date, UUID, Decimal)

# Characters of the texts of an order. A cursor has to fit into an address, and an index of
# PostgreSQL takes 2704 bytes.
MAX_TEXT = 400


class Key(NamedTuple):
    """A column of an order.

    :param column: the column
    :param descending: whether its greatest values come first
    """

    column: Column[Any]
    descending: bool

    def clause(self) -> ColumnElement[Any]:
        """Return its part of ORDER BY."""
        return self.column.desc() if self.descending else self.column.asc()


class Order(tuple[Key, ...]):
    """The order of a listing. Its columns are unique together and never null."""

    def __str__(self) -> str:
        """Return what identifies it: columns, types and directions."""
        return ", ".join(
            f"{key.column.name} {python_type(key.column.type).__name__}{' desc' * key.descending}"
            for key in self
        )

    def sorted(self, query: Select[Any]) -> Select[Any]:
        """Return a query in this order.

        :param query: a select of the table's rows
        """
        return query.order_by(*(key.clause() for key in self))

    def after(self, values: Sequence[Any]) -> Iterator[list[ColumnElement[bool]]]:
        """Return the conditions of the parts into which the rows after a row fall, in their order.

        An index finds the beginning of each part. Columns of one direction are compared at once, so
        that an order of one direction has a single part.

        :param values: the values of the row
        """
        runs = _runs(self, values)
        for end in range(len(runs), 0, -1):
            *same, last = runs[:end]
            equal = [column == value for run in same for column, value in _pairs(run)]
            yield [*equal, _beyond(last)]


def order_of(table: Table, declared: Sequence[Any], place: str) -> Order:
    """Return the order that is declared by columns. The primary key is added to it.

    :param table: the table
    :param declared: columns of the model, each as it is or with `.desc()`
    :param place: the place of the declaration, for an error
    :raises DeclarationError: rows cannot be paged through in this order
    """
    keys = [_key(each) for each in declared]
    if not keys:
        raise DeclarationError(f"{place} has no columns: name those by which it sorts")
    known = {key.column.name for key in keys}
    rest = (column for column in table.primary_key.columns if column.name not in known)
    keys += [Key(column, keys[-1].descending) for column in rest]
    for key in keys:
        _check_column(table, key.column, place)
    texts = [_length(key.column) for key in keys if python_type(key.column.type) is str]
    if sum(texts) > MAX_TEXT:
        raise DeclarationError(
            f"{place} sorts by texts of {sum(texts)} characters, and a cursor has room for "
            f"{MAX_TEXT}: sort by shorter columns"
        )
    return Order(keys)


def _key(declared: Any) -> Key:
    modifier = getattr(declared, "modifier", None)
    element = declared.element if modifier is not None else declared
    return Key(column_of(element), modifier is operators.desc_op)


def _check_column(table: Table, column: Column[Any], place: str) -> None:
    if column.table is not table:
        raise DeclarationError(f"{place} sorts by {column}, which is a column of another table")
    if column.nullable:
        raise DeclarationError(
            f"{place} sorts by {column}, which may be null, and databases sort null differently: "
            "make it not null, with a value for what is not known"
        )
    kind = python_type(column.type)
    if kind not in TYPES:
        names = ", ".join(each.__name__ for each in TYPES)
        raise DeclarationError(
            f"{place} sorts by {column}, a {kind.__name__}: it can sort by {names}"
        )
    if kind is str and not _length(column):
        raise DeclarationError(
            f"{place} sorts by {column}, a text of any length: give it a length, as String(200) has"
        )


def _length(column: Column[Any]) -> int:
    type_ = column.type
    while isinstance(type_, TypeDecorator):
        type_ = type_.impl_instance
    return (type_.length if isinstance(type_, String) else None) or 0


def _runs(order: Order, values: Sequence[Any]) -> list[list[tuple[Key, Any]]]:
    """Return the keys with their values, in runs of one direction."""
    pairs = zip(order, values, strict=True)
    return [list(run) for _, run in groupby(pairs, key=lambda pair: pair[0].descending)]


def _pairs(run: list[tuple[Key, Any]]) -> Iterator[tuple[Column[Any], Any]]:
    return ((key.column, value) for key, value in run)


def _beyond(run: list[tuple[Key, Any]]) -> ColumnElement[bool]:
    values = [value for _, value in run]
    columns = tuple_(*(key.column for key, _ in run))
    return columns < values if run[0][0].descending else columns > values
