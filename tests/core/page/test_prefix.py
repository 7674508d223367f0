"""The page behind a real proxy that strips a path prefix and tells nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.core.page.explorer import ME, PRIVATE, PUBLIC, Explorer
from tests.core.support.nginx import Nginx
from tests.core.support.server import Server

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("nginx")]


@pytest.fixture
def url(tmp_path: Path, server: Server) -> Iterator[str]:
    with Nginx(tmp_path, server.port) as proxy:
        yield f"{proxy.url}/hidden"


def test_calls(page: Page, url: str, mint: Callable[..., str]) -> None:
    """Try it out calls the operations behind the prefix, with a pasted token as well."""
    docs = Explorer(page, url)
    with page.expect_request(f"{url}/api/public"):
        assert docs.call(PUBLIC).status == 200
    docs.paste(mint("read:messages"))
    assert docs.call(PRIVATE).status == 200


def test_login(page: Page, url: str) -> None:
    """A login at the issuer comes back to the page behind the prefix."""
    docs = Explorer(page, url)
    docs.log_in("Reader")
    assert docs.call(ME).body["subject"] == "auth0|reader"


def test_home(page: Page, url: str) -> None:
    """The address of the prefix leads to the page, and its icon and styles are there."""
    missing: list[str] = []
    page.on("response", lambda got: missing.append(got.url) if got.status >= 400 else None)
    page.goto(f"{url}/")
    expect(page).to_have_url(f"{url}/docs")
    page.goto(f"{url}/problems")
    expect(page.locator("section").first).to_be_visible()
    assert missing == []
