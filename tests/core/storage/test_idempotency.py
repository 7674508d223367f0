"""A creation that is sent again gets the same answer as the first time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from api.core.storage import Database, KeyReused, add_once
from api.core.storage.idempotency import KEY_LIFETIME
from api.core.storage.models import IdempotencyKey
from tests.core.storage.shelf import COLUMNS, Book, ShelfBase
from tests.core.support.databases import ON_BOTH
from tests.core.support.threads import at_once


@pytest.fixture
def shelf(database: Database) -> Database:
    ShelfBase.metadata.create_all(database.engine)
    return database


def buy(database: Database, title: str, key: str | None, owner: str = "ann") -> Book:
    return database.run(
        lambda session: add_once(session, Book(title=title), owner=owner, key=key, request=title),
        writes=True,
    )


def count(database: Database) -> int:
    return database.run(
        lambda session: session.scalars(select(func.count()).select_from(Book)).one(), writes=False
    )


@ON_BOTH
def test_a_retry_is_answered_with_the_first_row(shelf: Database) -> None:
    """A retry returns every value as it was created, even when the row has been deleted since."""
    first = buy(shelf, "Nana", "k")

    def sell(session: Session) -> None:
        session.delete(session.get_one(Book, first.number))

    shelf.run(sell, writes=True)
    again = buy(shelf, "Nana", "k")
    assert count(shelf) == 0
    assert [getattr(again, each.name) for each in COLUMNS] == [
        getattr(first, each.name) for each in COLUMNS
    ]


@ON_BOTH
def test_retries_at_once_create_one_row(shelf: Database) -> None:
    """Requests with the same key at the same time create one row, and each of them returns it."""
    numbers: list[int] = []
    at_once(8, lambda _: numbers.append(buy(shelf, "Nana", "k").number))
    assert count(shelf) == 1
    assert len(set(numbers)) == 1


def test_a_key_is_for_one_request(shelf: Database) -> None:
    """A second, different request with the same key is refused and creates nothing."""
    buy(shelf, "Nana", "k")
    with pytest.raises(KeyReused):
        buy(shelf, "Germinal", "k")
    assert count(shelf) == 1


def test_a_key_is_its_owners(shelf: Database) -> None:
    """Two owners may use the same key, and without a key each request creates a row."""
    buy(shelf, "Nana", "k")
    buy(shelf, "Nana", "k", owner="bob")
    buy(shelf, "Nana", None)
    buy(shelf, "Nana", None)
    assert count(shelf) == 4


def test_a_key_is_forgotten_after_a_day(shelf: Database) -> None:
    """A key is forgotten after a day and can then be used for another request."""
    buy(shelf, "Nana", "k")
    aged = datetime.now(UTC) - KEY_LIFETIME - timedelta(seconds=1)
    shelf.run(
        lambda session: session.execute(update(IdempotencyKey).values(created_at=aged)), writes=True
    )
    buy(shelf, "Germinal", "k")
    assert count(shelf) == 2
