"""What `@ns.expect` of Flask-RESTX declares of a body is validated, behind the guard."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import flask_restx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_restx import fields

from api.core.bridge import Namespace, Resource
from api.core.declarations import DeclarationError
from api.core.documents import build_documents
from api.core.factory import create_app
from api.core.guard import public, require_auth
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings
from tests.core.demo import application

View = Callable[..., Any]
Declare = Callable[[Namespace, dict[str, Any]], type[Any]]

GOOD = {"name": "Ann", "car": {"wheels": 4}}


def models(ns: Namespace) -> dict[str, Any]:
    car = ns.model("Car", {"wheels": fields.Integer(required=True, min=3, exclusiveMin=True)})
    owner = {
        "id": fields.Integer(required=True, readonly=True),
        "name": fields.String(required=True, max_length=5),
        "car": fields.Nested(car, required=True),
        "spare": fields.Nested(car, nullable=True),
        "born": fields.Date,
        "seen": fields.DateTime,
    }
    person = ns.model("Person", owner)
    document = {"properties": {"tag": {"$ref": "#/definitions/Tag"}}, "required": ["tag"]}
    of_schema = ns.schema_model("Tagged", document | {"definitions": {"Tag": {"type": "string"}}})
    child = ns.inherit("Child", person, {"age": fields.Integer(required=True)})
    return {"Person": person, "Car": car, "Tagged": of_schema, "Child": child}


def echo(ns: Namespace) -> View:
    def post(self: Any) -> Any:
        """Read it back"""
        return {"read": ns.payload}

    return post


def guarded(ns: Namespace) -> View:
    return require_auth()(echo(ns))


def resource(base: type[Any] = Resource, **members: Any) -> type[Any]:
    return type("People", (base,), members)


def serve(issuer: EmbeddedIssuer, declare: Declare) -> Flask:
    """The app with one Resource at /people, TESTING off."""
    ns = Namespace("people", "People", path="/people")
    ns.add_resource(declare(ns, models(ns)), "")
    return create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)


def caller(issuer: EmbeddedIssuer, declare: Declare) -> FlaskClient:
    client = serve(issuer, declare).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {issuer.mint('')}"
    return client


def expecting(*names: str, **more: Any) -> Declare:
    """A Resource whose POST expects these models."""

    def declare(ns: Namespace, known: dict[str, Any]) -> type[Any]:
        return resource(post=ns.expect(*(known[name] for name in names), **more)(guarded(ns)))

    return declare


PLACES: dict[str, Declare] = {
    "above the guard": expecting("Person"),
    "with validate=True": expecting("Person", validate=True),
    "below the guard": lambda ns, known: resource(
        post=require_auth()(ns.expect(known["Person"])(echo(ns)))
    ),
    "with a description": lambda ns, known: resource(
        post=ns.expect((known["Person"], "Whom"))(guarded(ns))
    ),
    "of the class": lambda ns, known: ns.expect(known["Person"])(resource(post=guarded(ns))),
    "of one method of the class": lambda ns, known: ns.doc(post={"expect": [known["Person"]]})(
        resource(post=guarded(ns))
    ),
    "beside a contract": lambda ns, known: resource(
        post=ns.expect(known["Person"])(require_auth()(ns.operation()(lambda _self: None)))
    ),
    "of a Resource of Flask-RESTX": lambda ns, known: resource(
        flask_restx.Resource, post=ns.expect(known["Person"], validate=True)(guarded(ns))
    ),
    "of a method with method_decorators": lambda ns, known: resource(
        post=ns.expect(known["Person"])(echo(ns)), method_decorators=[require_auth()]
    ),
    "of a public method": lambda ns, known: resource(
        post=ns.expect(known["Person"])(public(echo(ns)))
    ),
    "of a public method of Flask-RESTX": lambda ns, known: resource(
        flask_restx.Resource, post=ns.expect(known["Person"])(public(echo(ns)))
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_model_validates_wherever_it_is_declared(issuer: EmbeddedIssuer, place: str) -> None:
    """A good body passes and a bad one is 422 with pointers, wherever the model is declared."""
    client = caller(issuer, PLACES[place])
    assert client.post("/people", json=GOOD).status_code in (200, 204)
    refused = client.post("/people", json={"name": 5, "car": {}})
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    assert refused.get_json()["errors"] == [
        {"pointer": "/name", "detail": "5 is not of type 'string'"},
        {"pointer": "/car/wheels", "detail": "Missing data for required field."},
    ]


@pytest.mark.parametrize("place", [name for name in PLACES if "public" not in name])
def test_the_guard_is_asked_before_the_body(issuer: EmbeddedIssuer, place: str) -> None:
    """A caller without a token is 401, whatever the body is."""
    client = serve(issuer, PLACES[place]).test_client()
    for body in (b"{}", b"nonsense", b""):
        sent = client.post("/people", data=body, content_type="application/json")
        assert sent.status_code == 401


@pytest.mark.parametrize("place", PLACES)
def test_what_the_body_may_be_answered_is_documented(issuer: EmbeddedIssuer, place: str) -> None:
    """The documents show the model, and each status that a bad body is answered."""
    for document in build_documents(serve(issuer, PLACES[place])).values():
        operation = document["paths"]["/people"]["post"]
        assert {"400", "408", "413", "415", "422"} <= operation["responses"].keys()
        assert "Person" in str(operation.get("requestBody") or operation["parameters"])


def test_a_model_of_a_route_validates(issuer: EmbeddedIssuer) -> None:
    """A model in the documentation of a route validates as one of a method does."""
    ns = Namespace("people", "People", path="/people")
    person = models(ns)["Person"]
    ns.route("", doc={"post": {"expect": [person]}})(resource(post=public(echo(ns))))
    app = create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)
    assert app.test_client().post("/people", json={}).status_code == 422


WRONG: list[tuple[Declare, Any, list[str]]] = [
    (expecting("Person"), [], [""]),
    (expecting("Person"), None, [""]),
    (expecting("Person"), GOOD | {"name": "Annabel"}, ["/name"]),
    (expecting("Person"), GOOD | {"car": {"wheels": 3}}, ["/car/wheels"]),
    (expecting("Person"), GOOD | {"car": None}, ["/car"]),
    (expecting("Person"), GOOD | {"spare": {"wheels": "4"}}, ["/spare/wheels"]),
    (expecting("Person"), GOOD | {"born": "soon"}, ["/born"]),
    (expecting("Person"), GOOD | {"seen": "2026-01-02"}, ["/seen"]),
    (expecting("Person", "Car"), GOOD, ["/wheels"]),
    (expecting("Child"), {}, ["/car", "/name", "/age"]),
    (expecting("Tagged"), {}, ["/tag"]),
    (expecting("Tagged"), {"tag": 5}, ["/tag"]),
]


@pytest.mark.parametrize(("declare", "body", "pointers"), WRONG)
def test_a_value_that_does_not_fit_is_named(
    issuer: EmbeddedIssuer, declare: Declare, body: Any, pointers: list[str]
) -> None:
    """Each value that does not fit is named by a JSON Pointer."""
    data = json.dumps(body)
    refused = caller(issuer, declare).post("/people", data=data, content_type="application/json")
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.get_json()["errors"]] == pointers


@pytest.mark.parametrize(
    ("names", "body"),
    [
        (["Person"], GOOD | {"spare": None, "born": "2026-01-02", "more": 1}),
        (["Person"], GOOD | {"seen": "2026-01-02T03:04:05.678"}),
        (["Person"], GOOD | {"id": 7, "car": {"wheels": 4.0}}),
        (["Person", "Car"], GOOD | {"wheels": 4}),
        (["Child"], GOOD | {"age": 3}),
        (["Tagged"], {"tag": "a"}),
    ],
)
def test_a_good_body_reaches_the_method(
    issuer: EmbeddedIssuer, names: list[str], body: Any
) -> None:
    """The method reads as `ns.payload` exactly what was sent."""
    assert caller(issuer, expecting(*names)).post("/people", json=body).json == {"read": body}


def test_a_list_of_models(issuer: EmbeddedIssuer) -> None:
    """A list of a model wants an array, and names the item that does not fit."""

    def declare(ns: Namespace, known: dict[str, Any]) -> type[Any]:
        return resource(post=ns.expect([known["Car"]])(guarded(ns)))

    client = caller(issuer, declare)
    assert client.post("/people", json=[{"wheels": 4}]).status_code == 200
    for body, pointer in (([{"wheels": 4}, {"wheels": 1}], "/1/wheels"), ({"wheels": 4}, "")):
        refused = client.post("/people", json=body)
        assert refused.get_json()["errors"][0]["pointer"] == pointer


def test_a_model_of_a_get_is_refused_at_the_start(issuer: EmbeddedIssuer) -> None:
    """A model that would validate the body of a GET is refused; one that only documents is not."""

    def declare(ns: Namespace, known: dict[str, Any], **more: Any) -> type[Any]:
        return resource(get=ns.expect(known["Car"], **more)(guarded(ns)))

    with pytest.raises(DeclarationError, match=r"People\.get .* declares a body") as raised:
        serve(issuer, declare)
    assert "validate=False" in str(raised.value)
    serve(issuer, lambda ns, known: declare(ns, known, validate=False))


def test_a_model_need_not_validate(issuer: EmbeddedIssuer) -> None:
    """With validate=False, a model only documents the body."""
    client = caller(issuer, expecting("Person", validate=False))
    assert client.post("/people", json={"name": 5}).json == {"read": {"name": 5}}


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"a": 1, "a": 2}', "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"", "application/json", 400),
        (b"[" * 60000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
    ],
)
@pytest.mark.parametrize("validates", [True, False])
def test_a_body_that_cannot_be_read(
    issuer: EmbeddedIssuer, validates: bool, body: bytes, media_type: str, status: int
) -> None:
    """A body that is not JSON is a problem, whether a model or `ns.payload` reads it."""
    client = caller(issuer, expecting("Person", validate=validates))
    refused = client.post("/people", data=body, content_type=media_type)
    assert (refused.status_code, refused.mimetype) == (status, "application/problem+json")
    assert refused.get_json()["type"] != "about:blank"


def test_a_long_value_is_shortened_in_the_answer(issuer: EmbeddedIssuer) -> None:
    """The answer does not send a long value back."""
    refused = caller(issuer, expecting("Person")).post("/people", json=GOOD | {"born": "x" * 9000})
    assert len(refused.data) < 1000
