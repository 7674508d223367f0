"""From a login at a certified OpenID provider to an answer of the API, over real sockets."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import urllib3
from joserfc.util import urlsafe_b64decode
from playwright.sync_api import Browser

from tests.core.page.browsing import watch
from tests.core.page.explorer import ME, SCOPED, Explorer, logout
from tests.core.provider.provider import Provider
from tests.core.support.dpop import ClientKey, proof
from tests.core.support.server import Server
from tests.core.support.tenant import AUDIENCE, encode

pytestmark = pytest.mark.needs("node")

LogIn = Callable[..., dict[str, Any]]
Get = Callable[..., urllib3.BaseHTTPResponse]


@pytest.fixture
def get(server: Server) -> Get:
    """`get("/api/me", authorization="Bearer …")`: what the API answers."""

    def answer(path: str, **headers: str) -> urllib3.BaseHTTPResponse:
        return urllib3.request("GET", server.url + path, headers=headers)

    return answer


def decoded(part: str) -> dict[str, Any]:
    """The header or the payload of a JWT."""
    members: dict[str, Any] = json.loads(urlsafe_b64decode(part.encode()))
    return members


def test_accepted(get: Get, log_in: LogIn, provider: Provider) -> None:
    """An access token of the provider (RFC 9068) opens what its scopes allow, and its claims are
    read correctly."""
    token = log_in()["access_token"]
    assert decoded(token.split(".")[0])["typ"] == "at+jwt"
    authorization = f"Bearer {token}"
    paths = ("/api/private", "/api/private-scoped", "/api/messages")
    assert [get(path, authorization=authorization).status for path in paths] == [200, 200, 200]
    caller = get("/api/me", authorization=authorization).json()
    assert caller == caller | {
        "subject": "auth0|ann",
        "client_id": "spa",
        "issuer": provider.issuer,
        "audience": [AUDIENCE],
        "scopes": ["read:messages", "write:messages"],
        "permissions": [],
        "token_type": "Bearer",
    }


def test_scope_missing(get: Get, log_in: LogIn) -> None:
    """A token whose login did not ask for a scope is refused where the scope is required."""
    authorization = f"Bearer {log_in('openid write:messages')['access_token']}"
    assert get("/api/private", authorization=authorization).status == 200
    refused = get("/api/private-scoped", authorization=authorization)
    assert (refused.status, refused.json()["error"]) == (403, "insufficient_scope")


def test_tampered(get: Get, log_in: LogIn) -> None:
    """A token with a scope that was added later is refused for its signature."""
    header, payload, signature = log_in("write:messages")["access_token"].split(".")
    claims = decoded(payload) | {"scope": "read:messages"}
    forged = f"{header}.{encode(json.dumps(claims).encode())}.{signature}"
    refused = get("/api/private-scoped", authorization=f"Bearer {forged}")
    assert refused.status == 401
    assert refused.json()["detail"].startswith("signature: ")


def test_id_token(get: Get, log_in: LogIn) -> None:
    """An ID token of the same login is refused, and the reason calls it an ID token."""
    refused = get("/api/private", authorization=f"Bearer {log_in('openid')['id_token']}")
    assert refused.status == 401
    assert "this is an ID token" in refused.json()["detail"]


def test_dpop(get: Get, log_in: LogIn, server: Server) -> None:
    """A token that the provider bound to a key is accepted with a proof of that key."""
    key = ClientKey()
    answer = log_in(key=key)
    token = answer["access_token"]
    shown = proof(key, "GET", f"{server.url}/api/me", token)
    caller = get("/api/me", authorization=f"DPoP {token}", dpop=shown)
    assert (answer["token_type"], caller.status) == ("DPoP", 200)
    assert (caller.json()["token_type"], caller.json()["client_id"]) == ("DPoP", "spa-with-dpop")


def test_dpop_as_bearer(get: Get, log_in: LogIn) -> None:
    """A bound token without a proof is refused."""
    token = log_in(key=ClientKey())["access_token"]
    refused = get("/api/me", authorization=f"Bearer {token}")
    assert (refused.status, refused.json()["error"]) == (401, "invalid_token")


def test_dpop_of_another_key(get: Get, log_in: LogIn, server: Server) -> None:
    """A bound token with a proof of another key is refused."""
    token = log_in(key=ClientKey())["access_token"]
    shown = proof(ClientKey(), "GET", f"{server.url}/api/me", token)
    refused = get("/api/me", authorization=f"DPoP {token}", dpop=shown)
    assert (refused.status, refused.json()["error"]) == (401, "invalid_dpop_proof")


def test_dpop_replayed(get: Get, log_in: LogIn, server: Server) -> None:
    """A bound token with a proof that was used before is refused."""
    key = ClientKey()
    token = log_in(key=key)["access_token"]
    shown = proof(key, "GET", f"{server.url}/api/me", token)
    answers = [get("/api/me", authorization=f"DPoP {token}", dpop=shown) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 401]
    assert answers[1].json()["error"] == "invalid_dpop_proof"


@pytest.mark.needs("chromium")
def test_page(browser: Browser, server: Server) -> None:
    """A person logs in from the page on the provider's own pages, and calls the API."""
    with browser.new_context(ignore_https_errors=True) as context:
        complaints = watch(context)
        # The provider's pages have a font from afar.
        context.route("https://fonts.googleapis.com/**", lambda route: route.fulfill(body=""))
        docs = Explorer(context.new_page(), server.url)
        with docs.authorizing() as dialog:
            box = docs.scheme(dialog, "auth0")
            with docs.logging_in(box) as popup:
                popup.get_by_placeholder("Enter any login").fill("auth0|ann")
                popup.get_by_placeholder("and password").fill("any")
                popup.get_by_role("button", name="Sign-in").click()
                popup.get_by_role("button", name="Continue").click()
            logout(box).wait_for()
        assert docs.call(SCOPED).status == 200
        assert docs.call(ME).body["subject"] == "auth0|ann"
    assert complaints == []


def test_new_signing_key(get: Get, log_in: LogIn, provider: Provider) -> None:
    """When the provider changes its key, new tokens are accepted at once and old ones are
    refused."""
    old = f"Bearer {log_in()['access_token']}"
    assert get("/api/private", authorization=old).status == 200
    provider.stop()
    provider.start()
    new = f"Bearer {log_in()['access_token']}"
    assert get("/api/private", authorization=new).status == 200
    refused = get("/api/private", authorization=old)
    assert refused.status == 401
    assert refused.json()["detail"].startswith("key: ")
