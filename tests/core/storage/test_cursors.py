"""A cursor is valid for one listing of one database only."""

import random
import string
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from api.core import storage
from api.core.storage import CursorError, Database, cursors
from api.core.storage.models import SharedSecret
from api.core.storage.orders import MAX_TEXT
from tests.core.demo.messages import Message, MessageQuery
from tests.core.demo.messages import stored as stored_messages
from tests.core.support.databases import ON_BOTH

ASKED = {"author": "ann", "q": "o", "order": "newest"}
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def cursor(stored: Flask) -> str:
    """The cursor of the first of three pages with one message each."""
    for written in ("one", "two", "foo"):
        stored_messages.add(Message(text=written, author="ann"), owner="ann", request=written)
    found = stored_messages.page(**ASKED, limit=1).next
    assert found is not None
    return found


def texts(**asked: Any) -> list[str]:
    return [message.text for message in stored_messages.page(**asked).items]


@ON_BOTH
def test_a_cursor_leads_on(cursor: str) -> None:
    """A cursor leads to the messages after its page, whatever limit the next request has."""
    assert texts(**ASKED, cursor=cursor, limit=1) == ["two"]
    assert texts(**ASKED, cursor=cursor, limit=200) == ["two", "one"]


def test_a_cursor_stays_good(cursor: str) -> None:
    """A cursor can be used again, and works when the message that it points at is gone."""
    newest = stored_messages.page(limit=1).items[0]
    stored_messages.remove(newest.id, allow=lambda _: None)
    for _ in range(2):
        assert texts(**ASKED, cursor=cursor) == ["two", "one"]


@ON_BOTH
def test_a_cursor_is_good_at_every_copy(cursor: str, database_url: str) -> None:
    """A cursor is valid at every copy of the service, because all of them share the database."""
    copy, database = Flask("copy"), Database(database_url)
    storage.init_app(copy, database)
    with copy.app_context():
        assert texts(**ASKED, cursor=cursor) == ["two", "one"]
    database.engine.dispose()


def test_a_cursor_fits_an_address(cursor: str) -> None:
    """A cursor has no character that a URL must escape, and is no longer than the API accepts."""
    assert set(cursor) <= {*string.ascii_letters, *string.digits, *"-_."}
    assert MessageQuery().load({"cursor": cursor})["cursor"] == cursor


@pytest.mark.parametrize("chars", ["\x01\x02\x1f", '"\\', "\U0010ffff\U0001f600"], ids=ascii)
def test_the_longest_cursor_fits(database: Database, chars: str) -> None:
    """A cursor with texts of the greatest length is no longer than the API accepts."""
    chance = random.Random(1)  # noqa: S311
    values = ["".join(chance.choices(chars, k=MAX_TEXT)), *([2**63 - 1, UUID(int=2**128 - 1)] * 3)]
    cursor = database.run(lambda session: cursors.write(session, "it", values), writes=False)
    assert MessageQuery().load({"cursor": cursor})["cursor"] == cursor
    assert (
        database.run(lambda session: cursors.read(session, "it", cursor), writes=False)[0]
        == (values[0])
    )


def test_no_character_can_be_changed(cursor: str) -> None:
    """A cursor is refused when any one of its characters is changed or left out."""
    for place, char in enumerate(cursor):
        for other in {"A", "B", "f", "_", "-", "!", "."} - {char}:
            with pytest.raises(CursorError):
                texts(**ASKED, cursor=cursor[:place] + other + cursor[place + 1 :])
        with pytest.raises(CursorError):
            texts(**ASKED, cursor=cursor[:place] + cursor[place + 1 :])


def test_every_spelling_of_a_signature_but_ours_is_refused(cursor: str) -> None:
    """A cursor with any other last character is refused, even if it decodes to the same bytes."""
    for char in {*string.ascii_letters, *string.digits, *"-_="} - {cursor[-1]}:
        with pytest.raises(CursorError):
            texts(**ASKED, cursor=cursor[:-1] + char)


@pytest.mark.parametrize(
    "change",
    [
        lambda cursor: cursor[:-1],
        lambda cursor: cursor[: len(cursor) // 2],
        lambda cursor: cursor[:1],
        lambda cursor: cursor + "A",
        lambda cursor: cursor + "=",
        lambda cursor: cursor + " ",
        lambda cursor: cursor * 2,
        lambda cursor: cursor.swapcase(),
        lambda cursor: cursor.rpartition(".")[0],
        lambda cursor: "." + cursor.rpartition(".")[2],
        lambda cursor: "." + cursor,
        lambda _: "ünï\N{GRINNING FACE}",
        lambda _: ".",
        lambda _: "None",
    ],
    ids=[
        *("one short", "half", "one character", "one more", "padded", "a space", "twice"),
        *("other case", "no signature", "no place", "compressed", "not ASCII", "a dot", "a word"),
    ],
)
def test_what_is_no_cursor_is_refused(cursor: str, change: Any) -> None:
    """A text that is cut short, extended or otherwise not a cursor is refused."""
    with pytest.raises(CursorError):
        texts(**ASKED, cursor=change(cursor))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"author": "bob"}, id="author"),
        pytest.param({"author": None}, id="no author"),
        pytest.param({"q": "O"}, id="text"),
        pytest.param({"q": None}, id="no text"),
        pytest.param({"order": "oldest"}, id="order"),
        pytest.param({"since": NOON}, id="since"),
        pytest.param({"author": "o", "q": "ann"}, id="exchanged"),
        pytest.param({"author": "ann', q='o"}, id="quoted"),
    ],
)
def test_a_cursor_is_for_its_filters(cursor: str, other: dict[str, Any]) -> None:
    """A cursor is refused with any filter or order other than its own."""
    with pytest.raises(CursorError):
        texts(**{name: value for name, value in (ASKED | other).items() if value}, cursor=cursor)


@ON_BOTH
def test_a_cursor_is_for_its_database(cursor: str, database: Database) -> None:
    """A cursor is refused by a database that has another secret."""
    database.run(
        lambda session: session.execute(update(SharedSecret).values(value=b"")), writes=True
    )
    with pytest.raises(CursorError):
        texts(**ASKED, cursor=cursor)
