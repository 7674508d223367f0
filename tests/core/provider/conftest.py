"""The provider, and an API in production that takes its tokens."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.core.page.browsing import launched
from tests.core.provider.provider import Provider
from tests.core.support.dpop import ClientKey
from tests.core.support.server import Server


# Not for the session: Playwright keeps an event loop running, and other tests start their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="package")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with Provider(tmp_path_factory.mktemp("provider")) as running:
        yield running


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Server]:
    """One worker: without Redis, each has its own memory of proofs."""
    directory = tmp_path_factory.mktemp("serve")
    with Server(directory, "serve", "--workers", "1", **provider.environment) as running:
        yield running


@pytest.fixture
def log_in(provider: Provider, server: Server) -> Callable[..., dict[str, Any]]:
    """`log_in("read:messages")`: what the provider's token endpoint answers in the end."""

    def answer(scope: str = "read:messages write:messages", key: ClientKey | None = None) -> Any:
        return provider.log_in(f"{server.url}/docs/oauth2-redirect.html", scope, key)

    return answer
