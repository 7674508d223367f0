"""Keyset pagination: the cost of a page does not depend on its position."""

from collections.abc import Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, inspect
from sqlalchemy.orm import Session

from api.core.storage import cursors
from api.core.storage.encoding import canonical, decode
from api.core.storage.orders import Order

Row = TypeVar("Row")


class Page(NamedTuple, Generic[Row]):
    """A page of a listing.

    :param items: its rows, in order
    :param next: the cursor of the page after it, or None on the last
    """

    items: list[Row]
    next: str | None


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
    :param filters: the filters of the query, which the cursor is for
    :param limit: the maximum number of rows in the page
    :param cursor: `next` of the previous page; None for the first page
    :raises CursorError: the cursor was not issued by this service, or for another listing
    """
    listing = repr((order[0].column.table.fullname, str(order), canonical(filters)))
    query = order.sorted(query)
    parts: Iterable[list[ColumnElement[bool]]] = [[]]
    if cursor is not None:
        parts = order.after(_decoded(order, cursors.read(session, listing, cursor)))
    rows: list[Row] = []
    for conditions in parts:
        rows += session.scalars(query.where(*conditions).limit(limit + 1 - len(rows)))
        if len(rows) > limit:
            return Page(rows[:limit], cursors.write(session, listing, _values(order, rows[-2])))
    return Page(rows, None)


def _decoded(order: Order, values: list[Any]) -> list[Any]:
    return [decode(value, key.column) for key, value in zip(order, values, strict=True)]


def _values(order: Order, row: Any) -> list[Any]:
    mapper = inspect(type(row))
    return [getattr(row, mapper.get_property_by_column(key.column).key) for key in order]
