"""Explorer operates /docs as a person does: it presses buttons, pastes tokens and reads answers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from playwright.sync_api import Locator, Page, expect

# TAG/OPERATION, as in the page's own addresses.
PUBLIC = "public/getPublic"
PRIVATE = "private/getPrivate"
SCOPED = "private-scoped/getPrivateScoped"
ME = "me/getMe"
WRITE = "messages/createMessage"
LIST = "messages/listMessages"


class Answer(NamedTuple):
    """What the page shows of a response. text: body, headers and all."""

    status: int
    body: dict[str, Any]
    text: str


class Explorer:
    """The page of the API at `url`, opened."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        page.goto(f"{url}/docs")
        self.operation(PUBLIC).wait_for()

    def operation(self, name: str) -> Locator:
        return self.page.locator(f"#operations-{name.replace('/', '-')}")

    def open(self, name: str) -> Locator:
        """An operation, unfolded."""
        operation = self.operation(name)
        if not operation.locator("button.execute").is_visible():
            operation.locator(".opblock-summary-control").click()
        return operation

    def send(self, name: str) -> Locator:
        """Execute an operation; where its answer will stand."""
        operation = self.open(name)
        live = operation.locator(".live-responses-table .response")
        if live.is_visible():
            operation.locator("button.btn-clear").click()
            expect(live).to_have_count(0)
        operation.locator("button.execute").click()
        return live

    def call(self, name: str) -> Answer:
        """Execute an operation, and read what came."""
        live = self.send(name)
        description = live.locator(".response-col_description")
        return Answer(
            status=int(live.locator(".response-col_status").inner_text()),
            body=json.loads(description.locator(".highlight-code code").inner_text()),
            text=description.inner_text(),
        )

    def reload(self) -> None:
        """Load the page anew; the operation called last is open again, by the page's address."""
        self.page.reload()
        self.page.locator(".opblock.is-open").wait_for()

    @contextmanager
    def authorizing(self) -> Iterator[Locator]:
        """The Authorize dialog, open for as long as the block runs."""
        self.page.locator(".auth-wrapper .authorize").first.click()
        dialog = self.page.locator(".dialog-ux .modal-ux")
        yield dialog
        dialog.locator("button.close-modal").click()
        expect(dialog).to_have_count(0)

    def scheme(self, dialog: Locator, name: str) -> Locator:
        """The part of the dialog that is for one security scheme."""
        heading = self.page.locator("h4", has_text=name)
        return dialog.locator(".auth-container").filter(has=heading)

    def paste(self, token: str) -> None:
        """Authorize with a token as it came from the clipboard."""
        with self.authorizing() as dialog:
            box = self.scheme(dialog, "bearerAuth")
            box.locator("input").fill(token)
            box.locator("button.authorize").click()
            logout(box).wait_for()

    def log_out(self, scheme: str) -> None:
        with self.authorizing() as dialog:
            box = self.scheme(dialog, scheme)
            logout(box).click()
            box.locator("button.authorize").wait_for()

    @contextmanager
    def logging_in(self, box: Locator) -> Iterator[Page]:
        """The login's window, which has closed itself when the block ends."""
        with self.page.expect_popup() as opened:
            box.locator("button.authorize").click()
        popup = opened.value
        with popup.expect_event("close"):
            yield popup

    def log_in(self, button: str) -> None:
        """Log in at the embedded issuer, and press `button` on its login page."""
        with self.authorizing() as dialog:
            box = self.scheme(dialog, "auth0")
            with self.logging_in(box) as popup:
                popup.get_by_role("button", name=button).click()
            logout(box).wait_for()


def logout(box: Locator) -> Locator:
    """The button that forgets the authorization; there is one only after it was given."""
    return box.get_by_role("button", name="Remove authorization")
