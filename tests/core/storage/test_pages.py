"""Pages of any table, in any order that it declares."""

import random
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from marshmallow import fields
from marshmallow.validate import OneOf
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from api.core.storage import (
    CursorError,
    Database,
    Page,
    Repository,
    at_least,
    at_most,
    below,
    equals,
)
from schemas.core.decimals import ExactDecimal
from schemas.core.fields import StrictInteger
from schemas.core.pages import PageQuery
from tests.core.storage.shelf import NOON, Book, Pamphlet, ShelfBase
from tests.core.support.databases import ON_BOTH

ORDERS: dict[str, list[Any]] = {
    "key": [Book.number],
    "newest": [Book.bought_at.desc()],
    "title": [Book.title],
    "owner": [Book.owner.desc()],
    "price": [Book.price],
    "day": [Book.printed_on],
    "lent": [Book.is_lent, Book.price],
    "shelf": [Book.shelf, Book.title],
    "mixed": [Book.shelf.desc(), Book.title, Book.price.desc(), Book.number],
    "mixed backwards": [Book.shelf, Book.title.desc(), Book.price, Book.number.desc()],
}


class BookQuery(PageQuery):
    """Which books"""

    shelf = StrictInteger()
    price_from = ExactDecimal(12, 2)
    price_to = ExactDecimal(12, 2)
    price_below = ExactDecimal(12, 2)
    cheap = fields.Bool()
    order = fields.Str(load_default="key", validate=OneOf([*ORDERS]))


books = Repository(
    Book,
    query=BookQuery,
    orders=ORDERS,
    filters={
        "shelf": lambda value: Book.shelf == value,
        "price_from": at_least(Book.price),
        "price_to": at_most(Book.price),
        "price_below": below(Book.price),
        "cheap": lambda value: (Book.price < 2) if value else (Book.price >= 2),
    },
)


class ShelfQuery(PageQuery):
    """The books of a shelf"""

    shelf = StrictInteger()
    order = fields.Str(load_default="price", validate=OneOf(["price", "title"]))


of_shelf = Repository(
    Book,
    query=ShelfQuery,
    orders={"price": [Book.price], "title": [Book.title]},
    filters={"shelf": equals(Book.shelf)},
)


def book(chance: random.Random) -> Book:
    """A book whose values many others have as well."""
    return Book(
        title=chance.choice(["", "a", "B", "ä", "\U0001f600", 'quo"te\\', "x" * 50]),
        shelf=chance.randrange(-1, 2),
        price=Decimal(chance.randrange(-3, 4)) / 2,
        is_lent=chance.random() < 0.5,
        owner=UUID(int=chance.randrange(3)),
        bought_at=NOON + chance.randrange(3) * timedelta.resolution,
    )


@pytest.fixture
def shelves(stored: Flask, database: Database) -> Database:
    """A database of 60 books. The test runs in the context of its app."""
    ShelfBase.metadata.create_all(database.engine)
    chance = random.Random(1)  # noqa: S311
    database.run(
        lambda session: session.add_all([book(chance) for _ in range(60)]),
        writes=True,
    )
    return database


def walk(rows: Repository[Book], limit: int, **asked: Any) -> list[int]:
    """The numbers of all books, page by page."""
    page = rows.page(limit=limit, **asked)
    numbers = [each.number for each in page.items]
    while page.next:
        page = rows.page(limit=limit, cursor=page.next, **asked)
        assert page.items
        numbers += [each.number for each in page.items]
    return numbers


@ON_BOTH
@pytest.mark.parametrize("order", ORDERS)
def test_pages_lead_through_every_row_once(shelves: Database, order: str) -> None:
    """The pages contain every row once, in order, whatever the columns and their directions."""
    whole = [each.number for each in books.page(order=order, limit=100).items]
    assert sorted(whole) == list(range(1, 61))
    for limit in (1, 7, 59, 60):
        assert walk(books, limit, order=order) == whole


@ON_BOTH
def test_an_order_is_that_of_its_columns(shelves: Database) -> None:
    """Rows are sorted by each column in its direction."""
    rows = books.page(order="mixed", limit=100).items
    expected = sorted(rows, key=lambda row: (-row.price, row.number))
    for shelf in (1, 0, -1):
        own = [row for row in rows if row.shelf == shelf]
        for title in {row.title for row in own}:
            of_title = [row.number for row in own if row.title == title]
            assert of_title == [
                row.number for row in expected if (row.shelf, row.title) == (shelf, title)
            ]
    assert [row.shelf for row in rows] == sorted((row.shelf for row in rows), reverse=True)


@ON_BOTH
@pytest.mark.parametrize("order", ["mixed", "price", "newest"])
def test_a_walk_neither_loses_nor_repeats(shelves: Database, order: str) -> None:
    """While others write and delete, each remaining row is listed once, and none twice."""
    chance = random.Random(2)  # noqa: S311
    staying = set(range(1, 61))
    met: list[int] = []
    cursor = None
    while True:
        page = books.page(order=order, limit=4, cursor=cursor)
        met += [each.number for each in page.items]
        if page.next is None:
            break
        cursor = page.next
        gone = chance.choice(sorted(staying))
        books.remove(gone, allow=lambda _: None)
        staying.discard(gone)
        shelves.run(lambda session: session.add(book(chance)), writes=True)
    assert len(met) == len(set(met))
    assert staying <= set(met)


@ON_BOTH
@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ({"shelf": 1}, lambda row: row.shelf == 1),
        ({"price_from": Decimal("0.5")}, lambda row: row.price >= Decimal("0.5")),
        ({"price_to": Decimal("0.50")}, lambda row: row.price <= Decimal("0.5")),
        ({"price_below": Decimal("0.5")}, lambda row: row.price < Decimal("0.5")),
        ({"cheap": False}, lambda row: row.price >= 2),
        (
            {"shelf": 0, "price_from": 0, "price_to": 1},
            lambda row: row.shelf == 0 <= row.price <= 1,
        ),
        ({"shelf": None}, lambda _: False),
    ],
)
def test_filters_say_which(shelves: Database, asked: dict[str, Any], holds: Any) -> None:
    """Each filter selects the right rows, in every order. None is a value that no row has."""
    expected = sorted(row.number for row in books.page(limit=100).items if holds(row))
    for order in ("key", "mixed", "price"):
        assert sorted(walk(books, 3, order=order, **asked)) == expected


def test_the_last_page_says_so(shelves: Database) -> None:
    """The last page has no cursor, even when it is full."""
    assert books.page(limit=60).next is None
    assert books.page(limit=59).next is not None
    assert books.page(limit=1, shelf=99) == Page([], None)


OTHERS = {
    "no filter": lambda cursor: books.page(order="price", cursor=cursor),
    "another filter": lambda cursor: books.page(order="price", shelf=2, cursor=cursor),
    "a filter more": lambda cursor: books.page(order="price", shelf=1, cheap=True, cursor=cursor),
    "another filter of one value": lambda cursor: books.page(
        order="price", price_from=1, cursor=cursor
    ),
    "another order": lambda cursor: books.page(order="newest", shelf=1, cursor=cursor),
    "another order of one type": lambda cursor: books.page(order="mixed", shelf=1, cursor=cursor),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_a_cursor_is_for_its_listing(shelves: Database, other: Any) -> None:
    """A cursor is refused with another order or other filters."""
    cursor = books.page(order="price", shelf=1, limit=1).next
    books.page(order="price", shelf=1, cursor=cursor)
    with pytest.raises(CursorError):
        other(cursor)


def test_a_cursor_is_for_its_table(shelves: Database) -> None:
    """A cursor of another table with the same order and filters is refused."""
    pamphlets = Repository(Pamphlet, query=PageQuery, orders={"key": [Pamphlet.number]})
    cursor = books.page(order="key", limit=1).next
    with pytest.raises(CursorError):
        pamphlets.page(order="key", cursor=cursor)


def test_a_cursor_is_good_in_every_process(shelves: Database) -> None:
    """The order in which filters are given, and the members of a set, do not change a cursor."""
    cursor = books.page(order="price", shelf=1, cheap=False, limit=1).next
    assert books.page(cursor=cursor, cheap=False, shelf=1, order="price") is not None


@ON_BOTH
def test_the_longest_cursor_fits(shelves: Database) -> None:
    """The longest text of a column makes a cursor that the query accepts."""
    worst = ["\x01" * 50, '"' * 50, "\U0010ffff" * 50]
    shelves.run(
        lambda session: session.add_all([Book(title=each, shelf=9) for each in worst * 2]),
        writes=True,
    )
    page = books.page(order="shelf", shelf=9, limit=1)
    while page.next:
        assert BookQuery().load({"cursor": page.next})["cursor"] == page.next
        page = books.page(order="shelf", shelf=9, limit=1, cursor=page.next)


def plans(database: Database, rows: Repository[Book], **asked: Any) -> list[str]:
    """The database's plan of each statement of a page."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM books" in statement:
            seen.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    rows.page(**asked)
    event.remove(database.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    with database.engine.connect() as connection:
        return [
            "\n".join(
                str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {each}", values)
            )
            for each, values in seen
        ]


@pytest.fixture
def many(shelves: Database) -> Database:
    """Thousands of books, with statistics."""
    chance = random.Random(3)  # noqa: S311

    def fill(session: Session) -> None:
        session.add_all([book(chance) for _ in range(500)])

    for _ in range(8):
        shelves.once(fill, writes=True)
    with shelves.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    return shelves


@ON_BOTH
def test_a_page_is_read_off_an_index(many: Database) -> None:
    """Every page is read from an index, without a sort or a full scan, whatever order and depth."""
    asked: list[tuple[Repository[Book], dict[str, Any]]] = [
        *((books, {"order": order}) for order in ORDERS),
        *((of_shelf, {"order": order, "shelf": 1}) for order in ("price", "title")),
    ]
    for rows, each in asked:
        deep = rows.page(**each, limit=1000).next
        assert deep
        for cursor in (None, deep):
            for found in plans(many, rows, **each, limit=50, cursor=cursor):
                # SQLite reads a table itself in the order of its number.
                assert re.search(r"(?i)index|primary key|^scan books$", found), found
                assert not {"Seq", "TEMP"} & set(found.split()), found
                # PostgreSQL may sort the few rows that an index gives for some of the values.
                sorted_rows = [int(rows) for rows in re.findall(r"Sort .*rows=(\d+)", found)]
                assert sum(sorted_rows) < 400, found
