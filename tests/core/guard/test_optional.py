"""require_auth(optional=True): anonymous callers pass, and a token that is sent must be good."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import Schema, fields

from api.core.bridge import Namespace, Resource, api_of
from api.core.documents import build_documents
from api.core.guard import current_token, optional_token, require_auth
from openapi import operations
from tests.core.demo import application
from tests.core.support.app import app_of
from tests.core.support.tenant import Tenant

ns = Namespace("greetings", "Greetings", path="/greetings", scopes={"a": "One", "b": "Two"})


class Greeting(Schema):
    """A greeting"""

    name = fields.Str(required=True, metadata={"example": "Ann"})


def greet() -> dict[str, str]:
    token = optional_token()
    assert bool(current_token) is (token is not None)
    return {"name": token.subject if token else "you"}


@ns.route("")
class Greetings(Resource):
    @require_auth(optional=True)
    @ns.operation(returns=Greeting)
    def get(self) -> dict[str, str]:
        """Greet anybody"""
        return greet()

    @require_auth("a", optional=True)
    @ns.operation(body=Greeting, returns=Greeting)
    def post(self, body: Any) -> dict[str, str]:
        """Greet anybody, or who may a"""
        return greet()

    @require_auth.any_of("a", "b", optional=True)
    @ns.operation(returns=Greeting)
    def put(self) -> dict[str, str]:
        """Greet anybody, or who may a or b"""
        return greet()


@pytest.fixture
def app(tenant: Tenant) -> Flask:
    return app_of(tenant, api=replace(application, namespaces=(ns,)))


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_an_anonymous_caller_passes(client: FlaskClient, method: str) -> None:
    """Without the header Authorization, the method is called, and there is no token."""
    answer = client.open("/greetings", method=method, headers={"DPoP": "nothing"})
    assert (answer.status_code, answer.json) == (200, {"name": "you"})


def test_an_anonymous_caller_is_checked_as_others(client: FlaskClient) -> None:
    """The contract of an operation counts for anonymous callers as well."""
    assert client.post("/greetings", json={}).status_code == 422
    assert client.post("/greetings", json={"name": "x"}).json == {"name": "you"}


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("", 400),
        ("Bearer", 400),
        ("Bearer ", 400),
        ("Bearer a b", 400),
        ("Bearer nonsense", 401),
        ("Basic YTpi", 401),
        ("DPoP nonsense", 401),
        ("Bearer {expired}", 401),
        ("Bearer {bare}", 200),
        ("bearer {bare}", 200),
    ],
)
def test_a_token_that_is_sent_must_be_good(
    client: FlaskClient, tenant: Tenant, header: str, status: int
) -> None:
    """Whatever is sent in the header Authorization is held to the same rules as ever."""
    header = header.format(expired=tenant.token(exp=1), bare=tenant.token(scope=None))
    answer = client.get("/greetings", headers={"Authorization": header})
    assert answer.status_code == status
    assert ("WWW-Authenticate" in answer.headers) == (status != 200)
    if status == 200:
        assert answer.json == {"name": "auth0|ann"}


@pytest.mark.parametrize(
    ("method", "scope", "status"),
    [
        ("POST", "", 403),
        ("POST", "b", 403),
        ("POST", "a", 200),
        ("PUT", "", 403),
        ("PUT", "b", 200),
    ],
)
def test_a_token_that_is_sent_must_grant_the_scopes(
    client: FlaskClient, tenant: Tenant, method: str, scope: str, status: int
) -> None:
    """A token without the scopes is 403, though a caller without a token passes."""
    headers = {"Authorization": f"Bearer {tenant.token(scope=scope)}"}
    json = {"name": "x"} if method == "POST" else None
    answer = client.open("/greetings", method=method, headers=headers, json=json)
    assert answer.status_code == status


def test_a_token_of_another_request_is_gone(app: Flask, tenant: Tenant) -> None:
    """An anonymous caller has no token, although requests of a test may share their context."""
    with app.app_context():
        client = app.test_client()
        headers = {"Authorization": f"Bearer {tenant.token()}"}
        assert client.get("/greetings", headers=headers).json == {"name": "auth0|ann"}
        assert client.get("/greetings").json == {"name": "you"}


def test_it_is_documented(app: Flask) -> None:
    """Each version of the documents has no security as one alternative, and the 401 and 403."""
    for document in build_documents(app).values():
        methods = document["paths"]["/greetings"]
        for method in ("get", "post", "put"):
            assert methods[method]["security"][-1] == {}
            assert len(methods[method]["security"]) > 1
            assert ("403" in methods[method]["responses"]) == (method != "get")
            assert "401" in methods[method]["responses"]
        assert methods["get"]["description"] == "Takes an access token, or none."
        granted = "Takes an access token that grants `a` or `b`, or none."
        assert methods["put"]["description"] == granted
    said = [str(operation.access) for operation in operations(api_of(app))]
    assert said == ["any access token, or nothing", "a, or nothing", "a or b, or nothing"]


def test_a_plain_view_may_let_anybody_in(app: Flask, tenant: Tenant) -> None:
    """A view of plain Flask takes the guard as well."""
    app.add_url_rule("/page", "page", require_auth(optional=True)(lambda: greet()))
    client = app.test_client()
    assert client.get("/page").json == {"name": "you"}
    headers = {"Authorization": f"Bearer {tenant.token()}"}
    assert client.get("/page", headers=headers).json == {"name": "auth0|ann"}
