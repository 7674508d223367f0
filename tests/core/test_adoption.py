"""An app of Flask-RESTX alone answers problem documents, and has the guard."""

import time
from typing import Any

import flask_restx
import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from flask_restx import abort, fields, reqparse

from api.core.adoption import use_guard, use_problems
from api.core.guard import Guard, current_token, issuer_config, require_auth
from api.core.guard import init_app as init_guard
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings, SettingsError
from openapi import build_document, operations

PROBLEM = "application/problem+json"


class OutOfStockError(Exception):
    """A failure that the app has a handler of its own for."""


class Resource(flask_restx.Resource):
    """A Resource of the framework's own."""


def add_cats(api: Any) -> None:
    ns = api.namespace("cats", path="/cats")
    cat = ns.model("Cat", {"name": fields.String(required=True)})
    parser = reqparse.RequestParser().add_argument("limit", type=int, location="args")

    class Cats(Resource):
        @ns.expect(parser)
        @ns.marshal_list_with(cat)
        def get(self) -> Any:
            """List cats"""
            return [{"name": "Tom"}] * (parser.parse_args()["limit"] or 1)

        @require_auth()
        @ns.expect(cat, validate=True)
        def post(self) -> Any:
            """Add a cat"""
            return {"name": ns.payload["name"], "by": current_token.subject}, 201

    class Failing(Resource):
        def get(self, how: str) -> Any:
            """Fail"""
            if how == "abort":
                abort(409, "This cat is asleep.")
            if how == "handled":
                raise OutOfStockError
            raise RuntimeError("secret")

    @ns.errorhandler(OutOfStockError)
    def out_of_stock(_error: Exception) -> Any:
        return {"message": "No cat is left."}, 410

    ns.add_resource(Cats, "")
    ns.add_resource(Failing, "/failing/<how>")


@pytest.fixture(params=["app", "blueprint", "later"])
def stock(request: pytest.FixtureRequest) -> tuple[Flask, Any]:
    """An app of Flask-RESTX, in each way to make one, with problem documents."""
    app = Flask("stock")
    if request.param == "blueprint":
        blueprint = Blueprint("v1", __name__, url_prefix="")
        api = flask_restx.Api(blueprint, doc=False)
        app.register_blueprint(blueprint)
    else:
        api = flask_restx.Api(*([app] if request.param == "app" else []), doc=False)
    use_problems(app, api)
    add_cats(api)
    if request.param == "later":
        api.init_app(app)
    return app, api


@pytest.fixture
def client(stock: tuple[Flask, Any], issuer: EmbeddedIssuer) -> FlaskClient:
    """A client of the app, whose guard accepts the tokens of the embedded issuer."""
    app, _ = stock
    use_guard(
        app, Settings(auth0_domain=("tenant.example",), auth0_audience="https://api.example/")
    )
    init_guard(app, Guard.from_settings(Settings(), issuer_config(Settings(), issuer), time.time))
    return app.test_client()


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        ("GET", "/nowhere", 404, "Nothing is at this address"),
        ("DELETE", "/cats", 405, "This address does not have this method"),
        ("GET", "/cats/failing/abort", 409, "This cat is asleep."),
        ("GET", "/cats/failing/x", 500, "a fault of its own"),
        ("GET", "/cats?limit=x", 422, "Some values of the request do not fit"),
    ],
)
def test_every_failure_is_a_problem_document(
    client: FlaskClient, method: str, path: str, status: int, detail: str
) -> None:
    """Failures of the framework, of parsers and of handlers are problem documents."""
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (status, PROBLEM)
    assert detail in answer.get_json()["detail"]
    assert "secret" not in answer.text


def test_a_bad_mask_is_a_problem_document(client: FlaskClient) -> None:
    """A mask that cannot be read is a problem of the client's."""
    answer = client.get("/cats", headers={"X-Fields": "{"})
    assert (answer.status_code, answer.mimetype) == (400, PROBLEM)


def test_the_error_handlers_of_the_api_are_asked_first(client: FlaskClient) -> None:
    """What an error handler of a namespace answers is answered."""
    answer = client.get("/cats/failing/handled")
    assert (answer.status_code, answer.json) == (410, {"message": "No cat is left."})


def test_methods_work_as_before(client: FlaskClient) -> None:
    """A method that does not fail answers what it answered before."""
    answer = client.get("/cats?limit=2")
    assert (answer.status_code, answer.json) == (200, [{"name": "Tom"}] * 2)


def test_the_guard_is_asked_before_the_body(client: FlaskClient, issuer: EmbeddedIssuer) -> None:
    """A guarded method of a stock Resource is 401 without a token, whatever the body is."""
    good, bad = {"name": "Tom"}, {"name": 5}
    for body in (good, bad):
        refused = client.post("/cats", json=body)
        assert (refused.status_code, refused.mimetype) == (401, PROBLEM)
    headers = {"Authorization": f"Bearer {issuer.mint('', sub='auth0|ann')}"}
    answer = client.post("/cats", json=good, headers=headers)
    assert (answer.status_code, answer.json) == (201, {"name": "Tom", "by": "auth0|ann"})
    refused = client.post("/cats", json=bad, headers=headers)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.get_json()["errors"]] == ["/name"]


def test_a_challenge_leads_to_the_metadata(client: FlaskClient) -> None:
    """The address in the challenge of a refusal answers whose tokens are accepted (RFC 9728)."""
    challenge = client.post("/cats").headers["WWW-Authenticate"]
    address = challenge.split('resource_metadata="')[1].split('"')[0]
    assert client.get(address).get_json()["authorization_servers"]


def test_the_guard_is_documented(stock: tuple[Flask, Any]) -> None:
    """The document of the Api shows the guard of each method, and what it refuses."""
    app, api = stock
    with app.app_context():
        assert [str(each.access) for each in operations(api)] == [
            "None",
            "any access token",
            "None",
        ]
        operation = build_document(api, "3.1")["paths"]["/cats"]["post"]
    assert operation["security"]
    assert {"400", "401", "503"} <= operation["responses"].keys()


def test_a_guard_without_problem_documents_is_refused() -> None:
    """A guard whose refusals would be answered as faults of the server is refused."""
    with pytest.raises(LookupError, match=r"Call use_problems\(app, api\) before"):
        use_guard(Flask("stock"), Settings(auth0_domain=("t.example",), auth0_audience="urn:a"))


def test_a_guard_without_a_tenant_is_refused() -> None:
    """Without the settings of a tenant, the start is refused, and the error names them."""
    app = Flask("stock")
    use_problems(app, flask_restx.Api(app))
    with pytest.raises(SettingsError, match="AUTH0_DOMAIN and AUTH0_AUDIENCE"):
        use_guard(app, Settings())
