"""Messages: what is sent, what is answered, and how pages are asked for."""

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
    """These members, and nothing of how it is stored."""
    assert MessageView().dump(MESSAGE) == VIEW


def test_a_page_is_items_and_next() -> None:
    """`next` is there on the last page as well: null."""
    page = SimpleNamespace(items=[MESSAGE], next=None)
    assert MessagePage().dump(page) == {"items": [VIEW], "next": None}


def test_a_query_has_its_defaults() -> None:
    """Fifty, the newest first, no filter."""
    assert MessageQuery().load({}) == {"limit": 50, "order": "newest"}


def test_a_query_is_read() -> None:
    """Each parameter as what it means."""
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
        (MessageQuery, {"cursor": "x" * 513}, "cursor"),
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
    """That alone."""
    assert list(schema().validate(data)) == [name]


def test_a_record_is_what_an_answer_is() -> None:
    """What the API answers can be imported as it is; the id and the times may be left out."""
    read = MessageRecord().load(VIEW)
    assert MessageView().dump(read) == VIEW
    assert MessageRecord().load({"text": "x", "author": "me"}) == {"text": "x", "author": "me"}
