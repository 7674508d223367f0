"""Pages of a listing, whose cost does not grow with their depth (keyset pagination)."""

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

    :param columns: columns of the table that together differ in every row, and are never null. An
        index over them, in this order, makes pages cheap.
    :param descending: whether the greatest values come first
    """

    columns: tuple[InstrumentedAttribute[Any], ...]
    descending: bool = False

    def values(self, row: Any) -> tuple[Any, ...]:
        """Return the values by which a row is ordered."""
        return tuple(getattr(row, column.key) for column in self.columns)

    def apply(self, query: Select[Any], after: Sequence[Any] | None = None) -> Select[Any]:
        """Return the query in this order.

        :param query: a select of the table's rows
        :param after: the values of the row behind which it begins
        """
        if after is not None:
            place = tuple_(*self.columns)
            query = query.where(place < after if self.descending else place > after)
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

    :param session: of the transaction
    :param query: a select of one table's rows, filtered and in no order
    :param order: of the listing
    :param filters: what the query was made from; its repr tells one listing from others
    :param limit: how many rows the page has at most
    :param cursor: `next` of the page before, None for the first page
    :raises CursorError: the cursor was not made here, or for other filters
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
