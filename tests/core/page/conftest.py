"""Fixtures for tests of the page: the real server, and a browser whose console is watched."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from api.core.cli.embedded import AUDIENCE
from api.core.issuer import EmbeddedIssuer
from tests.core.page.browsing import launched, watch
from tests.core.page.explorer import Explorer
from tests.core.support.server import Server


# Not for the session: Playwright keeps an event loop running, and other tests start their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser session that remembers nothing. The test fails if any page reports an error."""
    context = browser.new_context()
    complaints = watch(context)
    yield context
    context.close()
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="package")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="package")
def server(directory: Path) -> Iterator[Server]:
    """The API as a newcomer runs it."""
    with Server(directory, "run", "--no-reload") as server:
        yield server


@pytest.fixture(scope="package")
def mint(directory: Path, server: Server) -> Callable[..., str]:
    """Tokens of the running server's issuer, whose key is in its directory."""
    return EmbeddedIssuer(directory / "instance/issuer", f"{server.url}/issuer/", AUDIENCE).mint


@pytest.fixture
def docs(page: Page, server: Server) -> Explorer:
    """The page, opened by somebody without a token."""
    return Explorer(page, server.url)
