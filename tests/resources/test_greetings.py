"""The three endpoints of Auth0's quickstart."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

PUBLIC = "Hello from a public endpoint! You don't need to be authenticated to see this."
PRIVATE = "Hello from a private endpoint! You need to be authenticated to see this."
SCOPED = (
    "Hello from a private endpoint! You need to be authenticated and have a scope of "
    "read:messages to see this."
)


@pytest.mark.parametrize(
    ("path", "message"),
    [("/api/public", PUBLIC), ("/api/private", PRIVATE), ("/api/private-scoped", SCOPED)],
)
def test_the_greetings_are_the_quickstarts(
    bearer: Callable[..., FlaskClient], path: str, message: str
) -> None:
    """The greetings are word for word those of the quickstart."""
    response = bearer("read:messages").get(path)
    assert response.status_code == 200
    assert response.json == {"message": message}


def test_the_public_greeting_needs_nothing(client: FlaskClient) -> None:
    """The public greeting is answered without a token, and with an invalid one as well."""
    assert client.get("/api/public").status_code == 200
    assert client.get("/api/public", headers={"Authorization": "Bearer x"}).status_code == 200


@pytest.mark.parametrize("path", ["/api/private", "/api/private-scoped", "/api/me"])
def test_the_private_ones_need_a_token(client: FlaskClient, path: str) -> None:
    """Without a token a private path is 401, and the challenges have no error (RFC 6750 3.1)."""
    response = client.get(path)
    assert response.status_code == 401
    bearer, dpop = response.headers.getlist("WWW-Authenticate")
    known = (
        'realm="https://api.localhost/", '
        'resource_metadata="http://localhost/.well-known/oauth-protected-resource"'
    )
    assert bearer == f"Bearer {known}"
    assert dpop == f'DPoP {known}, algs="ES256 RS256 EdDSA"'


def test_the_scoped_one_needs_its_scope(bearer: Callable[..., FlaskClient]) -> None:
    """Without the scope the scoped greeting is 403, and the challenge names the scope."""
    response = bearer("write:messages").get("/api/private-scoped")
    assert response.status_code == 403
    assert 'error="insufficient_scope"' in response.headers["WWW-Authenticate"]
    assert 'scope="read:messages"' in response.headers["WWW-Authenticate"]


def test_a_permission_counts_like_a_scope(bearer: Callable[..., FlaskClient]) -> None:
    """A permission in the `permissions` claim of Auth0's RBAC counts like a scope."""
    caller = bearer(permissions=["read:messages"])
    assert caller.get("/api/private-scoped").status_code == 200
