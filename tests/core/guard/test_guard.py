"""DPOP: which schemes each mode takes, offers, and tells clients of."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from api.core.guard import guard_of, require_auth
from api.core.guard.proof_checks import ALGORITHMS
from tests.core.guard.corpus.proof_case import CLIENT, bound, good
from tests.core.guard.exchange import METADATA
from tests.core.support.app import app_of
from tests.core.support.dpop import proof
from tests.core.support.tenant import AUDIENCE, Tenant

KNOWN = f'realm="{AUDIENCE}", resource_metadata="{METADATA}"'
BEARER = f"Bearer {KNOWN}"
DPOP = f'DPoP {KNOWN}, algs="ES256 RS256 EdDSA"'
OFFERS = {"allowed": [BEARER, DPOP], "required": [DPOP], "off": [BEARER]}
MODES = pytest.mark.parametrize("mode", OFFERS)

Ask = Callable[..., Any]


def guard_in(tenant: Tenant, mode: str) -> Any:
    return guard_of(app_of(tenant, settings={"dpop": mode}))


@pytest.fixture
def ask(tenant: Tenant) -> Ask:
    """`ask("off", "Bearer")`: the answer of an app in that mode to good credentials by a scheme."""

    def request(mode: str, scheme: str, *, is_bound: Any = False) -> Any:
        client = app_of(tenant, settings={"dpop": mode}).test_client()
        token = bound()(tenant) if is_bound else tenant.token()
        headers = {"Authorization": f"{scheme} {token}", "DPoP": good(token)}
        return client.get("/api/me", headers=headers)

    return request


@pytest.mark.parametrize(
    ("mode", "scheme", "is_bound", "status"),
    [
        ("allowed", "Bearer", False, 200),
        ("allowed", "Bearer", True, 401),
        ("allowed", "DPoP", True, 200),
        ("allowed", "DPoP", False, 401),
        ("required", "Bearer", False, 401),
        ("required", "Bearer", True, 401),
        ("required", "DPoP", True, 200),
        ("required", "DPoP", False, 401),
        ("off", "Bearer", False, 200),
        ("off", "Bearer", True, 401),
        ("off", "DPoP", True, 401),
        ("off", "DPoP", False, 401),
    ],
)
def test_accepted_schemes(ask: Ask, mode: str, scheme: str, is_bound: bool, status: int) -> None:
    """Each mode accepts its own schemes, and each scheme the tokens that are bound as it
    requires."""
    assert ask(mode, scheme, is_bound=is_bound).status_code == status


@MODES
@pytest.mark.parametrize("scheme", ["Basic", "Digest", "GNAP", "B", "DPoPx", "Bearer1"])
def test_unknown_scheme(ask: Ask, mode: str, scheme: str) -> None:
    """An unknown scheme counts as no credentials: every scheme is offered, without an error."""
    answer = ask(mode, scheme)
    assert answer.status_code == 401
    assert answer.headers.getlist("WWW-Authenticate") == OFFERS[mode]
    assert answer.json["type"] == "/problems#authorization-missing"
    assert "error" not in answer.json


@MODES
def test_nothing_sent(tenant: Tenant, mode: str) -> None:
    """A caller without credentials is offered the schemes of the mode, and told how to send the
    first."""
    client = app_of(tenant, settings={"dpop": mode}).test_client()
    answer = client.get("/api/me")
    assert answer.headers.getlist("WWW-Authenticate") == OFFERS[mode]
    scheme = OFFERS[mode][0].partition(" ")[0]
    assert answer.get_json()["detail"].endswith(f"Authorization: {scheme} TOKEN.")


@pytest.mark.parametrize(
    ("mode", "scheme"), [("required", "Bearer"), ("required", "bearer"), ("off", "DPoP")]
)
def test_scheme_that_is_off(ask: Ask, mode: str, scheme: str) -> None:
    """A scheme that the mode does not accept is treated as unknown."""
    for is_bound in (False, True):
        answer = ask(mode, scheme, is_bound=is_bound)
        assert answer.status_code == 401
        assert answer.headers.getlist("WWW-Authenticate") == OFFERS[mode]
        assert "error" not in answer.json


@pytest.mark.parametrize(("mode", "scheme"), [("allowed", "Bearer"), ("off", "Bearer")])
def test_bound_token_by_bearer(ask: Ask, mode: str, scheme: str) -> None:
    """A bound token is refused as Bearer, even where DPoP is off."""
    answer = ask(mode, scheme, is_bound=True)
    assert answer.json["error"] == "invalid_token"
    assert 'error="invalid_token"' in answer.headers.getlist("WWW-Authenticate")[0]


@pytest.mark.parametrize(
    ("mode", "schemes"),
    [("allowed", ["bearer", "dpop"]), ("required", ["dpop"]), ("off", ["bearer"])],
)
def test_validators(tenant: Tenant, mode: str, schemes: list[str]) -> None:
    """The guard has a validator for each scheme that it accepts, and offers them in this order."""
    guard = guard_in(tenant, mode)
    assert list(guard.validators) == schemes
    assert [scheme.lower() for scheme in guard.challenge_parameters("m").schemes] == schemes


@pytest.mark.parametrize(
    ("mode", "members"),
    [
        ("allowed", {"dpop_bound_access_tokens_required": False}),
        ("required", {"dpop_bound_access_tokens_required": True}),
        ("off", None),
    ],
)
def test_metadata(tenant: Tenant, mode: str, members: dict[str, Any] | None) -> None:
    """The metadata for clients (RFC 9728 section 2) fits what the guard accepts."""
    algorithms = {"dpop_signing_alg_values_supported": list(ALGORITHMS)}
    assert guard_in(tenant, mode).metadata() == {
        "resource": AUDIENCE,
        "authorization_servers": [tenant.issuer],
        "bearer_methods_supported": ["header"],
        **(algorithms | members if members else {}),
    }


@pytest.mark.parametrize(
    ("path", "htu", "status"),
    [
        ("/of/%C3%A9%20x", "/of/%c3%a9%20x", 200),
        ("/of/%41", "/of/A", 200),
        ("/of/%2541", "/of/%2541", 200),
        ("/of/%2541", "/of/%41", 401),
        ("/of/%2541", "/of/A", 401),
        ("/of/a%3Fb", "/of/a%3Fb", 200),
        ("/of/a%3Fb", "/of/a?b", 401),
    ],
)
def test_address_of_the_request(
    app: Flask, tenant: Tenant, path: str, htu: str, status: int
) -> None:
    """A proof is for the path as requested, whatever its characters and escapes."""
    app.add_url_rule("/of/<name>", view_func=require_auth()(lambda name: name))
    token = bound()(tenant)
    made = proof(CLIENT, "GET", f"http://localhost{htu}", token)
    headers = {"Authorization": f"DPoP {token}", "DPoP": made}
    assert app.test_client().get(path, headers=headers).status_code == status


@pytest.mark.parametrize(("htu", "status"), [("/v1/api/me", 200), ("/api/me", 401)])
def test_address_under_a_prefix(app: Flask, tenant: Tenant, htu: str, status: int) -> None:
    """Under a prefix, a proof is for the path with the prefix."""
    token = bound()(tenant)
    made = proof(CLIENT, "GET", f"http://localhost{htu}", token)
    headers = {"Authorization": f"DPoP {token}", "DPoP": made}
    answer = app.test_client().get("/api/me", headers=headers, base_url="http://localhost/v1")
    assert answer.status_code == status
