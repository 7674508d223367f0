"""The login page."""

import re
from typing import Any

import pytest

from tests.core.issuer.browser import SCOPES, Browser


def test_offers(browser: Browser) -> None:
    """The login page says what it is, and offers each persona, each scope, and to deny."""
    page = browser.open().text
    assert "Embedded development issuer" in page
    assert "No password is needed" in page
    assert re.findall(r'name="persona" value="(\w+)"', page) == [
        "reader",
        "writer",
        "administrator",
        "custom",
        "deny",
    ]
    assert re.findall(r'name="permit" value="([^"]+)"', page) == list(SCOPES)
    assert "Change &amp; delete the messages of others" in page


@pytest.mark.parametrize(
    ("asked", "ticked"),
    [
        (None, []),
        ("openid unknown", []),
        ("write:messages", ["write:messages"]),
        ("admin:messages openid read:messages", ["read:messages", "admin:messages"]),
    ],
)
def test_ticked(browser: Browser, asked: str | None, ticked: Any) -> None:
    """The scopes that the client asked for and the API has are ticked."""
    page = browser.open(scope=asked).text
    assert re.findall(r'name="permit" value="([^"]+)" checked', page) == ticked


def test_content_security_policy(browser: Browser) -> None:
    """The login page runs no script, cannot be framed, and its form may end at the client."""
    response = browser.open()
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; form-action 'self' http://localhost:5173; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    assert response.headers["Cache-Control"] == "no-store"


def test_nothing_inline(browser: Browser) -> None:
    """The login page has no script or style in its own text."""
    page = browser.open().text
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", page)


def test_stylesheet(browser: Browser) -> None:
    """The stylesheet that the page names is served."""
    [address] = re.findall(r'rel="stylesheet" href="([^"]+)"', browser.open().text)
    response = browser.client.get(address)
    assert (response.status_code, response.mimetype) == (200, "text/css")
    response.close()


def test_form_keeps_the_request(browser: Browser) -> None:
    """The form posts to the address of the page, query included, because it has no action."""
    assert '<form method="post">' in browser.open().text
