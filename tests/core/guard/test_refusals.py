"""Refusals are counted by what was wrong, in words that are ours."""

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask, Response, g
from flask.testing import FlaskClient

from api.core.guard import Guard, guard_of
from tests.core.support.app import app_of
from tests.core.support.tenant import Tenant
from tests.core.support.threads import at_once

PRIVATE, SCOPED = "/api/private", "/api/private-scoped"


@pytest.fixture
def refusal_counts(app: Flask) -> Counter[str]:
    """The counts of the app's guard."""
    guard: Guard = guard_of(app)
    return guard.refusals


def bearing(token: str, scheme: str = "Bearer") -> dict[str, str]:
    return {"Authorization": f"{scheme} {token}"}


CASES: dict[str, Callable[[Tenant], dict[str, str]]] = {
    "authorization-missing": lambda tenant: {},
    "invalid_request": lambda tenant: bearing("two tokens"),
    "invalid_token:format": lambda tenant: bearing("opaque"),
    "invalid_token:alg": lambda tenant: bearing(tenant.token({"alg": "none: exp"})),
    "invalid_token:typ": lambda tenant: bearing(tenant.token({"typ": "dpop+jwt"})),
    "invalid_token:iss": lambda tenant: bearing(tenant.token(iss="https://evil.example/")),
    "invalid_token:key": lambda tenant: bearing(tenant.token({"kid": "x: y"}, iat=1)),
    "invalid_token:signature": lambda tenant: bearing(tenant.token()[:-8] + "AAAAAAAA"),
    "invalid_token:aud": lambda tenant: bearing(tenant.token(aud="x: y")),
    "invalid_token:exp": lambda tenant: bearing(tenant.token(exp=1)),
    "invalid_token:sub": lambda tenant: bearing(tenant.token(sub=None)),
    "invalid_token:cnf": lambda tenant: bearing(tenant.token(), "DPoP"),
    "invalid_dpop_proof:format": lambda tenant: bearing(
        tenant.token(cnf={"jkt": "a" * 43}), "DPoP"
    ),
    "insufficient_scope": lambda tenant: bearing(tenant.token(scope="openid")),
}


@pytest.mark.parametrize("name", CASES)
def test_name(client: FlaskClient, refusal_counts: Counter[str], tenant: Tenant, name: str) -> None:
    """A refusal is counted by its error and the check that failed."""
    for _ in range(2):
        client.get(SCOPED, headers=CASES[name](tenant))
    assert refusal_counts == {name: 2}


@pytest.mark.parametrize("name", CASES)
def test_of_the_request(app: Flask, tenant: Tenant, name: str) -> None:
    """A refused request carries the name of its refusal for the access log."""
    assert refusal(app, CASES[name](tenant)) == name


def test_of_no_refusal(app: Flask, tenant: Tenant) -> None:
    """An accepted request has no name of a refusal."""
    assert refusal(app, bearing(tenant.token())) is None


def refusal(app: Flask, headers: dict[str, str]) -> str | None:
    """What `flask.g` has of the refusal when the request ends."""
    names: list[str | None] = []

    @app.after_request
    def note(response: Response) -> Response:
        names.append(g.get("refusal"))
        return response

    app.test_client().get(SCOPED, headers=headers)
    [name] = names
    return name


def test_accepted(client: FlaskClient, refusal_counts: Counter[str], tenant: Tenant) -> None:
    """A request that is accepted, or needs no token, is not counted."""
    assert client.get(SCOPED, headers=bearing(tenant.token())).status_code == 200
    assert client.get("/api/public", headers=bearing("opaque")).status_code == 200
    assert refusal_counts == {}


def test_each_app_counts_for_itself(
    client: FlaskClient, refusal_counts: Counter[str], tenant: Tenant
) -> None:
    """Two apps in one process count separately."""
    app_of(tenant).test_client().get(PRIVATE)
    assert refusal_counts == {}


def test_threads(app: Flask, refusal_counts: Counter[str]) -> None:
    """No refusal is lost when many come at once."""
    at_once(8, lambda _: [app.test_client().get(PRIVATE) for _ in range(25)])
    assert refusal_counts == {"authorization-missing": 200}
