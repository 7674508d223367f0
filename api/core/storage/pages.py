"""Keyset pagination: the cost of a page does not depend on its position."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.core.storage import cursors
from api.core.storage.encoding import decode

Row = TypeVar("Row")


class Page(NamedTuple, Generic[Row]):
    """A page of a listing.

    :param items: its rows, in order
    :param next: the cursor of the page after it, or None on the last
    """

    items: list[Row]
    next: str | None


@dataclass(frozen=True)
class Order:
    """The order of a listing.

    :param columns: columns of the table that are unique together and never null. The table needs an
        index on them, in this order.
    :param descending: whether the greatest values come first
    """

    columns: tuple[InstrumentedAttribute[Any], ...]
    descending: bool = False

    def values(self, row: Any) -> tuple[Any, ...]:
        """Return the values by which a row is ordered.

        :param row: the row
        """
        return tuple(getattr(row, column.key) for column in self.columns)

    def apply(self, query: Select[Any], after: Sequence[Any] | None = None) -> Select[Any]:
        """Return a query in this order.

        :param query: a select of the table's rows
        :param after: the values of the row after which the result begins; None for all rows
        """
        if after is not None:
            values = tuple_(*self.columns)
            query = query.where(values < after if self.descending else values > after)
        return query.order_by(
            *(each.desc() if self.descending else each.asc() for each in self.columns)
        )


def paginate(
    session: Session,
    query: Select[Row],
    order: Order,
    *,
    filters: Any,
    limit: int,
    cursor: str | None = None,
) -> Page[Row]:
    """Return a page of the rows of a query.

    :param session: the session of the transaction
    :param query: a select of one table's rows, with filters and without an order
    :param order: the order of the listing
    :param filters: the filters of the query; their repr identifies the listing
    :param limit: the maximum number of rows in the page
    :param cursor: `next` of the previous page; None for the first page
    :raises CursorError: the cursor was not issued by this service, or for other filters
    """
    after = _values(session, order, filters, cursor) if cursor else None
    rows: list[Row] = list(session.scalars(order.apply(query, after).limit(limit + 1)))
    items = rows[:limit]
    if len(rows) <= limit:
        return Page(items, None)
    return Page(items, cursors.write(session, filters, order.values(items[-1])))


def _values(session: Session, order: Order, filters: Any, cursor: str) -> list[Any]:
    values = cursors.read(session, filters, cursor)
    columns = [attribute.property.columns[0] for attribute in order.columns]
    return [decode(value, column) for value, column in zip(values, columns, strict=True)]
