"""The page of an API whose tokens come from an Auth0 tenant."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from api.core.issuer import EmbeddedIssuer
from tests.core.page.explorer import ME, PRIVATE, Explorer, logout
from tests.core.support.server import Server
from tests.core.support.tenant import AUDIENCE, Tenant

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture(scope="module")
def server_without_tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An API whose tenant does not answer, and without a client to log in with."""
    environment: dict[str, Any] = {"AUTH0_DOMAIN": "localhost:1", "AUTH0_AUDIENCE": AUDIENCE}
    with Server(tmp_path_factory.mktemp("u"), "run", "--no-reload", **environment) as server:
        yield server


@pytest.fixture
def server_of_tenant(tmp_path_factory: pytest.TempPathFactory, tenant: Tenant) -> Iterator[Server]:
    """An API of the tenant, where the page logs in as the application `spa`."""
    environment = tenant.environment | {"AUTH0_SPA_CLIENT_ID": "spa"}
    with Server(tmp_path_factory.mktemp("s"), "run", "--no-reload", **environment) as server:
        yield server


def test_paste_only(page: Page, server_without_tenant: Server) -> None:
    """Without a client to log in with, the dialog offers to paste a token, and the demo's key."""
    docs = Explorer(page, server_without_tenant.url)
    with docs.authorizing() as dialog:
        expect(dialog.locator(".auth-container")).to_have_count(2)
        expect(docs.scheme(dialog, "shop")).to_be_visible()
        expect(docs.scheme(dialog, "bearerAuth")).to_be_visible()
    docs.operation(PRIVATE).locator(".authorization__btn").click()
    expect(page.locator(".dialog-ux .auth-container")).to_have_count(1)


def test_keys_unavailable(
    page: Page, server_without_tenant: Server, issuer: EmbeddedIssuer
) -> None:
    """While the tenant's keys are unavailable, the page says that the token is not at fault."""
    docs = Explorer(page, server_without_tenant.url)
    docs.paste(issuer.mint(iss="https://localhost:1/", aud=AUDIENCE))
    answer = docs.call(PRIVATE)
    assert answer.status == 503
    assert "the issuer's signing keys cannot be had" in answer.body["detail"]
    assert "retry-after: " in answer.text


def test_login(context: BrowserContext, server_of_tenant: Server, tenant: Tenant) -> None:
    """The page logs in at another origin with PKCE, for the API's audience, without a secret."""
    authorizations: list[dict[str, list[str]]] = []
    exchanges: list[dict[str, list[str]]] = []

    def authorize(route: Route) -> None:
        query = parse_qs(urlsplit(route.request.url).query)
        authorizations.append(query)
        back = f"{query['redirect_uri'][0]}?code=c&amp;state={query['state'][0]}"
        route.fulfill(content_type="text/html", body=f'<a href="{back}">Continue</a>')

    def token(route: Route) -> None:
        exchanges.append(parse_qs(route.request.post_data or ""))
        route.fulfill(
            headers={"Access-Control-Allow-Origin": server_of_tenant.url},
            json={"access_token": tenant.token(), "token_type": "Bearer", "expires_in": 3600},
        )

    context.route(f"{tenant.issuer}authorize?*", authorize)
    context.route(f"{tenant.issuer}oauth/token?*", token)
    docs = Explorer(context.new_page(), server_of_tenant.url)
    with docs.authorizing() as dialog:
        box = docs.scheme(dialog, "auth0")
        with docs.logging_in(box) as popup:
            popup.get_by_role("link", name="Continue").click()
        logout(box).wait_for()

    assert docs.call(ME).body["subject"] == "auth0|ann"
    [request], [exchange] = authorizations, exchanges
    assert request["audience"] == [AUDIENCE]
    assert request["client_id"] == exchange["client_id"] == ["spa"]
    assert request["code_challenge_method"] == ["S256"]
    assert exchange["code"] == ["c"]
    assert "code_verifier" in exchange
    assert "client_secret" not in exchange
