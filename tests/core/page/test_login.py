"""Logging in at the embedded issuer from the Authorize dialog."""

import pytest
from playwright.sync_api import Page, expect

from tests.core.page.explorer import ME, PRIVATE, SCOPED, Explorer, logout
from tests.core.support.server import Server

pytestmark = pytest.mark.needs("chromium")


@pytest.mark.parametrize(
    ("button", "subject", "scopes"),
    [
        ("Reader", "auth0|reader", ["read:messages"]),
        ("Writer", "auth0|writer", ["read:messages", "write:messages"]),
        (
            "Administrator",
            "auth0|administrator",
            ["read:messages", "write:messages", "admin:messages"],
        ),
    ],
)
def test_persona(docs: Explorer, button: str, subject: str, scopes: list[str]) -> None:
    """The chosen persona decides what the token grants, and the login window closes by itself."""
    docs.log_in(button)
    assert docs.call(SCOPED).status == 200
    caller = docs.call(ME).body
    assert (caller["subject"], caller["scopes"]) == (subject, scopes)


def test_custom(docs: Explorer) -> None:
    """A custom token grants the scopes that were ticked, and no more."""
    with docs.authorizing() as dialog:
        box = docs.scheme(dialog, "auth0")
        with docs.logging_in(box) as popup:
            popup.get_by_role("checkbox", name="read:messages").uncheck()
            popup.get_by_role("button", name="Continue with these").click()
        logout(box).wait_for()
    assert docs.call(SCOPED).status == 403
    assert docs.call(ME).body["scopes"] == ["write:messages", "admin:messages"]


def test_asked_scopes(docs: Explorer) -> None:
    """The login page has ticked the scopes that were chosen in the dialog."""
    with docs.authorizing() as dialog:
        box = docs.scheme(dialog, "auth0")
        box.get_by_text("select none").click()
        box.locator("label", has_text="write:messages").click()
        with docs.logging_in(box) as popup:
            expect(popup.get_by_role("checkbox", checked=True)).to_have_count(1)
            expect(popup.get_by_role("checkbox", name="write:messages")).to_be_checked()
            popup.get_by_role("button", name="Continue with these").click()
        logout(box).wait_for()
    assert docs.call(ME).body["scopes"] == ["write:messages"]


def test_denied(docs: Explorer) -> None:
    """A denied login is reported in words, and nobody is logged in."""
    with docs.authorizing() as dialog:
        box = docs.scheme(dialog, "auth0")
        with docs.logging_in(box) as popup:
            popup.get_by_role("button", name="Deny").click()
        expect(box.locator(".errors")).to_contain_text(
            "[access_denied]: The resource owner or authorization server denied the request."
        )
        expect(logout(box)).to_have_count(0)
    assert docs.call(PRIVATE).status == 401


def test_after_denial(docs: Explorer) -> None:
    """After a denied login another login succeeds, and the error is gone."""
    with docs.authorizing() as dialog:
        box = docs.scheme(dialog, "auth0")
        with docs.logging_in(box) as popup:
            popup.get_by_role("button", name="Deny").click()
        box.locator(".errors").wait_for()
        with docs.logging_in(box) as popup:
            popup.get_by_role("button", name="Reader").click()
        logout(box).wait_for()
        expect(box.locator(".errors")).to_have_count(0)
    assert docs.call(SCOPED).status == 200


def test_somebody_else(docs: Explorer) -> None:
    """After a logout another persona can log in."""
    docs.log_in("Reader")
    assert docs.call(ME).body["subject"] == "auth0|reader"
    docs.log_out("auth0")
    assert docs.call(ME).status == 401
    docs.log_in("Writer")
    assert docs.call(ME).body["subject"] == "auth0|writer"


def test_reload(docs: Explorer) -> None:
    """A login is still there after the page is reloaded."""
    docs.log_in("Reader")
    assert docs.call(SCOPED).status == 200
    docs.reload()
    assert docs.call(SCOPED).status == 200


def test_closed(docs: Explorer) -> None:
    """A login window that was closed without a choice can be opened again."""
    with docs.authorizing() as dialog:
        box = docs.scheme(dialog, "auth0")
        with docs.logging_in(box) as popup:
            popup.get_by_role("button", name="Reader").wait_for()
            popup.close()
    docs.log_in("Reader")
    assert docs.call(SCOPED).status == 200


def test_localhost(page: Page, server: Server) -> None:
    """A login from localhost returns to localhost, although the issuer is at 127.0.0.1."""
    docs = Explorer(page, f"http://localhost:{server.port}")
    docs.log_in("Reader")
    assert docs.call(SCOPED).status == 200
    assert docs.call(ME).body["issuer"] == f"{server.url}/issuer/"


def test_offers(docs: Explorer) -> None:
    """The dialog offers a pasted token, a login and the demo's key, and no DPoP proof."""
    with docs.authorizing() as dialog:
        headings = dialog.locator("h4").all_inner_texts()
    assert [heading.split()[0] for heading in headings] == ["bearerAuth", "auth0", "shop"]
