"""The filters of listings: each compares a column with a value of the query."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Dialect, Text, TypeDecorator
from sqlalchemy.orm import InstrumentedAttribute

from api.core.declarations import DeclarationError

Condition = Callable[[Any], ColumnElement[bool]]


@dataclass(frozen=True)
class Filter:
    """A filter of a listing. A function of a team's own may be one as well.

    :param condition: returns the condition for a value
    :param column: the column that is compared with the value
    :param is_equal: whether the column has exactly the value: then it needs an index
    """

    condition: Condition
    column: Column[Any]
    is_equal: bool = False

    def __call__(self, value: Any) -> ColumnElement[bool]:
        return self.condition(value)


class FoldedText(TypeDecorator[str]):
    """Text without upper and lower case (Unicode's case folding), in which `contains` searches."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value.casefold()


def equals(column: InstrumentedAttribute[Any]) -> Filter:
    """Return a filter: rows whose column has the value. The listing demands an index for it.

    :param column: the column
    """
    return Filter(lambda value: column == value, column_of(column), is_equal=True)


def at_least(column: InstrumentedAttribute[Any]) -> Filter:
    """Return a filter: rows whose column has the value or a greater one.

    :param column: the column
    """
    return Filter(lambda value: column >= value, column_of(column))


def at_most(column: InstrumentedAttribute[Any]) -> Filter:
    """Return a filter: rows whose column has the value or a smaller one.

    :param column: the column
    """
    return Filter(lambda value: column <= value, column_of(column))


def below(column: InstrumentedAttribute[Any]) -> Filter:
    """Return a filter: rows whose column has a smaller value.

    :param column: the column
    """
    return Filter(lambda value: column < value, column_of(column))


def contains(column: InstrumentedAttribute[Any]) -> Filter:
    """Return a filter: rows whose column contains the text, in upper or lower case.

    Every character stands for itself. The rows are read in the order of the listing until the page
    is full.

    :param column: a column of FoldedText
    :raises DeclarationError: it is of another type
    """
    if not isinstance(column.type, FoldedText):
        raise DeclarationError(
            f"contains({column}): it searches columns of FoldedText. Add one to the table, and "
            "keep the text in it as well, as api/storage/models.py does"
        )
    return Filter(lambda value: column.contains(value, autoescape=True), column_of(column))


def column_of(attribute: Any) -> Column[Any]:
    """Return the column of an attribute of a model.

    :param attribute: the attribute, or the column itself
    :raises DeclarationError: it is no column
    """
    element = getattr(attribute, "expression", attribute)
    table = getattr(element, "table", None)
    if table is None or getattr(element, "key", None) not in table.c:
        raise DeclarationError(f"{attribute} is no column of a table")
    column: Column[Any] = table.c[element.key]
    return column
