"""The queries of messages, on both databases."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import event, text, update

from api.core.storage import Database, KeyReused, Page
from api.core.storage.models import IdempotencyKey
from api.storage.messages import add_all, count, known_ids, messages
from api.storage.models import Message
from tests.core.support.databases import ON_BOTH
from tests.core.support.threads import at_once

pytestmark = [ON_BOTH, pytest.mark.usefixtures("stored")]

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FAMILY = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"


def row(text: str = "", author: str = "ann", created_at: datetime = NOON) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "text": text,
        "author": author,
        "created_at": created_at,
        "updated_at": created_at,
    }


def insert(database: Database, rows: list[dict[str, Any]]) -> None:
    database.run(lambda session: add_all(session, rows), writes=True)


def create(*, text: str, author: str, key: str | None = None) -> Message:
    return messages.add(Message(text=text, author=author), owner=author, request=text, key=key)


def allow(_: Message) -> None:
    """Allow every change."""


def forbid(_: Message) -> None:
    raise PermissionError


def texts(**filters: Any) -> list[str]:
    return [message.text for message in messages.page(**filters).items]


def walk(**asked: Any) -> Iterator[Page[Message]]:
    """Yield page after page, until the cursor is None or repeats."""
    cursor, known = None, set[str | None]()
    while cursor not in known:
        known.add(cursor)
        page = messages.page(**asked, cursor=cursor)
        yield page
        cursor = page.next


def test_what_is_created_is_there() -> None:
    """A new message has an id of version 7, its author, and the same time of creation and
    change."""
    made = create(text="Hello", author="ann")
    found = messages.get(made.id)
    assert found is not None
    assert (found.id.version, found.text, found.author) == (7, "Hello", "ann")
    assert found.created_at == found.updated_at == made.created_at
    assert found.etag == made.etag


def test_what_is_changed_is_another_version() -> None:
    """A change gives a message a new text, time of change and ETag, and its time of creation
    stays."""
    made = create(text="Hello", author="ann")
    changed = messages.change(made.id, {"text": "Bye"}, allow=allow)
    assert changed is not None
    found = messages.get(made.id)
    assert found is not None
    assert (found.text, found.etag) == ("Bye", changed.etag)
    assert found.etag != made.etag
    assert found.created_at == made.created_at < found.updated_at
    assert texts(q="bye") == ["Bye"]
    assert texts(q="hello") == []


def test_what_is_removed_is_gone() -> None:
    """`remove` returns the message, which is gone afterwards."""
    made = create(text="Hello", author="ann")
    removed = messages.remove(made.id, allow=allow)
    assert removed is not None
    assert removed.id == made.id
    assert messages.get(made.id) is None
    assert count() == 0


def test_what_is_not_there_is_none() -> None:
    """For a message that does not exist the result is None, and `allow` is not called."""
    nobody = UUID(int=7)
    assert messages.get(nobody) is None
    assert messages.change(nobody, {"text": "x"}, allow=forbid) is None
    assert messages.remove(nobody, allow=forbid) is None


def test_what_is_not_allowed_does_not_happen() -> None:
    """When `allow` raises an exception, it is passed on and the message is unchanged."""
    made = create(text="Hello", author="ann")
    with pytest.raises(PermissionError):
        messages.change(made.id, {"text": "Bye"}, allow=forbid)
    with pytest.raises(PermissionError):
        messages.remove(made.id, allow=forbid)
    found = messages.get(made.id)
    assert found is not None
    assert (found.text, found.etag) == ("Hello", made.etag)


def test_changes_at_once_are_all_counted(stored: Flask) -> None:
    """Each of several changes at the same time gives the message a different ETag."""
    made = create(text="Hello", author="ann")

    def change(number: int) -> str:
        with stored.app_context():
            changed = messages.change(made.id, {"text": str(number)}, allow=allow)
            assert changed is not None
            return changed.etag

    assert len(set(at_once(6, change))) == 6


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(FAMILY, id="emoji of several"),
        pytest.param("\N{HEBREW LETTER ALEF}\N{RIGHT-TO-LEFT MARK}a", id="right to left"),
        pytest.param(
            "e\N{COMBINING ACUTE ACCENT} \N{LATIN SMALL LETTER E WITH ACUTE}", id="accents"
        ),
        pytest.param("\U0001d11e \U0010ffff", id="astral"),
        pytest.param("\uffff\ufffe\ufeff", id="noncharacters"),
        pytest.param("a\nb\r\nc\td\x01\x7f", id="control characters"),
        pytest.param("x" * 2000, id="long"),
    ],
)
def test_texts_survive(written: str) -> None:
    """A text and an author are stored without any change to their characters."""
    made = create(text=written, author=written[:255])
    found = messages.get(made.id)
    assert found is not None
    assert (found.text, found.author) == (written, written[:255])
    assert texts(author=written[:255], q=written[:200]) == [written]


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(datetime(2026, 1, 2, 3, 4, 5, 678901, UTC), id="microseconds"),
        pytest.param(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), id="none"),
        pytest.param(
            datetime(2026, 1, 2, 3, 4, 5, 1, timezone(timedelta(hours=5, minutes=30))), id="offset"
        ),
        pytest.param(datetime(999, 12, 31, 23, 59, 59, 999999, UTC), id="long ago"),
        pytest.param(datetime(9999, 12, 31, 23, 59, 59, 999999, UTC), id="the last"),
    ],
)
def test_times_survive(database: Database, moment: datetime) -> None:
    """A time is stored to the microsecond and returned in UTC."""
    insert(database, [row(created_at=moment)])
    [found] = messages.page().items
    assert found.created_at == found.updated_at == moment
    assert found.created_at.tzinfo is UTC


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_are_the_whole_in_order(database: Database, order: str, limit: int) -> None:
    """The pages contain all messages in order of time, and of id where times are equal. There is no
    empty page at the end."""
    rows = [row(str(number), created_at=NOON + number // 4 * SECOND) for number in range(7)]
    insert(database, rows)
    pages = list(walk(order=order, limit=limit))
    expected = sorted(
        ((each["created_at"], each["id"]) for each in rows), reverse=order == "newest"
    )
    found = [(message.created_at, message.id) for page in pages for message in page.items]
    assert found == expected
    assert {len(page.items) for page in pages[:-1]} <= {limit}
    assert len(pages) == -(-7 // limit)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param({}, "abcd", id="none"),
        pytest.param({"author": "ann"}, "ac", id="author"),
        pytest.param({"author": "ANN"}, "", id="author in another case"),
        pytest.param({"since": NOON + SECOND}, "bcd", id="since, inclusive"),
        pytest.param({"since": NOON + SECOND + timedelta.resolution}, "cd", id="a moment later"),
        pytest.param({"until": NOON + 2 * SECOND}, "ab", id="until, exclusive"),
        pytest.param({"since": NOON + SECOND, "until": NOON + 3 * SECOND}, "bc", id="span"),
        pytest.param({"since": NOON + SECOND, "until": NOON + SECOND}, "", id="no span"),
        pytest.param({"q": "C"}, "c", id="text"),
        pytest.param({"author": "ann", "since": NOON + SECOND}, "c", id="author and since"),
        pytest.param({"author": "bob", "q": "d", "until": NOON + 9 * SECOND}, "d", id="all"),
        pytest.param({"author": "bob", "q": "a"}, "", id="nobody's"),
    ],
)
def test_filters_say_which(database: Database, filters: dict[str, Any], expected: str) -> None:
    """Each filter selects the right messages, alone and with others, in both orders."""
    authors = ["ann", "bob", "ann", "bob"]
    insert(
        database,
        [row("abcd"[i], author, NOON + i * SECOND) for i, author in enumerate(authors)],
    )
    assert "".join(texts(**filters, order="oldest")) == expected
    assert "".join(texts(**filters, order="newest")) == expected[::-1]
    paged = [message.text for page in walk(**filters, limit=1) for message in page.items]
    assert "".join(paged) == expected[::-1]


def test_since_may_have_any_offset(database: Database) -> None:
    """Times in filters may have any UTC offset."""
    insert(database, [row("a")])
    zone = timezone(timedelta(hours=-7))
    assert texts(since=NOON.astimezone(zone)) == ["a"]
    assert texts(until=NOON.astimezone(zone)) == []


@pytest.mark.parametrize(
    ("written", "q"),
    [
        ("100% sure", "100%"),
        ("snake_case", "_"),
        ("back\\slash", "\\"),
        ("a/b", "/"),
        ('"hi"', '"'),
        ("it's", "'"),
        ("[x]*?", "[x]*?"),
        ("x'; DROP TABLE messages;--", "';"),
        ("two  spaces", "  "),
    ],
)
def test_q_is_literal(database: Database, written: str, q: str) -> None:
    """The search for a text treats every character literally."""
    insert(database, [row(written), row("100 snakescase backslash ab hi its xx two spaces")])
    assert texts(q=q) == [written]


@pytest.mark.parametrize(
    ("written", "q"),
    [
        pytest.param("Harbour", "hARB", id="ASCII"),
        pytest.param("ÄÖÜ", "äöü", id="umlauts"),
        pytest.param("äöü", "ÄÖÜ", id="umlauts, other way"),
        pytest.param("Straße", "STRASSE", id="sharp s"),
        pytest.param("STRASSE", "straße", id="sharp s, other way"),
        pytest.param("ΟΔΟΣ", "οδος", id="final sigma"),
        pytest.param("οδος", "ΟΔΟΣ", id="final sigma, other way"),
        pytest.param("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}zmir", "i\u0307ZMIR", id="dotted I"),
        pytest.param("ДА", "да", id="Cyrillic"),
    ],
)
def test_q_is_in_any_case(written: str, q: str) -> None:
    """The search ignores case by Unicode's case folding, equally on both databases."""
    create(text=f"({written})", author="ann")
    create(text="(something else)", author="ann")
    assert texts(q=q) == [f"({written})"]


@pytest.mark.parametrize(
    "q", ["\N{LATIN SMALL LETTER DOTLESS I}", "a\N{COMBINING RING ABOVE}", "ab"], ids=ascii
)
def test_q_finds_no_more_than_case(q: str) -> None:
    """The search does not find texts that differ in more than case."""
    create(text="I \N{LATIN SMALL LETTER A WITH RING ABOVE} a b", author="ann")
    assert texts(q=q) == []


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("seed", range(3))
def test_a_walk_neither_loses_nor_repeats(database: Database, order: str, seed: int) -> None:
    """While others write and delete, the pages contain each remaining message once, and none
    twice."""
    chance = random.Random(seed)  # noqa: S311

    def some(count: int) -> list[dict[str, Any]]:
        return [row(created_at=NOON + chance.randrange(8) * SECOND) for _ in range(count)]

    rows = some(40)
    insert(database, rows)
    staying = {each["id"] for each in rows}
    met: list[UUID] = []
    for page in walk(order=order, limit=4):
        met += [message.id for message in page.items]
        insert(database, some(3))
        for gone in chance.sample(sorted(staying), 2):
            messages.remove(gone, allow=allow)
            staying.discard(gone)
    assert len(met) == len(set(met))
    assert staying <= set(met)


def test_known_ids_are_those_that_are_there(database: Database) -> None:
    """`known_ids` returns those of the given ids that exist."""
    made = create(text="Hello", author="ann")
    asked = [made.id, uuid4()]
    known = database.run(lambda session: known_ids(session, asked), writes=False)
    assert known == {made.id}


def answer(message: Message) -> tuple[object, ...]:
    """Everything that a client sees of a message."""
    seen = (message.id, message.text, message.author, message.created_at, message.updated_at)
    return (*seen, message.etag)


@pytest.mark.parametrize("meanwhile", ["nothing", "changed", "removed"])
def test_a_retry_is_answered_as_the_first_time(meanwhile: str) -> None:
    """A retry with the same key gets the first answer and creates no message, even after a change
    or removal."""
    first = create(text="Hello", author="ann", key="k")
    expected = answer(first)
    if meanwhile == "changed":
        messages.change(first.id, {"text": "Bye"}, allow=allow)
    if meanwhile == "removed":
        messages.remove(first.id, allow=allow)
    assert answer(create(text="Hello", author="ann", key="k")) == expected
    assert count() == (0 if meanwhile == "removed" else 1)


def test_a_key_is_for_one_text() -> None:
    """A key that is used again for another text is refused, and still works for the first text."""
    first = create(text="Hello", author="ann", key="k")
    with pytest.raises(KeyReused):
        create(text="Bye", author="ann", key="k")
    assert create(text="Hello", author="ann", key="k").id == first.id
    assert count() == 1


def test_a_key_is_its_authors() -> None:
    """Each author has their own keys, and keys that differ in case are different keys."""
    made = {
        create(text="Hello", author=author, key=key).id
        for author, key in [("ann", "k"), ("bob", "k"), ("ann", "K")]
    }
    assert len(made) == count() == 3


def test_without_a_key_each_is_new() -> None:
    """Without a key, the same text sent twice makes two messages."""
    made = {create(text="Hello", author="ann").id for _ in range(2)}
    assert len(made) == count() == 2


@pytest.mark.parametrize(
    ("age", "expected"), [(timedelta(hours=23, minutes=59), 1), (timedelta(hours=24, seconds=1), 2)]
)
def test_a_key_is_forgotten_after_a_day(database: Database, age: timedelta, expected: int) -> None:
    """A key is remembered for a day, and then creates a new message."""
    create(text="Hello", author="ann", key="k")
    aged = update(IdempotencyKey).values(created_at=datetime.now(UTC) - age)
    database.run(lambda session: session.execute(aged), writes=True)
    create(text="Hello", author="ann", key="k")
    assert count() == expected


def test_requests_at_once_with_one_key_make_one_message(stored: Flask) -> None:
    """Requests at the same time with one key create one message, and each returns it."""

    def write(_: int) -> tuple[object, ...]:
        with stored.app_context():
            return answer(create(text="Hello", author="ann", key="k"))

    answers = at_once(8, write)
    [message] = messages.page().items
    assert set(answers) == {answer(message)}


def plan(database: Database, **asked: Any) -> str:
    """Return the database's query plan for a page."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM messages" in statement:
            seen.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    messages.page(**asked)
    event.remove(database.engine, "before_cursor_execute", note)
    [(statement, parameters)] = seen
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    return "\n".join(str(row[-1]) for row in rows)


def test_pages_are_read_off_an_index(database: Database) -> None:
    """Every page is read from an index, without a sort or a full scan, whatever the filters, order
    and depth."""
    authors = ["ann", "bob", "cid"]
    insert(
        database,
        [row(f"No. {n} of 3000", authors[n % 3], NOON + n * SECOND) for n in range(3000)],
    )
    with database.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    span: dict[str, Any] = {"since": NOON + 100 * SECOND, "until": NOON + 2900 * SECOND}
    author: dict[str, Any] = {"author": "bob"}
    for filters in ({}, author, span, author | span, {"q": "no."}, author | span | {"q": "no."}):
        for order in ("newest", "oldest"):
            asked = {**filters, "order": order}
            deep = messages.page(**asked, limit=200).next
            for cursor in (None, deep):
                found = plan(database, **asked, cursor=cursor)
                assert " USING INDEX ix_messages_" in found or " using ix_messages_" in found, found
                assert not {"Sort", "Seq", "TEMP"} & set(found.split()), found
