"""A table as a resource needs it: pages, and rows that are read, added, changed and removed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from marshmallow.validate import OneOf
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Session

from api.core.declarations import DeclarationError
from api.core.storage.database import reading, writing
from api.core.storage.filters import Condition, Filter
from api.core.storage.idempotency import add_once
from api.core.storage.indexes import require_index
from api.core.storage.orders import order_of
from api.core.storage.pages import Page, paginate
from api.core.storage.parameters import check_parameter
from schemas.core.pages import PageQuery

Row = TypeVar("Row", bound=DeclarativeBase)

# The parameters of every listing. The others are filters.
_OF_PAGES = {*PageQuery._declared_fields, "order"}


class Repository(Generic[Row]):
    """The rows of a table. Each method is a transaction of its own.

    :param model: the model of the table
    :param query: the schema of the query of its listing, a subclass of PageQuery. Each of its
        parameters has a filter; `order` names one of the orders
    :param orders: the orders of the listing by name, the default first: columns, each as it is or
        with `.desc()`. The primary key is added to them
    :param filters: the filters by name: `equals(column)`, `at_least(column)` and so on, or a
        function that returns the condition for a value
    :raises DeclarationError: a page could not be read from an index, rows have no certain order, or
        the query and the filters do not agree
    """

    def __init__(
        self,
        model: type[Row],
        *,
        query: type[PageQuery],
        orders: Mapping[str, Sequence[Any]],
        filters: Mapping[str, Condition] | None = None,
    ) -> None:
        self.model = model
        self._filters = dict(filters or {})
        self._place = f"Repository({model.__module__}.{model.__name__})"
        table: Any = model.__table__
        self._orders = {
            name: order_of(table, columns, f'{self._place}: the order "{name}"')
            for name, columns in orders.items()
        }
        _check_query(query, self._orders, self._filters, self._place)
        parameters = query().fields
        for name, each in self._filters.items():
            if isinstance(each, Filter) and name in parameters:
                place = f'{self._place}: the filter "{name}"'
                check_parameter(parameters[name], each.column, place)
        for name, order in self._orders.items():
            place = f'{self._place}: the order "{name}"'
            require_index(table, order, None, place)
            for other, each in self._filters.items():
                if isinstance(each, Filter) and each.is_equal:
                    require_index(table, order, each.column, f'{place} with the filter "{other}"')

    def page(
        self,
        *,
        limit: int = 50,
        cursor: str | None = None,
        order: str | None = None,
        **filters: Any,
    ) -> Page[Row]:
        """Return a page of rows.

        :param limit: the maximum number of rows in the page
        :param cursor: `next` of the previous page; None for the first page
        :param order: the name of an order; by default the first
        :param filters: values of the filters, by name. A filter that is left out does not count;
            None is a value, to which nothing is equal
        :raises CursorError: the cursor was made for another listing, or not by this service
        """
        name = order or next(iter(self._orders))
        conditions = [self._filters[name](value) for name, value in filters.items()]

        @reading
        def read(session: Session) -> Page[Row]:
            return paginate(
                session,
                select(self.model).where(*conditions),
                self._orders[name],
                filters=(name, filters),
                limit=limit,
                cursor=cursor,
            )

        return read()

    def get(self, key: Any) -> Row | None:
        """Return a row, or None if there is none.

        :param key: its primary key; a tuple if that has several columns
        """

        @reading
        def read(session: Session) -> Row | None:
            return session.get(self.model, key)

        return read()

    def add(self, row: Row, *, owner: str, request: Any, key: str | None = None) -> Row:
        """Add a row, or return the row that was added with the same Idempotency-Key.

        :param row: the new row
        :param owner: the owner of the key: the caller's `sub`
        :param request: the content of the request, which has to be the same
        :param key: the Idempotency-Key, or None if the request has none
        :returns: the row, or the first one as it was created
        :raises KeyReused: the key was used for another request
        """
        return writing(
            lambda session: add_once(session, row, owner=owner, key=key, request=request)
        )()

    def change(
        self, key: Any, values: Mapping[str, Any], *, allow: Callable[[Row], None]
    ) -> Row | None:
        """Change a row.

        :param key: its primary key
        :param values: the new values by attribute; others stay as they are
        :param allow: called with the locked row; it raises if the change is not allowed
        :returns: the changed row, or None if there is none
        :raises AttributeError: the model has no such attribute
        """
        for name in values:
            getattr(self.model, name)

        def work(row: Row, _session: Session) -> None:
            for name, value in values.items():
                setattr(row, name, value)

        return self._with_locked(key, allow, work)

    def remove(self, key: Any, *, allow: Callable[[Row], None]) -> Row | None:
        """Delete a row.

        :param key: its primary key
        :param allow: called with the locked row; it raises if the deletion is not allowed
        :returns: the deleted row, or None if there is none
        """
        return self._with_locked(key, allow, lambda row, session: session.delete(row))

    def _with_locked(
        self, key: Any, allow: Callable[[Row], None], work: Callable[[Row, Session], None]
    ) -> Row | None:
        @writing
        def locked(session: Session) -> Row | None:
            row = session.get(self.model, key, with_for_update=True)
            if row is not None:
                allow(row)
                work(row, session)
            return row

        return locked()


def _check_query(
    query: type[PageQuery], orders: Mapping[str, Any], filters: Mapping[str, Any], place: str
) -> None:
    """Check that each parameter has an effect, and that `order` has the names of the orders."""
    parameters = query().fields
    for name in parameters.keys() - _OF_PAGES - filters.keys():
        raise DeclarationError(f"{place}: {query.__name__} has {name}, which has no filter")
    for name in _OF_PAGES & filters.keys():
        raise DeclarationError(f"{place}: a filter cannot have the name {name}: pages have it")
    rules = parameters["order"].validators if "order" in parameters else ()
    choices = {each for rule in rules if isinstance(rule, OneOf) for each in rule.choices}
    is_single = len(orders) == 1 and "order" not in parameters
    if not orders or not (is_single or choices == orders.keys()):
        raise DeclarationError(
            f"{place} has the orders {', '.join(orders) or 'none'}, and {query.__name__}.order "
            f"takes {', '.join(sorted(choices)) or 'none of them'}: OneOf has to have the same"
        )
