"""An operation guarded by a header of its own: a signature or a key instead of a token."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, Request
from flask.testing import FlaskClient
from marshmallow import Schema, fields
from openapi_spec_validator import validate

from api.core.bridge import Namespace, Resource, api_of
from api.core.declarations import DeclarationError
from api.core.documents import build_documents
from api.core.guard import (
    SecurityScheme,
    guard_of,
    optional_token,
    public,
    require,
    require_auth,
    same_hmac,
    same_secret,
)
from api.core.problems import DatabaseUnavailable
from openapi import operations
from tests.core.demo import application
from tests.core.support.app import app_of
from tests.core.support.tenant import AUDIENCE, Tenant

SECRET = "whsec_1"
BODY = b'{"text": "paid"}'
SIGNATURE = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
JSON = {"content_type": "application/json"}


class Event(Schema):
    """An event"""

    text = fields.Str(required=True, metadata={"example": "paid"})


def is_signed(request: Request) -> bool:
    return same_hmac(request.headers["X-Signature"], request.get_data(), SECRET)


shop = SecurityScheme("shop", header="X-Signature", check=is_signed, description="An HMAC.")
ns = Namespace("events", "Events", path="/events", scopes={"a": "One"})


@ns.route("")
class Events(Resource):
    @require(shop)
    @ns.operation(body=Event, returns=Event)
    def post(self, body: Any) -> Any:
        """Take an event"""
        assert optional_token() is None
        return body

    @require_auth("a")
    @ns.operation(returns=Event)
    def get(self) -> Any:
        """Read an event"""
        return {"text": "paid"}


@pytest.fixture
def app(tenant: Tenant) -> Flask:
    return app_of(tenant, api=replace(application, namespaces=(ns,)))


def test_a_good_signature_is_let_in(client: FlaskClient) -> None:
    """The check reads the raw body, and the contract reads it again."""
    answer = client.post("/events", data=BODY, headers={"X-Signature": SIGNATURE}, **JSON)
    assert (answer.status_code, answer.json) == (200, {"text": "paid"})


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({}, "Send the header X-Signature."),
        ({"X-Signature": ""}, "The header X-Signature is not accepted."),
        ({"X-Signature": "0" * 64}, "The header X-Signature is not accepted."),
        ({"X-Signature": SIGNATURE[:-1]}, "The header X-Signature is not accepted."),
        ({"X-Signature": "é\xff"}, "The header X-Signature is not accepted."),
        ({"Authorization": "Bearer {token}"}, "Send the header X-Signature."),
    ],
)
@pytest.mark.parametrize("data", [BODY, b"{", b"", b"x" * 70_000])
def test_a_bad_one_is_refused(
    app: Flask, tenant: Tenant, headers: dict[str, str], detail: str, data: bytes
) -> None:
    """Without a good header the answer is 401 with a challenge, before the body is looked at."""
    sent = {name: text.format(token=tenant.token()) for name, text in headers.items()}
    answer: Any = app.test_client().post("/events", data=data, headers=sent, **JSON)
    if len(data) > 65536 and sent.keys() == {"X-Signature"}:
        assert answer.status_code == 413
        return
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.json["type"] == "/problems#invalid-credential"
    assert answer.json["detail"] == detail
    challenge = f'ApiKey realm="{AUDIENCE}", header="X-Signature"'
    assert answer.headers.getlist("WWW-Authenticate") == [challenge]
    assert guard_of(app).refusals["invalid-credential"] == 1


def test_a_page_of_another_origin_may_send_it(tenant: Tenant) -> None:
    """The header of a security scheme passes the preflight of CORS."""
    settings = {"cors_origins": ("https://app.example.com",)}
    app = app_of(tenant, api=replace(application, namespaces=(ns,)), settings=settings)
    headers = {
        "Origin": "https://app.example.com",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-signature",
    }
    answer = app.test_client().options("/events", headers=headers)
    assert answer.headers["Access-Control-Allow-Headers"] == "x-signature"


def test_a_body_over_the_limit_of_the_app(tenant: Tenant) -> None:
    """A check that reads the body reads as much as the operation takes, and no more."""
    large = Namespace("large", "Large", path="/large")
    view = require(shop)(large.operation(max_body=200_000)(lambda self: None))
    large.add_resource(type("Large", (Resource,), {"post": view}), "")
    client = app_of(tenant, api=replace(application, namespaces=(large,))).test_client()
    for size, status in ((200_000, 204), (200_001, 413)):
        body = b"x" * size
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Signature": signature}
        assert client.post("/large", data=body, headers=headers).status_code == status


def test_another_body_is_refused(client: FlaskClient) -> None:
    """The signature of one body is none of another."""
    answer = client.post("/events", json={"text": "owed"}, headers={"X-Signature": SIGNATURE})
    assert answer.status_code == 401


def test_it_is_documented(app: Flask) -> None:
    """Each version of the documents has the scheme, which the operation needs alone."""
    for name, document in build_documents(app).items():
        validate(document)
        written = (
            document["securityDefinitions"]
            if name == "swagger.json"
            else document["components"]["securitySchemes"]
        )
        assert written["shop"] == {
            "type": "apiKey",
            "in": "header",
            "name": "X-Signature",
            "description": "An HMAC.",
        }
        operation = document["paths"]["/events"]["post"]
        assert operation["security"] == [{"shop": []}]
        assert operation["description"] == "Needs the header `X-Signature`."
        assert operation["responses"]["401"]["$ref"].endswith("/InvalidCredential")
        assert "403" not in operation["responses"]
        assert {"shop": []} not in document["paths"]["/events"]["get"]["security"]
    post = operations(api_of(app))[1]
    assert str(post.access) == "shop (header X-Signature)"


def raising(error: Exception) -> Callable[[Request], bool]:
    def check(_request: Request) -> bool:
        raise error

    return check


@pytest.mark.parametrize(
    ("check", "status"),
    [
        (lambda request: True, 200),
        (lambda request: False, 401),
        (lambda request: "yes", 401),
        (lambda request: 1, 401),
        (lambda request: None, 401),
        (lambda: True, 401),
        (lambda request: request.headers["X-Other"], 401),
        (lambda request: bytes.fromhex(request.headers["X-Key"]) == b"", 401),
        (raising(ValueError("hex")), 401),
        (raising(DatabaseUnavailable()), 503),
    ],
)
def test_a_check_never_fails_open(tenant: Tenant, check: Any, status: int) -> None:
    """A check that returns no bool or raises refuses the request; a Problem of its own counts."""
    app = app_of(tenant)
    guard = require(SecurityScheme("key", header="X-Key", check=check))
    app.add_url_rule("/page", "page", guard(lambda: "in"))
    assert app.test_client().get("/page", headers={"X-Key": "x"}).status_code == status


def test_a_namespace_may_have_it_as_default(tenant: Tenant) -> None:
    """`Namespace(auth=require(...))` and method_decorators guard by it as well."""
    default = Namespace("one", "One", path="/one", auth=require(shop))
    listed = Namespace("two", "Two", path="/two")
    view = {"post": lambda self: {"text": "paid"}}
    default.add_resource(type("One", (Resource,), dict(view)), "")
    listed.add_resource(type("Two", (Resource,), view | {"method_decorators": [require(shop)]}), "")
    api = replace(application, namespaces=(default, listed))
    app = app_of(tenant, api=api)
    for path in ("/one", "/two"):
        assert app.test_client().post(path, data=BODY).status_code == 401
        headers = {"X-Signature": SIGNATURE}
        assert app.test_client().post(path, data=BODY, headers=headers).status_code == 200
    assert {str(each.access) for each in operations(api_of(app))} == {"shop (header X-Signature)"}


@pytest.mark.parametrize("other", [public, require_auth(), require(shop)])
def test_two_guards_are_refused(other: Any) -> None:
    """A method has one guard."""
    with pytest.raises(DeclarationError, match="write one of the two"):
        require(shop)(other(lambda self: None))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"name": "my shop"}, "name='my shop'"),
        ({"name": ""}, "name=''"),
        ({"header": "X Signature"}, "header='X Signature'"),
        ({"header": "X-Signature\r\n"}, "header="),
        ({"check": "x"}, "check='x'"),
    ],
)
def test_a_scheme_that_is_wrong_is_refused(arguments: dict[str, Any], said: str) -> None:
    """The name, the header and the check of a scheme are looked at where it is written."""
    with pytest.raises(DeclarationError, match=said):
        replace(shop, **arguments)


@pytest.mark.parametrize("scheme", [None, "shop", is_signed])
def test_what_is_no_scheme_is_refused(scheme: Any) -> None:
    """`@require` takes a scheme, and is not a decorator without it."""
    with pytest.raises(DeclarationError, match="@require takes a SecurityScheme"):
        require(scheme)


@pytest.mark.parametrize("name", ["auth0", "bearerAuth", "Bearer", "DPoP", "dpopProof", "shop"])
def test_two_schemes_of_one_name_are_refused(tenant: Tenant, name: str) -> None:
    """A scheme has a name of its own in the documents."""
    other = SecurityScheme(name, header="X-Other", check=is_signed)
    more = Namespace("more", "More", path="/more", auth=require(other))
    more.add_resource(type("More", (Resource,), {"get": lambda self: {}}), "")
    with pytest.raises(DeclarationError, match=f"the name {name} of that of "):
        app_of(tenant, api=replace(application, namespaces=(ns, more)))


@pytest.mark.parametrize(
    ("sent", "same"),
    [
        (SIGNATURE, True),
        (SIGNATURE.upper(), True),
        (b64encode(bytes.fromhex(SIGNATURE)).decode(), True),
        (b64encode(bytes.fromhex(SIGNATURE)).decode().lower(), False),
        (f"sha256={SIGNATURE}", False),
        (f"{SIGNATURE} ", False),
        ("", False),
        ("é", False),
    ],
)
def test_an_hmac_is_compared(sent: str, same: bool) -> None:
    """A signature is in hexadecimal or in base64, and whole."""
    assert same_hmac(sent, BODY, SECRET) is same
    assert not same_hmac(sent, BODY, "")
    assert not same_hmac(sent, BODY + b" ", SECRET)


def test_the_hash_function_can_be_chosen() -> None:
    """Some services sign with another hash function."""
    signature = hmac.new(SECRET.encode(), BODY, hashlib.sha512).hexdigest()
    assert same_hmac(signature, BODY, SECRET, digest="sha512")


@pytest.mark.parametrize(
    ("sent", "secret", "same"),
    [("a", "a", True), ("a", "b", False), ("", "", False), ("é", "é", True), ("a", "", False)],
)
def test_a_secret_is_compared(sent: str, secret: str, same: bool) -> None:
    """A secret that is not set is never accepted."""
    assert same_secret(sent, secret) is same
