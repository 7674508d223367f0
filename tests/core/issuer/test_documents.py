"""What the issuer publishes, and to whom."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.core.issuer import EmbeddedIssuer
from tests.core.issuer.browser import SCOPES, URL, Browser, MakeIssuer, client_for

DISCOVERY = f"{URL}.well-known/openid-configuration"


def test_discovery(client: FlaskClient) -> None:
    """The discovery document names every endpoint and what it supports."""
    assert client.get(DISCOVERY).json == {
        "issuer": URL,
        "authorization_endpoint": f"{URL}authorize",
        "token_endpoint": f"{URL}oauth/token",
        "jwks_uri": f"{URL}.well-known/jwks.json",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": [
            "none",
            "client_secret_basic",
            "client_secret_post",
        ],
        "scopes_supported": ["openid", "profile", "email", *SCOPES],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


def test_jwks_is_public(client: FlaskClient, issuer: EmbeddedIssuer) -> None:
    """The JWKS has one signing key, without any private member."""
    [key] = client.get(issuer.jwks_uri).get_json()["keys"]
    assert set(key) == {"kty", "n", "e", "use", "alg", "kid"}
    assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")


def test_fetch(client: FlaskClient, issuer: EmbeddedIssuer) -> None:
    """fetch() returns the documents that HTTP serves."""
    for url in (DISCOVERY, issuer.jwks_uri):
        assert json.loads(issuer.fetch(url)) == client.get(url).json


@pytest.mark.parametrize(
    "url", ["", URL, f"{DISCOVERY}?", "http://localhost:3010/issuer/.well-known/jwks.json"]
)
def test_fetch_elsewhere(issuer: EmbeddedIssuer, url: Any) -> None:
    """fetch() knows the addresses of these two documents only."""
    with pytest.raises(LookupError, match="publishes nothing at"):
        issuer.fetch(url)


def test_at_the_root(make_issuer: MakeIssuer) -> None:
    """An issuer may be at the root of its host, as Auth0's are."""
    issuer = make_issuer(url="http://localhost:4000/")
    assert client_for(issuer).get("/.well-known/jwks.json").status_code == 200


SHARED = [".well-known/openid-configuration", ".well-known/jwks.json", "oauth/token"]


@pytest.mark.parametrize("path", SHARED)
def test_preflight(client: FlaskClient, path: str) -> None:
    """A page on another port of this machine may call the issuer, with Swagger UI's headers."""
    response = client.options(
        f"/issuer/{path}",
        headers={
            "Origin": "http://localhost:5173",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-requested-with",
        },
    )
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "http://localhost:5173"
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "X-Requested-With" in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("path", SHARED)
@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://evil.example", None),
        ("https://localhost.evil.example", None),
        ("null", None),
        ("", None),
    ],
)
def test_origin(client: FlaskClient, path: str, origin: str, allowed: str | None) -> None:
    """An answer, even a failure, is shared with pages of this machine only."""
    method = client.post if path == "oauth/token" else client.get
    response = method(f"/issuer/{path}", headers={"Origin": origin})
    assert response.headers.get("Access-Control-Allow-Origin") == allowed
    assert "Origin" in response.vary


def test_login_is_not_shared(browser: Browser) -> None:
    """The login page cannot be read by another page."""
    response = browser.client.get(
        browser.issuer.authorization_endpoint, headers={"Origin": "http://localhost:5173"}
    )
    assert "Access-Control-Allow-Origin" not in response.headers
