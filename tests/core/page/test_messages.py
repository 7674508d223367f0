"""Writing, reading, changing and deleting a message from the page."""

import json

import pytest
from playwright.sync_api import expect

from tests.core.page.explorer import LIST, WRITE, Explorer

pytestmark = pytest.mark.needs("chromium")

READ = "messages/getMessage"
CHANGE = "messages/updateMessage"
DELETE = "messages/deleteMessage"


def type_id(docs: Explorer, name: str, message_id: str) -> None:
    docs.open(name).locator("tr[data-param-name=message_id] input").fill(message_id)


def type_text(docs: Explorer, name: str, text: str) -> None:
    docs.open(name).locator("textarea").fill(json.dumps({"text": text}))


def test_a_writer_writes_reads_changes_and_deletes(docs: Explorer) -> None:
    """A logged-in writer can write, read, change and delete a message from the page."""
    docs.log_in("Writer")
    type_text(docs, WRITE, "From the page 🚢")
    written = docs.call(WRITE)
    assert (written.status, written.body["text"]) == (201, "From the page 🚢")
    assert "etag:" in written.text

    message_id = written.body["id"]
    for name in (READ, CHANGE, DELETE):
        type_id(docs, name, message_id)
    assert docs.call(READ).body == written.body

    type_text(docs, CHANGE, "Changed at the page")
    changed = docs.call(CHANGE)
    assert (changed.status, changed.body["text"]) == (200, "Changed at the page")
    assert message_id in [item["id"] for item in docs.call(LIST).body["items"]]

    expect(docs.send(DELETE).locator(".response-col_status")).to_have_text("204")
    gone = docs.call(READ)
    assert (gone.status, gone.body["type"]) == (404, "/problems#message-not-found")


def test_a_reader_is_refused(docs: Explorer) -> None:
    """A reader who writes is refused, and the page says which scope is missing."""
    docs.log_in("Reader")
    assert docs.call(LIST).status == 200
    type_text(docs, WRITE, "Not mine to write")
    refused = docs.call(WRITE)
    assert refused.status == 403
    assert "write:messages" in refused.body["detail"]
