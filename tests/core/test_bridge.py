"""One declaration validates the request, serialises the answer and documents the operation."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import Schema, fields, validate

from api.core.bridge import MAX_BODY, Namespace, Resource
from api.core.documents import build_documents
from api.core.factory import create_app
from api.core.guard import public, require_auth
from api.core.issuer import EmbeddedIssuer
from api.core.problems import NotFound
from api.core.settings import Settings
from tests.core.demo import application

JSON = "application/json"


class Colour(Schema):
    """A colour"""

    name = fields.Str(required=True, validate=validate.Length(1, 20), metadata={"example": "teal"})


class PaintDraft(Schema):
    """A paint to mix"""

    label = fields.Str(required=True, validate=validate.Length(1, 40), metadata={"example": "Sea"})
    password = fields.Str(load_only=True, validate=validate.Length(min=12))
    colours = fields.List(fields.Nested(Colour), required=True, validate=validate.Length(1, 3))


class PaintView(Schema):
    """A paint"""

    id = fields.Int(required=True, metadata={"example": 7})
    label = fields.Str(required=True, metadata={"example": "Sea"})
    colours = fields.List(fields.Nested(Colour), required=True)


class PaintQuery(Schema):
    limit = fields.Int(load_default=10, validate=validate.Range(1, 50), metadata={"example": 5})
    tag = fields.List(fields.Str())


def make_namespace() -> Namespace:
    ns = Namespace("paints", "Paints", path="/api/paints", scopes={"mix:paints": "Mix paints"})

    @ns.route("")
    class Paints(Resource):
        @public
        @ns.operation(query=PaintQuery, returns=PaintView(many=True))
        def get(self, query: dict[str, Any]) -> list[dict[str, Any]]:
            """List the paints, e.g. a few. All of them are there."""
            return [
                {"id": number, "label": str(query.get("tag")), "colours": [], "secret": "x"}
                for number in range(query["limit"])
            ]

        @require_auth("mix:paints")
        @ns.operation(body=PaintDraft, returns=PaintView, status=201)
        def post(self, body: dict[str, Any]) -> dict[str, Any]:
            """Mix a paint"""
            return {"id": 7} | body

    @ns.route("/<int:paint_id>")
    class Paint(Resource):
        @public
        @ns.operation(problems=(NotFound,))
        def delete(self, paint_id: int) -> None:
            """Pour a paint away"""
            if paint_id != 7:
                raise NotFound("No paint has this id.")

    return ns


@pytest.fixture
def app(issuer: EmbeddedIssuer) -> Flask:
    return create_app(
        replace(application, namespaces=(make_namespace(),)), Settings(), issuer=issuer
    )


@pytest.fixture
def mixer(bearer: Callable[..., FlaskClient]) -> FlaskClient:
    return bearer("mix:paints")


GOOD = {"label": "Sea", "colours": [{"name": "teal"}]}


def test_a_good_body_reaches_the_method_and_the_answer_is_serialised(mixer: FlaskClient) -> None:
    """One schema reads the body, another writes the answer, and the status is the declared one."""
    response = mixer.post("/api/paints", json=GOOD | {"password": "correct horse battery"})
    assert response.status_code == 201
    assert response.content_type == "application/json"
    assert response.json == {"id": 7} | GOOD


def test_only_declared_members_go_out(client: FlaskClient) -> None:
    """Members that the schema does not declare are not in the answer."""
    assert client.get("/api/paints?limit=1").json == [{"id": 0, "label": "None", "colours": []}]


def test_without_returns_the_answer_is_204(client: FlaskClient) -> None:
    """An operation without `returns=` is answered 204 without content."""
    response = client.delete("/api/paints/7")
    assert (response.status_code, response.data) == (204, b"")


def test_a_problem_of_the_method_is_told(client: FlaskClient) -> None:
    """A problem that a method raises is answered with its status and detail."""
    response = client.delete("/api/paints/8")
    assert (response.status_code, response.get_json()["detail"]) == (404, "No paint has this id.")


@pytest.mark.parametrize(
    ("query", "answer"),
    [("", 10), ("?limit=3", 3), ("?limit=3&tag=a&tag=b", 3)],
)
def test_a_good_query_reaches_the_method(client: FlaskClient, query: str, answer: int) -> None:
    """A missing query parameter gets its default, and a repeated parameter becomes a list."""
    paints = client.get(f"/api/paints{query}").get_json()
    assert len(paints) == answer
    assert paints[0]["label"] == ("['a', 'b']" if "tag" in query else "None")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("?limit=0", "limit"),
        ("?limit=x", "limit"),
        ("?limt=3", "limt"),
        ("?limit=", "limit"),
        ("?limit=1&limit=2", "limit"),
    ],
)
def test_a_bad_query_is_422_and_names_the_parameter(
    client: FlaskClient, query: str, parameter: str
) -> None:
    """A bad query is answered 422 with the parameter's name, also if the parameter is unknown."""
    response = client.get(f"/api/paints{query}")
    assert response.status_code == 422
    assert [error["parameter"] for error in response.get_json()["errors"]] == [parameter]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/label"),
        (GOOD | {"label": ""}, "/label"),
        (GOOD | {"label": 5}, "/label"),
        (GOOD | {"colours": [{"name": "x" * 21}]}, "/colours/0/name"),
        (GOOD | {"colours": [{"name": "a", "hue": 1}]}, "/colours/0/hue"),
        (GOOD | {"lable": "Sea"}, "/lable"),
        ([], ""),
        ("text", ""),
        (None, ""),
    ],
    ids=lambda value: json.dumps(value)[:40] if not isinstance(value, str) else value or "whole",
)
def test_a_bad_body_is_422_and_points_at_the_value(
    mixer: FlaskClient, body: object, pointer: str
) -> None:
    """A bad body is answered 422 with a pointer to the value, even a nested or unknown one."""
    response = mixer.post("/api/paints", data=json.dumps(body), content_type=JSON)
    assert response.status_code == 422, response.json
    assert pointer in [error["pointer"] for error in response.get_json()["errors"]]


def test_what_was_sent_is_never_sent_back(mixer: FlaskClient) -> None:
    """A refusal of a body does not contain the password that was in the body."""
    response = mixer.post("/api/paints", json=GOOD | {"password": "hunter2"})
    assert response.status_code == 422
    assert "hunter2" not in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        (b"", {"Content-Type": JSON}, 400),
        (b"{", {"Content-Type": JSON}, 400),
        (b'{"label": NaN}', {"Content-Type": JSON}, 400),
        (b'{"label": "a", "label": "b"}', {"Content-Type": JSON}, 400),
        (b'{"label": "\xff"}', {"Content-Type": JSON}, 400),
        (json.dumps(GOOD).encode("utf-16"), {"Content-Type": JSON}, 400),
        (b"[" * 30_000 + b"]" * 30_000, {"Content-Type": JSON}, 400),
        (b"1" * 5_000, {"Content-Type": JSON}, 400),
        (b'{"\\ud800": 1}', {"Content-Type": JSON}, 422),
        (json.dumps(GOOD).encode(), {}, 415),
        (json.dumps(GOOD).encode(), {"Content-Type": "text/plain"}, 415),
        (json.dumps(GOOD).encode(), {"Content-Type": f"{JSON}; charset=utf-16"}, 415),
        (json.dumps(GOOD).encode(), {"Content-Type": JSON, "Content-Encoding": "gzip"}, 415),
        (json.dumps(GOOD).encode(), {"Content-Type": f"{JSON}; charset=UTF-8"}, 201),
        (json.dumps(GOOD).encode().ljust(MAX_BODY), {"Content-Type": JSON}, 201),
        (json.dumps(GOOD).encode().ljust(MAX_BODY + 1), {"Content-Type": JSON}, 413),
        (b"x" * (MAX_BODY + 1), {"Content-Type": "text/plain"}, 413),
    ],
    ids=[
        "empty",
        "half",
        "NaN",
        "member twice",
        "not UTF-8",
        "UTF-16",
        "depth bomb",
        "huge number",
        "lone surrogate as a name",
        "no media type",
        "other media type",
        "other charset",
        "encoded",
        "charset UTF-8",
        "64 KiB",
        "over 64 KiB",
        "over 64 KiB of another type",
    ],
)
def test_a_body_is_read_strictly(
    mixer: FlaskClient, data: bytes, headers: dict[str, str], status: int
) -> None:
    """The size of a body is checked first, then its media type, then its JSON."""
    response = mixer.post("/api/paints", data=data, headers=headers)
    assert response.status_code == status, response.json
    assert response.mimetype == (JSON if status == 201 else "application/problem+json")


def test_the_guard_speaks_before_the_body_is_read(client: FlaskClient) -> None:
    """A caller without a token is answered 401, even if the body is wrong too."""
    assert client.post("/api/paints", data=b"{", content_type="text/plain").status_code == 401


@pytest.mark.parametrize("path", ["/api/paints/", "//api/paints", "/api//paints", "/api/paints/x"])
def test_a_resource_has_one_address(client: FlaskClient, path: str) -> None:
    """A path with an added or a doubled slash is answered 404."""
    assert client.get("/", environ_overrides={"PATH_INFO": path}).status_code == 404


def test_the_document_says_what_the_operation_does(app: Flask) -> None:
    """The OpenAPI document lists the query, body, answers, scopes and problems of an operation."""
    document = build_documents(app)["openapi.json"]
    paints = document["paths"]["/api/paints"]
    post = paints["post"]
    assert post["operationId"] == "postPaints"
    assert post["security"] == [
        {"bearerAuth": ["mix:paints"]},
        {"auth0": ["mix:paints"]},
        {"dpopToken": ["mix:paints"], "dpopProof": ["mix:paints"]},
    ]
    assert set(post["responses"]) == {
        *("201", "400", "401", "403", "408", "413", "415", "422", "500", "503")
    }
    media = post["requestBody"]["content"][JSON]
    assert media["schema"] == {"$ref": "#/components/schemas/PaintDraft"}
    assert media["example"] == {"label": "Sea", "colours": [{"name": "teal"}]}
    assert {"Colour", "PaintDraft", "PaintView"} <= document["components"]["schemas"].keys()
    limit = next(each for each in paints["get"]["parameters"] if each["name"] == "limit")
    assert limit["schema"] == {"type": "integer", "default": 10, "minimum": 1, "maximum": 50}
    assert paints["get"]["security"] == []
    assert paints["get"]["summary"] == "List the paints, e.g. a few. All of them are there."
    deleted = document["paths"]["/api/paints/{paint_id}"]["delete"]["responses"]
    assert set(deleted) == {"204", "404", "500"}


def test_a_scope_that_nobody_describes_stops_the_start(issuer: EmbeddedIssuer) -> None:
    """create_app fails if an operation requires a scope that no namespace describes."""
    ns = Namespace("paints", "Paints", path="/api/paints")

    @ns.route("")
    class Paints(Resource):
        @require_auth("mix:paints")
        @ns.operation(returns=PaintView)
        def get(self) -> dict[str, Any]:
            """Show a paint"""
            return {}

    with pytest.raises(ValueError, match="mix:paints is required and nowhere described"):
        create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)
