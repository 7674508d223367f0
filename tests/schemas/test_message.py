"""The schemas of messages: bodies, answers and queries."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from marshmallow import Schema

from schemas.core.idempotency import IdempotencyHeaders
from schemas.message import (
    MessageDraft,
    MessagePage,
    MessageQuery,
    MessageRecord,
    MessageView,
)

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
MESSAGE = SimpleNamespace(
    id=UUID("01934f6c-8b1e-7c3a-9d52-6f0e4b7a1c23"),
    text="Hello",
    folded="hello",
    author="auth0|ann",
    created_at=NOON,
    updated_at=NOON,
    version=1,
)
VIEW = {
    "id": "01934f6c-8b1e-7c3a-9d52-6f0e4b7a1c23",
    "text": "Hello",
    "author": "auth0|ann",
    "created_at": "2026-01-02T12:00:00.000000Z",
    "updated_at": "2026-01-02T12:00:00.000000Z",
}


def test_a_view_is_the_contracts() -> None:
    """A view has the members of the contract and no others of the stored row."""
    assert MessageView().dump(MESSAGE) == VIEW


def test_a_page_is_items_and_next() -> None:
    """A page has `items` and `next`, and `next` is null on the last page."""
    page = SimpleNamespace(items=[MESSAGE], next=None)
    assert MessagePage().dump(page) == {"items": [VIEW], "next": None}


def test_a_query_has_its_defaults() -> None:
    """A query asks for 50 messages, the newest first, unless it says otherwise."""
    assert MessageQuery().load({}) == {"limit": 50, "order": "newest"}


def test_a_query_is_read() -> None:
    """Each parameter of a query is converted to its type."""
    asked = {"limit": "7", "order": "oldest", "since": "2026-01-02T13:00:00+01:00", "q": " a "}
    assert MessageQuery().load(asked) == {"limit": 7, "order": "oldest", "since": NOON, "q": " a "}


@pytest.mark.parametrize(
    ("schema", "data", "name"),
    [
        (MessageDraft, {}, "text"),
        (MessageDraft, {"text": " "}, "text"),
        (MessageDraft, {"text": "x" * 2001}, "text"),
        (MessageDraft, {"text": "x", "author": "me"}, "author"),
        (MessageQuery, {"limit": "0"}, "limit"),
        (MessageQuery, {"limit": "201"}, "limit"),
        (MessageQuery, {"cursor": "x" * 4097}, "cursor"),
        (MessageQuery, {"author": "x" * 256}, "author"),
        (MessageQuery, {"q": "x" * 201}, "q"),
        (MessageQuery, {"order": "up"}, "order"),
        (MessageQuery, {"offset": "7"}, "offset"),
        (IdempotencyHeaders, {"Idempotency-Key": "a b"}, "Idempotency-Key"),
        (IdempotencyHeaders, {"Idempotency-Key": "a\n"}, "Idempotency-Key"),
        (IdempotencyHeaders, {"Idempotency-Key": ""}, "Idempotency-Key"),
        (MessageRecord, {"text": "x"}, "author"),
        (MessageRecord, {"text": "x", "author": ""}, "author"),
        (MessageRecord, {"text": "x", "author": "me", "id": "7"}, "id"),
        (MessageRecord, {"text": "x", "author": "me", "version": 7}, "version"),
    ],
)
def test_what_does_not_fit_is_named(schema: type[Schema], data: dict[str, Any], name: str) -> None:
    """Only the value that does not fit is reported."""
    assert list(schema().validate(data)) == [name]


def test_a_record_is_what_an_answer_is() -> None:
    """An answer of the API can be imported as a record, whose id and times are optional."""
    read = MessageRecord().load(VIEW)
    assert MessageView().dump(read) == VIEW
    assert MessageRecord().load({"text": "x", "author": "me"}) == {"text": "x", "author": "me"}
