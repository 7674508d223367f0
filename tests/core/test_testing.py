"""The pytest plugin for API developers: its fixtures, and that they use the real guard."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify
from flask.testing import FlaskClient

from api.core.factory import create_app
from api.core.guard import SigningKeys, current_token, guard_of, require_auth
from api.core.guard.keys import KEPT_THROUGH_FAILURES, RETRY_AFTER_FAILURE, UNKNOWN_KID_COOLDOWN
from api.core.settings import Settings
from api.core.storage import Database
from api.core.testing import Clock, FakeIssuer
from tests.core.demo import application

pytest_plugins = ["pytester"]

PRIVATE, SCOPED, ME = "/api/private", "/api/private-scoped", "/api/me"
TTL = 600
LEEWAY = 5

FOREIGN = """
import pytest
from flask import Flask

def test_callers(client, bearer):
    assert client.get("/api/private").status_code == 401
    ann = bearer("read:messages", sub="auth0|ann")
    assert ann.get("/api/me").json["subject"] == "auth0|ann"

def test_database(bearer):
    ann = bearer("read:messages", "write:messages")
    assert ann.post("/api/messages", json={"text": "Hello"}).status_code == 201
    assert len(ann.get("/api/messages").json["items"]) == 1

def test_a_database_of_its_own(bearer):
    assert bearer("read:messages").get("/api/messages").json["items"] == []

def test_fickle(bearer, issuer, clock, app):
    assert isinstance(app, Flask)
    with issuer.outage():
        assert bearer().get("/api/private").status_code == 503
    issuer.rotate(withdraw=True)
    clock.advance(600)
    assert bearer().get("/api/private").status_code == 200
"""


@pytest.fixture
def keys(app: Flask, issuer: FakeIssuer) -> SigningKeys:
    """What the app knows of the issuer."""
    return guard_of(app).bearer.keys[issuer.url]


CONFTEST = """
import pytest

from tests.core import demo

pytest_plugins = ["api.core.testing"]


@pytest.fixture(scope="session")
def application():
    return demo.application
"""


def test_in_a_foreign_project(pytester: pytest.Pytester) -> None:
    """Another project can use the plugin with only a conftest that names its application."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(FOREIGN)
    pytester.runpytest("-W", "error", "-p", "no:cacheprovider").assert_outcomes(passed=4)


def test_what_it_offers(pytester: pytest.Pytester) -> None:
    """`pytest --fixtures` describes each fixture of the plugin."""
    pytester.makeconftest('pytest_plugins = ["api.core.testing"]')
    told = pytester.runpytest("--fixtures").stdout.str()
    for name in ("app", "bearer", "client", "clock", "database", "issuer"):
        assert f"{name} -- " in told


def test_a_caller_without_a_token(client: FlaskClient) -> None:
    """A caller without a token gets 200 from a public operation and 401 from a guarded one."""
    assert client.get("/api/public").status_code == 200
    assert client.get(PRIVATE).status_code == 401


@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        ((), 403),
        (("read:messages",), 200),
        (("write:messages", "read:messages"), 200),
        (("read:message",), 403),
    ],
)
def test_scopes(bearer: Callable[..., FlaskClient], scopes: tuple[str, ...], status: int) -> None:
    """A token grants the scopes that the test asks for, and no others."""
    assert bearer(*scopes).get(SCOPED).status_code == status


@pytest.mark.parametrize(
    ("claims", "refused"),
    [
        ({"aud": "https://another.example/"}, "aud"),
        ({"iss": "https://another.example/"}, "iss"),
        ({"exp": None}, "exp"),
        ({"sub": ""}, "sub"),
        ({"expires_in": -LEEWAY}, "exp"),
    ],
    ids=str,
)
def test_claims(bearer: Callable[..., FlaskClient], claims: dict[str, Any], refused: str) -> None:
    """A test can set any claim, and the guard checks it."""
    assert bearer(**claims).get(PRIVATE).get_json()["detail"].startswith(f"{refused}: ")


def test_several_callers(bearer: Callable[..., FlaskClient]) -> None:
    """Several callers in one test each have a token of their own."""
    ann, bob = bearer(sub="auth0|ann"), bearer(sub="auth0|bob", permissions=["read:messages"])
    assert ann.get(ME).get_json()["subject"] == "auth0|ann"
    assert bob.get(ME).get_json()["subject"] == "auth0|bob"
    assert bob.get(SCOPED).status_code == 200


def test_expiry(bearer: Callable[..., FlaskClient], clock: Clock) -> None:
    """A token expires by the test's clock, after its lifetime and the leeway."""
    caller = bearer(expires_in=60)
    clock.advance(60 + LEEWAY - 1)
    assert caller.get(PRIVATE).status_code == 200
    clock.advance(2)
    assert caller.get(PRIVATE).get_json()["detail"].startswith("exp: ")
    assert bearer().get(PRIVATE).status_code == 200


def test_rotation(
    bearer: Callable[..., FlaskClient], issuer: FakeIssuer, keys: SigningKeys
) -> None:
    """After a rotation, tokens of both keys are accepted, and the new key is fetched once."""
    before = bearer()
    assert before.get(PRIVATE).status_code == 200
    issuer.rotate()
    assert bearer().get(PRIVATE).status_code == 200
    assert before.get(PRIVATE).status_code == 200
    assert keys.outcomes == {"ok": 2}


def test_withdrawal(
    bearer: Callable[..., FlaskClient], issuer: FakeIssuer, clock: Clock, keys: SigningKeys
) -> None:
    """A token of a withdrawn key is refused once the guard has fetched the keys again."""
    before = bearer()
    assert before.get(PRIVATE).status_code == 200
    issuer.rotate(withdraw=True)
    assert before.get(PRIVATE).status_code == 200
    clock.advance(TTL)
    assert before.get(PRIVATE).get_json()["detail"].startswith("key: ")
    assert bearer().get(PRIVATE).status_code == 200
    assert keys.outcomes == {"ok": 2}


def test_rotations_in_a_row(
    bearer: Callable[..., FlaskClient], issuer: FakeIssuer, clock: Clock
) -> None:
    """A second rotation is answered 503 for 5 seconds and accepted after that, as in production."""
    assert bearer().get(PRIVATE).status_code == 200
    issuer.rotate()
    assert bearer().get(PRIVATE).status_code == 200
    issuer.rotate()
    caller = bearer()
    refused = caller.get(PRIVATE)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    clock.advance(UNKNOWN_KID_COOLDOWN)
    assert caller.get(PRIVATE).status_code == 200


def test_outage_at_first(
    bearer: Callable[..., FlaskClient], client: FlaskClient, issuer: FakeIssuer, clock: Clock
) -> None:
    """Without any keys the answer is 503, until a few seconds after the issuer is back."""
    caller = bearer()
    with issuer.outage():
        refused = caller.get(PRIVATE)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert client.get("/api/public").status_code == 200
    assert caller.get(PRIVATE).status_code == 503
    clock.advance(RETRY_AFTER_FAILURE)
    assert caller.get(PRIVATE).status_code == 200


def test_outage_later(bearer: Callable[..., FlaskClient], issuer: FakeIssuer, clock: Clock) -> None:
    """Known keys are accepted for a day of an outage, and tokens can still be minted."""
    assert bearer().get(PRIVATE).status_code == 200
    with issuer.outage():
        clock.advance(KEPT_THROUGH_FAILURES - 1)
        assert bearer().get(PRIVATE).status_code == 200
        clock.advance(1)
        assert bearer().get(PRIVATE).status_code == 503


def test_an_outage_ends_with_its_block(issuer: FakeIssuer) -> None:
    """An outage ends with its `with` block, even if the block raises."""
    with pytest.raises(ValueError, match="of a test"), issuer.outage():
        raise ValueError("of a test")
    assert issuer.fetch(issuer.jwks_uri)


@pytest.fixture(scope="module")
def published() -> set[bytes]:
    """The keys that tests have begun with."""
    return set()


@pytest.mark.parametrize("_order", [1, 2])
def test_every_test_begins_anew(issuer: FakeIssuer, published: set[bytes], _order: int) -> None:
    """A rotation in one test has no effect on the next test."""
    published.add(issuer.fetch(issuer.jwks_uri))
    issuer.rotate()
    assert len(published) == 1


def test_logins_are_signed_with_the_new_key(
    app: Flask, client: FlaskClient, issuer: FakeIssuer, bearer: Callable[..., FlaskClient]
) -> None:
    """The token endpoint of the issuer signs with the new key after a rotation."""
    assert bearer().get(PRIVATE).status_code == 200
    issuer.rotate(withdraw=True)
    answer = client.post(
        issuer.token_endpoint,
        data={
            "grant_type": "client_credentials",
            "client_id": issuer.machine_client_id,
            "client_secret": issuer.machine_client_secret,
            "audience": issuer.audience,
        },
    )
    headers = {"Authorization": f"Bearer {answer.get_json()['access_token']}"}
    assert client.get(PRIVATE, headers=headers).status_code == 200


def test_claims_of_any_name(app: Flask, bearer: Callable[..., FlaskClient]) -> None:
    """`bearer` takes claims by keyword, and any other by name in `claims`."""
    roles = "https://example.com/roles"
    show = require_auth()(lambda: jsonify(current_token.claims))
    app.add_url_rule("/claims", "claims", show)
    client = bearer("a", org_id="org_acme", claims={roles: ["editor"], "subject": "x"})
    claims: Any = client.get("/claims").json
    assert (claims["org_id"], claims[roles], claims["subject"]) == ("org_acme", ["editor"], "x")
    assert (claims["scope"], claims["sub"]) == ("a", "auth0|developer")


def test_two_apps(
    bearer: Callable[..., FlaskClient], issuer: FakeIssuer, database: Database
) -> None:
    """A second app in a test accepts the same tokens."""
    other = create_app(application, Settings(), issuer=issuer, database=database).test_client()
    headers = {"Authorization": bearer().environ_base["HTTP_AUTHORIZATION"]}
    assert other.get(PRIVATE, headers=headers).status_code == 200
