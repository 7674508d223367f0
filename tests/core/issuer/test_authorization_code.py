"""Authorization code with PKCE (RFC 6749, section 4.1; RFC 7636)."""

from pathlib import Path
from typing import Any

import pytest

from api.core.issuer import EmbeddedIssuer
from api.core.testing import Clock
from tests.core.issuer.browser import (
    AUDIENCE,
    URL,
    Browser,
    MakeIssuer,
    claims_of,
    client_for,
    code_of,
    sent_back,
)


@pytest.mark.parametrize(
    ("persona", "scope"),
    [
        ("reader", "read:messages"),
        ("writer", "read:messages write:messages"),
        ("administrator", "read:messages write:messages admin:messages"),
    ],
)
def test_persona_decides(
    browser: Browser, issuer: EmbeddedIssuer, persona: str, scope: str
) -> None:
    """The chosen persona decides the subject and the scopes, whatever the client asked for."""
    answer = browser.log_in(persona, scope="admin:messages")
    claims = claims_of(issuer, answer["access_token"])
    assert answer["scope"] == claims["scope"] == scope
    assert claims["sub"] == f"auth0|{persona}"


@pytest.mark.parametrize(
    ("permit", "scope"),
    [
        (("admin:messages",), "admin:messages"),
        (("admin:messages", "read:messages"), "read:messages admin:messages"),
        (("read:nothing",), None),
        ((), None),
    ],
)
def test_custom(
    browser: Browser, issuer: EmbeddedIssuer, permit: tuple[str, ...], scope: str | None
) -> None:
    """A custom token has the ticked scopes that the API knows, and no scope claim if there are
    none."""
    answer = browser.log_in("custom", permit)
    claims = claims_of(issuer, answer["access_token"])
    assert (answer.get("scope"), claims.get("scope")) == (scope, scope)
    assert claims["sub"] == "auth0|custom"


def test_token_shape(browser: Browser, issuer: EmbeddedIssuer) -> None:
    """An access token has exactly the claims of Auth0's default profile."""
    answer = browser.log_in("reader")
    assert claims_of(issuer, answer["access_token"]) == {
        "iss": URL,
        "sub": "auth0|reader",
        "aud": AUDIENCE,
        "iat": 1_800_000_000,
        "exp": 1_800_086_400,
        "azp": issuer.spa_client_id,
        "scope": "read:messages",
    }


def test_token_response(browser: Browser) -> None:
    """The token response is a Bearer token for a day that nobody may store (RFC 6749, section
    5.1)."""
    response = browser.exchange(code_of(browser.choose("reader")))
    body = response.get_json()
    assert response.headers["Cache-Control"] == "no-store"
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 86400)
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}


def test_openid(browser: Browser, issuer: EmbeddedIssuer) -> None:
    """The scope openid adds the userinfo audience, and the identity scopes stay, as at Auth0."""
    answer = browser.log_in("reader", scope="openid email unknown")
    claims = claims_of(issuer, answer["access_token"])
    assert claims["aud"] == [AUDIENCE, f"{URL}userinfo"]
    assert claims["scope"] == "openid email read:messages"


def test_state_and_query_survive(browser: Browser) -> None:
    """The client gets its state back, and the query of its redirect URI is kept."""
    response = browser.choose("reader")
    returned = sent_back(response)
    assert response.location.startswith("http://localhost:5173/callback?")
    assert returned.pop("code")
    assert returned == {"from": "login", "state": "s/t & ü"}


def test_denied(browser: Browser) -> None:
    """A denied login sends access_denied and the state to the client, and no code."""
    returned = sent_back(browser.choose("deny"))
    assert (returned["error"], returned["state"]) == ("access_denied", "s/t & ü")
    assert "code" not in returned


@pytest.mark.parametrize("persona", ["", "root", "Reader"])
def test_nobody_chosen(browser: Browser, persona: str) -> None:
    """An unknown persona is answered with a page and 400, and no redirect."""
    response = browser.choose(persona)
    assert response.status_code == 400
    assert "Nobody was chosen" in response.text


@pytest.mark.parametrize("finish", [False, True])
@pytest.mark.parametrize(
    ("overrides", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"audience": "https://other.example"}, "access_denied"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
    ],
)
def test_refused_to_the_client(
    browser: Browser, overrides: dict[str, Any], error: str, finish: bool
) -> None:
    """A faulty request of a known client and redirect URI is reported to the client by a
    redirect."""
    response = browser.choose("reader", **overrides) if finish else browser.open(**overrides)
    returned = sent_back(response)
    assert (returned["error"], returned["state"]) == (error, "s/t & ü")


@pytest.mark.parametrize("finish", [False, True])
@pytest.mark.parametrize(
    "overrides",
    [
        {"client_id": None},
        {"client_id": "stranger"},
        {"client_id": "embedded-machine"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": 'http://evil.example/"ü'},
        {"response_type": '"quoted"'},
        {"state": ["one", "two"]},
        {"redirect_uri": ["http://localhost/", "http://localhost/"]},
    ],
)
def test_refused_to_the_person(browser: Browser, overrides: dict[str, Any], finish: bool) -> None:
    """A request with an unknown client or redirect URI is answered with a page and 400, and no
    redirect."""
    response = browser.choose("reader", **overrides) if finish else browser.open(**overrides)
    assert response.status_code == 400
    assert response.mimetype == "text/html"
    assert "Location" not in response.headers


def test_refusal_is_escaped(browser: Browser) -> None:
    """What a refusal page quotes is shown as text, not as markup."""
    response = browser.open(redirect_uri="http://evil.example/<script>")
    assert "<script>" not in response.text


def test_right_audience_is_named(browser: Browser) -> None:
    """A wrong audience is answered with the right one."""
    assert AUDIENCE in sent_back(browser.open(audience="other"))["error_description"]
    assert browser.open(audience=AUDIENCE).status_code == 200


@pytest.mark.parametrize(
    ("overrides", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"code_verifier": None}, "invalid_request"),
        ({"redirect_uri": "http://localhost:5173/other"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"client_id": "stranger"}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
        ({"client_id": "embedded-machine"}, "invalid_client"),
        ({"client_secret": "guess"}, "invalid_client"),
        ({"audience": "https://other.example"}, "access_denied"),
        ({"code": "guess"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_exchange_refused(browser: Browser, overrides: dict[str, Any], error: str) -> None:
    """A code is exchanged only by its own client, with its redirect URI and verifier."""
    parameters = {"code": code_of(browser.choose("reader"))} | overrides
    response = browser.exchange(**parameters)
    assert (response.status_code, response.get_json()["error"]) == (400, error)
    assert response.headers["Cache-Control"] == "no-store"


def test_code_works_once(browser: Browser) -> None:
    """A code that was used is refused."""
    code = code_of(browser.choose("reader"))
    assert browser.exchange(code).status_code == 200
    assert browser.exchange(code).get_json()["error"] == "invalid_grant"


def test_failed_exchange_uses_the_code_up(browser: Browser) -> None:
    """A failed exchange uses the code up, so that nobody can guess the verifier twice."""
    code = code_of(browser.choose("reader"))
    assert browser.exchange(code, code_verifier="w" * 43).status_code == 400
    assert browser.exchange(code).get_json()["error"] == "invalid_grant"


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (60, 400)])
def test_code_expires(browser: Browser, clock: Clock, seconds: int, status: int) -> None:
    """A code expires after a minute."""
    code = code_of(browser.choose("reader"))
    clock.now += seconds
    assert browser.exchange(code).status_code == status


def test_issuers_do_not_mix(browser: Browser, make_issuer: MakeIssuer, tmp_path: Path) -> None:
    """Two issuers in one process share no codes, no keys and no secrets."""
    other = make_issuer(directory=tmp_path / "other", url="http://localhost:4000/")
    code = code_of(browser.choose("reader"))
    browser_of_other = type(browser)(client_for(other), other)
    assert browser_of_other.exchange(code).get_json()["error"] == "invalid_grant"
    assert other.fetch(other.jwks_uri) != browser.issuer.fetch(browser.issuer.jwks_uri)
    assert other.machine_client_secret != browser.issuer.machine_client_secret
    claims = claims_of(other, browser_of_other.log_in("reader")["access_token"])
    assert claims["iss"] == "http://localhost:4000/"
