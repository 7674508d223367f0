"""Cross-origin requests: what pages of other origins may send and read."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_restx import reqparse
from marshmallow import Schema, fields

from api.core.bridge import Namespace, Resource
from api.core.factory import create_app
from api.core.guard import Issuer, public
from api.core.settings import Settings
from tests.core.demo import application

ORIGIN = "https://app.example.com"


@pytest.fixture
def shared(issuer: Issuer) -> FlaskClient:
    return create_app(application, Settings(cors_origins=(ORIGIN,)), issuer=issuer).test_client()


def test_a_preflight_needs_no_token(shared: FlaskClient) -> None:
    """A CORS preflight is answered without a token, because browsers never send one with it."""
    headers = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    response = shared.options("/api/private", headers=headers)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "authorization" in response.headers["Access-Control-Allow-Headers"].lower()


def test_every_header_of_the_document_can_be_sent_and_read(shared: FlaskClient) -> None:
    """CORS allows every request header in the document and exposes every response header in it."""
    document = shared.get("/openapi.json").get_json()
    asked = {
        parameter["name"]
        for path in document["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "header"
    }
    preflight = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    for name in asked | {"Authorization", "DPoP"}:
        headers = preflight | {"Access-Control-Request-Headers": name}
        allowed = shared.options("/api/messages", headers=headers).headers
        assert allowed["Access-Control-Allow-Headers"].lower() == name.lower()
    exposed = shared.get("/api/public", headers={"Origin": ORIGIN}).headers
    told = document["components"]["headers"].keys()
    assert told <= set(exposed["Access-Control-Expose-Headers"].split(", "))


def test_a_refusal_can_be_read_by_the_other_origin(shared: FlaskClient) -> None:
    """CORS exposes WWW-Authenticate, so that a page of another origin can read the reason."""
    response = shared.get("/api/private", headers={"Origin": ORIGIN})
    assert response.status_code == 401
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "WWW-Authenticate" in response.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize(
    "origin", ["https://app.example.com.evil.example", "https://appXexample.com", "null"]
)
def test_other_origins_are_not_let_in(shared: FlaskClient, origin: str) -> None:
    """An origin that only resembles an allowed one is not allowed."""
    response = shared.get("/api/public", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in response.headers


def test_by_default_no_origin_is_let_in(client: FlaskClient) -> None:
    """CORS is off until CORS_ORIGINS is set."""
    response = client.get("/api/public", headers={"Origin": ORIGIN})
    assert "Access-Control-Allow-Origin" not in response.headers


def test_answers_vary_by_origin(shared: FlaskClient) -> None:
    """Responses have Vary: Origin, so that no cache gives one origin the answer for another."""
    for origin in (ORIGIN, "https://evil.example"):
        assert "Origin" in shared.get("/api/public", headers={"Origin": origin}).vary


class Tracking(Schema):
    """The headers of a request"""

    device = fields.Str(data_key="X-Device", metadata={"description": "The device."})


def declaring() -> Namespace:
    """Operations that declare headers in each way that there is."""
    ns = Namespace("gadgets", "Gadgets", path="/gadgets")
    parser = reqparse.RequestParser().add_argument("X-Parsed", location="headers")

    def described(view: Callable[..., Any]) -> Callable[..., Any]:
        for describe in (
            ns.expect(parser),
            ns.param("X-Param", "A header.", _in="header"),
            ns.response(200, "Success", headers={"X-Answered": "A header."}),
            ns.header("X-Listed", "A header."),
        ):
            view = describe(view)
        return view

    @ns.route("")
    class Gadgets(Resource):
        @public
        @ns.operation(headers=Tracking)
        def post(self, headers: dict[str, Any]) -> None:
            """Make a gadget"""

        @public
        @described
        def get(self) -> dict[str, str]:
            """List the gadgets"""
            return {}

    return ns


@pytest.fixture
def declared(issuer: Issuer) -> FlaskClient:
    """The app of `declaring`, with headers of its settings and of its application as well."""
    api = replace(
        application,
        namespaces=(declaring(),),
        request_headers=("X-Own",),
        response_headers=("X-Told",),
        security_schemes={
            "key": {"type": "apiKey", "in": "header", "name": "X-Signature"},
            "query": {"type": "apiKey", "in": "query", "name": "X-No-Header"},
        },
    )
    settings = Settings(
        cors_origins=("capacitor://localhost",), cors_headers=("sentry-trace", "traceparent")
    )
    return create_app(api, settings, issuer=issuer).test_client()


@pytest.mark.parametrize(
    ("header", "is_allowed"),
    [
        *((name, True) for name in ("X-Device", "x-device", "X-Parsed", "X-Param", "X-Signature")),
        *((name, True) for name in ("X-Own", "sentry-trace", "traceparent", "X-Request-Id")),
        *((name, False) for name in ("X-Undeclared", "X-No-Header", "X-Answered")),
    ],
)
def test_declared_headers_pass_the_preflight(
    declared: FlaskClient, header: str, is_allowed: bool
) -> None:
    """A preflight allows the headers that operations and security schemes declare, those of the
    settings and of the application, and no other."""
    preflight = {
        "Origin": "capacitor://localhost",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": header,
    }
    answer = declared.options("/gadgets", headers=preflight).headers
    assert answer["Access-Control-Allow-Origin"] == "capacitor://localhost"
    allowed = answer.get("Access-Control-Allow-Headers", "").lower().split(", ")
    assert (header.lower() in allowed) is is_allowed


def test_declared_headers_can_be_read(declared: FlaskClient) -> None:
    """A page can read the headers that answers declare, each of them once."""
    answer = declared.get("/gadgets", headers={"Origin": "capacitor://localhost"})
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"X-Answered", "X-Listed", "X-Told", "ETag", "X-Request-Id"} <= set(exposed)
    assert len(exposed) == len({name.lower() for name in exposed})
