"""GET /api/me: the caller as the guard sees it."""

from collections.abc import Callable

from flask.testing import FlaskClient


def test_the_caller_sees_what_the_guard_sees(bearer: Callable[..., FlaskClient]) -> None:
    """Every member of the answer is taken from the claims of the token."""
    caller = bearer(
        "openid  read:messages",
        sub="auth0|ann",
        aud=["https://api.localhost/", "https://tenant.example/userinfo"],
        iat=1_700_000_000,
        exp=4_000_000_000,
        permissions=["read:messages"],
        org_id="org_a",
        act={"sub": "agent@clients", "act": {"sub": "first@clients"}},
    )
    assert caller.get("/api/me").json == {
        "subject": "auth0|ann",
        "client_id": "embedded-spa",
        "issuer": "http://localhost/issuer/",
        "audience": ["https://api.localhost/", "https://tenant.example/userinfo"],
        "scopes": ["openid", "read:messages"],
        "permissions": ["read:messages"],
        "organization": "org_a",
        "actor": {"subject": "agent@clients", "actor": {"subject": "first@clients", "actor": None}},
        "token_type": "Bearer",
        "issued_at": "2023-11-14T22:13:20+00:00",
        "expires_at": "2096-10-02T07:06:40+00:00",
    }


def test_what_a_token_lacks_is_null_or_empty(bearer: Callable[..., FlaskClient]) -> None:
    """A member whose claim is missing is null or an empty list, and is never left out."""
    found = bearer(azp=None, iat=None).get("/api/me").get_json()
    lacking = {name for name, value in found.items() if value in (None, [])}
    assert lacking == {
        *("client_id", "scopes", "permissions", "organization", "actor", "issued_at"),
    }


def test_the_client_of_rfc_9068_is_seen_as_well(bearer: Callable[..., FlaskClient]) -> None:
    """The client is read from client_id (RFC 9068) if the token has no azp."""
    found = bearer(azp=None, client_id="an-application").get("/api/me").get_json()
    assert found["client_id"] == "an-application"


def test_absurd_times_are_no_crash(bearer: Callable[..., FlaskClient]) -> None:
    """A time outside the calendar is shown as null, and the token is still valid."""
    found = bearer(iat=-1e300, exp=10**30).get("/api/me")
    assert found.status_code == 200
    assert (found.get_json()["issued_at"], found.get_json()["expires_at"]) == (None, None)
