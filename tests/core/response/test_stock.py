"""Methods as Flask-RESTX's own documentation writes them, in our app."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, make_response
from flask.testing import FlaskClient
from flask_restx import Model, fields, marshal_with
from openapi_spec_validator import validate

from api.core.bridge import Namespace, Resource, api_of
from api.core.documents import build_documents
from api.core.factory import create_app
from api.core.guard import public, require_auth
from api.core.issuer import EmbeddedIssuer
from api.core.problems import InvalidMask
from api.core.settings import Settings
from tests.core.demo import application

PROBLEM = "application/problem+json"
TODO = {"id": 1, "task": "Sing", "owner": {"name": "Ann", "age": None}, "secret": "x"}
WRITTEN = {"id": 1, "task": "Sing", "owner": {"name": "Ann", "age": None}}
CALLS: list[str] = []


def make_namespace() -> Namespace:
    ns = Namespace("todos", "Todos", path="/todos", scopes={"read:todos": "Read todos"})
    owner = ns.model("Owner", {"name": fields.String, "age": fields.Integer})
    todo = ns.model(
        "Todo", {"id": fields.Integer, "task": fields.String, "owner": fields.Nested(owner)}
    )

    @ns.route("")
    class Todos(Resource):
        @public
        @ns.marshal_list_with(todo)
        def get(self) -> Any:
            """List todos"""
            return [TODO, TODO]

        @public
        @ns.marshal_with(todo, code=201)
        def post(self) -> Any:
            """Add a todo"""
            CALLS.append("post")
            return {**TODO, "task": ns.payload["task"]}, 201, {"Location": "/todos/1"}

    @ns.route("/envelope")
    class Envelope(Resource):
        @public
        @ns.response(404, "No todo")  # type: ignore[untyped-decorator]
        @ns.response(409, "Locked", ns.model("Fault", {"message": fields.String}))  # type: ignore[untyped-decorator]
        @ns.marshal_with(todo, envelope="data")
        def get(self) -> Any:
            """Read a todo in an envelope"""
            return TODO

    @ns.route("/none")
    class SkipNone(Resource):
        @public
        @ns.marshal_with({"id": fields.Integer, "task": fields.String}, skip_none=True)
        def get(self) -> Any:
            """Read a todo without what is None"""
            return {"id": 1, "task": None}

    @ns.route("/mask")
    class Masked(Resource):
        @public
        @ns.marshal_with(todo, mask="id")
        def get(self) -> Any:
            """Read the id of a todo"""
            return TODO

    @ns.route("/raw")
    class Raw(Resource):
        def get(self) -> Any:
            """Read a todo by the function of the package"""
            return TODO

        get = public(marshal_with(Model("Raw", {"id": fields.Integer}))(get))

    @ns.route("/guarded")
    class Guarded(Resource):
        @require_auth("read:todos")
        @ns.marshal_with(todo)
        def get(self) -> Any:
            """Read a todo"""
            return TODO

    return ns


@pytest.fixture
def app(issuer: EmbeddedIssuer) -> Flask:
    CALLS.clear()
    return create_app(
        replace(application, namespaces=(make_namespace(),)), Settings(), issuer=issuer
    )


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/todos", [WRITTEN, WRITTEN]),
        ("/todos/envelope", {"data": WRITTEN}),
        ("/todos/none", {"id": 1}),
        ("/todos/mask", {"id": 1}),
        ("/todos/raw", {"id": 1}),
    ],
)
def test_what_is_marshalled(client: FlaskClient, path: str, body: Any) -> None:
    """marshal_with and marshal_list_with write the model: enveloped, masked, without None."""
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (200, "application/json")
    assert response.json == body


def test_a_payload_status_and_headers(client: FlaskClient) -> None:
    """ns.payload is the body; the status and the headers beside a marshalled value are sent."""
    response = client.post("/todos", json={"task": "Dance"})
    assert (response.status_code, response.headers["Location"]) == (201, "/todos/1")
    assert response.get_json()["task"] == "Dance"


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [("{", "application/json", 400), ("x", "text/plain", 415), ("", "application/json", 400)],
)
def test_a_payload_that_is_no_json(
    client: FlaskClient, body: str, content_type: str, status: int
) -> None:
    """ns.payload of a body that is no JSON is a problem of the client's."""
    response = client.post("/todos", data=body, content_type=content_type)
    assert (response.status_code, response.mimetype) == (status, PROBLEM)


@pytest.mark.parametrize(
    ("path", "mask", "body"),
    [
        ("/todos/envelope", "id", {"data": {"id": 1}}),
        ("/todos/envelope", "{id,owner{name}}", {"data": {"id": 1, "owner": {"name": "Ann"}}}),
        ("/todos/envelope", "owner{*}", {"data": {"owner": WRITTEN["owner"]}}),
        ("/todos/mask", "task", {"task": "Sing"}),
        ("/todos/raw", "id", {"id": 1}),
        ("/todos", "id", [{"id": 1}, {"id": 1}]),
    ],
)
def test_a_mask_of_the_client(client: FlaskClient, path: str, mask: str, body: Any) -> None:
    """X-Fields chooses the members of the answer."""
    assert client.get(path, headers={"X-Fields": mask}).json == body


@pytest.mark.parametrize(
    "mask",
    [
        "nothing",
        "id,owner{nobody}",
        "{id",
        "id}",
        "owner{name",
        "{",
        "}",
        ",id",
        "id{x}",
        "task{x}",
        " ",
        "owner{name{x}}",
    ],
)
@pytest.mark.parametrize("path", ["/todos/envelope", "/todos"])
def test_a_bad_mask_is_refused(client: FlaskClient, path: str, mask: str) -> None:
    """A mask that cannot be read, or does not fit the model, is a problem that says why."""
    response = client.get(path, headers={"X-Fields": mask})
    assert (response.status_code, response.mimetype) == (400, PROBLEM)
    assert response.get_json()["type"] == "/problems#invalid-mask"
    assert response.get_json()["detail"] != InvalidMask.detail


def test_a_bad_mask_of_an_undocumented_model_is_refused(client: FlaskClient) -> None:
    """A bad mask is a problem also where `flask_restx.marshal_with` leaves no note of the model."""
    for mask in ("{", "id{x}"):
        response = client.get("/todos/raw", headers={"X-Fields": mask})
        assert (response.status_code, response.mimetype) == (400, PROBLEM)


def test_a_bad_mask_is_refused_before_anything_is_done(client: FlaskClient) -> None:
    """A method does not run for a request with a bad mask."""
    assert client.post("/todos", json={"task": "x"}, headers={"X-Fields": "{"}).status_code == 400
    assert CALLS == []


def test_the_guard_goes_before_the_mask(
    client: FlaskClient, bearer: Callable[..., FlaskClient]
) -> None:
    """A caller without a token is told nothing of the mask."""
    headers = {"X-Fields": "{"}
    assert client.get("/todos/guarded", headers=headers).status_code == 401
    assert bearer("read:todos").get("/todos/guarded", headers=headers).status_code == 400
    assert bearer("read:todos").get("/todos/guarded").json == WRITTEN


def test_a_mask_is_documented(app: Flask) -> None:
    """An operation whose answer can be masked documents the 400 of a bad mask; another does not."""
    for document in build_documents(app).values():
        paths = document["paths"]
        assert "400" in paths["/todos"]["get"]["responses"]
        assert "400" in paths["/todos"]["post"]["responses"]
        assert "400" not in paths["/todos/raw"]["get"]["responses"]


def test_a_documented_failure_may_be_a_problem(issuer: EmbeddedIssuer) -> None:
    """What `@ns.response` and error handlers document of a failure is beside the problem document
    of `abort`."""
    ns = Namespace("todos", "Todos", path="/todos")
    fault = ns.model("Fault", {"message": fields.String})

    def handle(error: KeyError) -> Any:
        """The todo is taken."""

    ns.errorhandler(KeyError)(ns.marshal_with(fault, code=409)(handle))

    def get(self: Any) -> None:
        """Read a todo

        :raises KeyError: it is taken
        """
        ns.abort(404, "No todo.")

    view = ns.response(404, "None")(ns.response(400, "Bad", fault)(public(get)))
    ns.add_resource(type("Todos", (Resource,), {"get": view}), "")
    app = create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)
    assert app.test_client().get("/todos").get_json()["detail"] == "No todo."
    documents = build_documents(app)
    for name in ("openapi.json", "openapi-3.0.json"):
        validate(documents[name])
        responses = documents[name]["paths"]["/todos"]["get"]["responses"]
        assert list(responses["404"]["content"]) == [PROBLEM]
        assert list(responses["400"]["content"]) == ["application/json", PROBLEM]
        shared = documents[name]["components"]["responses"][
            responses["409"]["$ref"].rpartition("/")[2]
        ]
        assert list(shared["content"]) == ["application/json", PROBLEM]
    validate(documents["swagger.json"])
    responses = documents["swagger.json"]["paths"]["/todos"]["get"]["responses"]
    assert responses["404"]["schema"] == {"$ref": "#/definitions/Problem"}
    assert responses["400"]["schema"] == {"$ref": "#/definitions/Fault"}


def test_representations(app: Flask) -> None:
    """`@api.representation` answers in another media type, chosen by Accept."""

    def xml(data: Any, code: int, headers: Any = None) -> Any:
        return make_response(f"<id>{data['data']['id']}</id>", code, headers or {})

    api_of(app).representation("application/xml")(xml)
    client = app.test_client()
    for accept, media_type in (
        ("application/xml", "application/xml"),
        ("application/json;q=0.5, application/xml", "application/xml"),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("image/png", "application/json"),
    ):
        response = client.get("/todos/envelope", headers={"Accept": accept})
        assert (response.status_code, response.mimetype) == (200, media_type)
        assert "Accept" in response.headers["Vary"]
    assert client.get("/nowhere", headers={"Accept": "application/xml"}).mimetype == PROBLEM
