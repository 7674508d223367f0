"""Pagination of any table, in any order."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.storage import CursorError, Database, Order, Page, paginate
from tests.core.storage.shelf import Book, ShelfBase
from tests.core.support.databases import ON_BOTH

ORDERS = {
    "by key": Order((Book.number,)),
    "newest first": Order((Book.bought_at, Book.number), descending=True),
    "by shelf and title": Order((Book.shelf, Book.title, Book.number)),
    "by owner": Order((Book.owner, Book.number), descending=True),
    "by price": Order((Book.price, Book.number)),
    "by day": Order((Book.printed_on, Book.number)),
}

Ask = Callable[..., Page[Book]]


@pytest.fixture
def ask(database: Database) -> Ask:
    """`ask(order, limit=…, cursor=…)`: a page of seven books, of which some share a shelf."""
    ShelfBase.metadata.create_all(database.engine)

    def fill(session: Session) -> None:
        session.add_all(
            [Book(title=f"title {number % 3}", shelf=number % 2) for number in range(7)]
        )

    database.run(fill, writes=True)

    def page(order: Order, filters: object = None, **more: object) -> Page[Book]:
        return database.run(
            lambda session: paginate(session, select(Book), order, filters=filters, **more),  # type: ignore[arg-type]
            writes=False,
        )

    return page


@ON_BOTH
@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_pages_lead_through_every_row_once(ask: Ask, order: Order) -> None:
    """The pages contain every row once, whatever the types of the columns that order them."""
    whole = [book.number for book in ask(order, limit=100).items]
    numbers, cursor = [], None
    for _ in range(4):
        page = ask(order, limit=2, cursor=cursor)
        numbers += [book.number for book in page.items]
        cursor = page.next
    assert cursor is None
    assert numbers == whole
    assert sorted(numbers) == sorted(set(numbers))
    assert len(numbers) == 7


def test_the_last_page_says_so(ask: Ask) -> None:
    """The last page has no cursor, even when it is full."""
    assert ask(ORDERS["by key"], limit=7).next is None
    assert ask(ORDERS["by key"], limit=6).next is not None


def test_a_cursor_is_for_its_filters(ask: Ask) -> None:
    """A cursor is refused with filters other than its own."""
    cursor = ask(ORDERS["by key"], filters={"shelf": 1}, limit=1).next
    with pytest.raises(CursorError):
        ask(ORDERS["by key"], filters={"shelf": 2}, limit=1, cursor=cursor)
