"""Client credentials (RFC 6749, section 4.4)."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.core.issuer import EmbeddedIssuer
from tests.core.issuer.browser import AUDIENCE, URL, claims_of

ALL = "read:messages write:messages admin:messages"

Ask = Callable[..., Any]


@pytest.fixture
def ask(client: FlaskClient, issuer: EmbeddedIssuer) -> Ask:
    """`ask(scope="a")`: the answer to a token request of the machine client with this form."""

    def ask(headers: Any = None, **form: Any) -> Any:
        credentials = {
            "grant_type": "client_credentials",
            "client_id": issuer.machine_client_id,
            "client_secret": issuer.machine_client_secret,
        }
        return client.post(issuer.token_endpoint, data=credentials | form, headers=headers)

    return ask


def test_token_shape(ask: Ask, issuer: EmbeddedIssuer) -> None:
    """A machine's token has exactly the claims of Auth0's default profile."""
    response = ask(scope="read:messages", audience=AUDIENCE)
    assert claims_of(issuer, response.json["access_token"]) == {
        "iss": URL,
        "sub": "embedded-machine@clients",
        "aud": AUDIENCE,
        "iat": 1_800_000_000,
        "exp": 1_800_086_400,
        "azp": "embedded-machine",
        "gty": "client-credentials",
        "scope": "read:messages",
    }


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ("write:messages", "write:messages"),
        ("write:messages read:messages unknown openid", "read:messages write:messages"),
        ("unknown", None),
        ("", ALL),
    ],
)
def test_scope(ask: Ask, issuer: EmbeddedIssuer, asked: str, granted: Any) -> None:
    """Unknown scopes are dropped, and a request without a scope gets all scopes, as at Auth0."""
    body = ask(scope=asked).json
    claims = claims_of(issuer, body["access_token"])
    assert (body.get("scope"), claims.get("scope")) == (granted, granted)


def test_basic_authentication(client: FlaskClient, issuer: EmbeddedIssuer) -> None:
    """The credentials may be sent as HTTP Basic."""
    response = client.post(
        issuer.token_endpoint,
        data={"grant_type": "client_credentials"},
        auth=(issuer.machine_client_id, issuer.machine_client_secret),
    )
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": "fälsch"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "stranger"}, 400, "invalid_client"),
        ({"client_id": "embedded-spa"}, 401, "invalid_client"),
        ({"audience": "https://other.example"}, 400, "access_denied"),
        ({"audience": ""}, 400, "access_denied"),
        ({"audience": [AUDIENCE, "https://other.example"]}, 400, "access_denied"),
        ({"grant_type": "implicit"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, 400, "invalid_client"),
    ],
)
def test_refused(ask: Ask, form: dict[str, Any], status: int, error: str) -> None:
    """Wrong credentials, another audience and another grant are answered with an error of RFC 6749,
    and no token."""
    response = ask(**form)
    assert (response.status_code, response.json["error"]) == (status, error)
    assert "access_token" not in response.json


@pytest.mark.parametrize("credentials", [b"\xff\xfe:x", b"no colon", b"stranger:x"])
def test_faulty_basic_credentials(
    client: FlaskClient, issuer: EmbeddedIssuer, credentials: bytes
) -> None:
    """Basic credentials of any bytes are refused without an error of the server."""
    response = client.post(
        issuer.token_endpoint,
        data={"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {base64.b64encode(credentials).decode()}"},
    )
    assert (response.status_code, response.get_json()["error"]) == (401, "invalid_client")


def test_token_endpoint_is_post_alone(client: FlaskClient, issuer: EmbeddedIssuer) -> None:
    """The token endpoint answers GET with 405."""
    assert client.get(issuer.token_endpoint).status_code == 405
