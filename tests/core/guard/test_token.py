"""The accepted token: what the resources see, and what /api/me shows."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.core.guard.token import AccessToken
from tests.core.support.tenant import Tenant

CLAIMS = {"iss": "https://issuer/", "sub": "auth0|ann", "aud": "api", "exp": 3600}
BARE = {
    "subject": "auth0|ann",
    "client_id": None,
    "audience": ["https://api.example.com/"],
    "scopes": [],
    "permissions": [],
    "organization": None,
    "actor": None,
    "token_type": "Bearer",
    "issued_at": None,
}


def attribute(name: str, **claims: Any) -> Any:
    return getattr(AccessToken(CLAIMS | claims), name)


@pytest.fixture
def show_me(client: FlaskClient, tenant: Tenant) -> Any:
    """`me(act={…})`: what /api/me shows to a caller with these claims."""

    def show(**claims: Any) -> Any:
        authorization = {"Authorization": f"Bearer {tenant.token(**claims)}"}
        answer = client.get("/api/me", headers=authorization)
        assert answer.status_code == 200, answer.text
        return answer.json

    return show


def nested_act(depth: Any) -> Any:
    return {"sub": f"agent-{depth}", "act": nested_act(depth - 1)} if depth else None


@pytest.mark.parametrize(
    ("claims", "client_id"),
    [
        ({}, None),
        ({"azp": "a"}, "a"),
        ({"client_id": "b"}, "b"),
        ({"azp": "a", "client_id": "b"}, "a"),
        ({"azp": "", "client_id": "b"}, "b"),
        ({"azp": 5, "client_id": "b"}, "b"),
        ({"azp": ["a"], "client_id": {}}, None),
    ],
)
def test_client_id(claims: dict[str, Any], client_id: str | None) -> None:
    """The client is azp, or else client_id; a value that is not text counts as missing."""
    assert attribute("client_id", **claims) == client_id


@pytest.mark.parametrize(
    ("act", "actor"),
    [
        (None, None),
        ("agent", None),
        ({}, None),
        ({"sub": 5}, None),
        ([{"sub": "agent"}], None),
        ({"sub": "agent", "iss": "x"}, {"subject": "agent", "actor": None}),
        ({"sub": "agent", "act": "x"}, {"subject": "agent", "actor": None}),
        (
            {"sub": "b", "act": {"sub": "a", "act": {}}},
            {"subject": "b", "actor": {"subject": "a", "actor": None}},
        ),
    ],
)
def test_actor(act: Any, actor: dict[str, Any] | None) -> None:
    """The actor is a chain, the latest first, and ends at the first link that is not an actor."""
    assert attribute("actor", act=act) == actor


@pytest.mark.parametrize(
    ("org", "shown"), [("org_1", "org_1"), ("", None), (5, None), (None, None)]
)
def test_organization(org: int | str | None, shown: str | None) -> None:
    """The organization is a text or None."""
    assert attribute("organization", org_id=org) == shown


def test_times() -> None:
    """The times of the token are moments in UTC."""
    assert attribute("expires_at") == datetime(1970, 1, 1, 1, tzinfo=UTC)
    assert attribute("issued_at") is None
    assert attribute("issued_at", iat=1.5) == datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)


def test_grants() -> None:
    """A token grants what all of its scopes and permissions grant together."""
    token = AccessToken(CLAIMS | {"scope": "a", "permissions": ["b"]})
    assert token.grants()
    assert token.grants("a", "b")
    assert not token.grants("a", "c")


def test_bare_token(show_me: Any) -> None:
    """A claim that the token does not have is shown as null or an empty list."""
    shown = show_me(aud="https://api.example.com/", iat=None, azp=None, scope=None)
    assert {name: shown[name] for name in BARE} == BARE
    assert set(shown) == {*BARE, "issuer", "expires_at"}


def test_full_token(show_me: Any, tenant: Tenant) -> None:
    """Every claim of the token is shown."""
    now = tenant.claims()["iat"]
    shown = show_me(
        iat=now, exp=now + 60, scope="a b", permissions=["c"], org_id="org_1", act={"sub": "agent"}
    )
    assert shown == {
        "subject": "auth0|ann",
        "client_id": "an-application",
        "issuer": tenant.issuer,
        "audience": ["https://api.example.com/", f"{tenant.issuer}userinfo"],
        "scopes": ["a", "b"],
        "permissions": ["c"],
        "organization": "org_1",
        "actor": {"subject": "agent", "actor": None},
        "token_type": "Bearer",
        "issued_at": datetime.fromtimestamp(now, UTC).isoformat(),
        "expires_at": datetime.fromtimestamp(now + 60, UTC).isoformat(),
    }


@pytest.mark.parametrize("exp", [10**400, 1e308, 253402300800], ids=str)
def test_no_calendar_has_that_day(show_me: Any, exp: Any) -> None:
    """A time of expiry that no calendar has is accepted, and shown as null."""
    assert show_me(exp=exp)["expires_at"] is None


@pytest.mark.parametrize("iat", [-(10**400), -1e308, -62135596801], ids=str)
def test_before_all_calendars(show_me: Any, iat: Any) -> None:
    """A time of issue before every calendar is accepted, and shown as null."""
    assert show_me(iat=iat)["issued_at"] is None


@pytest.mark.parametrize(
    ("claims", "member"),
    [
        ({"azp": 5}, "client_id"),
        ({"azp": {"a": 1}}, "client_id"),
        ({"org_id": ["org_1"]}, "organization"),
        ({"act": [1]}, "actor"),
        ({"act": {"sub": None}}, "actor"),
    ],
)
def test_other_types(show_me: Any, claims: dict[str, Any], member: str) -> None:
    """A claim of another type than its standard's is shown as missing."""
    assert show_me(**claims)[member] is None


def test_long_chain_of_actors(show_me: Any) -> None:
    """A chain of actors is shown to its end, as deep as a token may nest."""
    shown = show_me(act=nested_act(31))
    for depth in range(31, 0, -1):
        shown = shown["actor"]
        assert shown["subject"] == f"agent-{depth}"
    assert shown["actor"] is None


@pytest.mark.parametrize(
    "sub", [" ", "\0", "\u2028", "\x1b[2J", "Анна|\U0001f600", "a" * 5000], ids=ascii
)
def test_odd_subjects(show_me: Any, sub: Any) -> None:
    """A subject is shown as it is, whatever its characters."""
    assert show_me(sub=sub)["subject"] == sub
