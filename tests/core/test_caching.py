"""What caches may keep of an answer."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from flask import Response, make_response, redirect, request, send_file
from flask.testing import FlaskClient

from api.core.bridge import Namespace, Resource
from api.core.factory import create_app
from api.core.guard import public, require_auth
from api.core.settings import Settings
from api.core.testing import FakeIssuer
from tests.core.demo import application


def with_etag() -> Response:
    response = make_response("hello")
    response.add_etag()
    return response


def conditional() -> Any:
    return with_etag().make_conditional(request)


def with_policy(policy: str) -> Callable[[], Response]:
    return lambda: Response("hello", headers={"Cache-Control": policy})


def file(**options: Any) -> Callable[[], Response]:
    return lambda: send_file(BytesIO(b"a,b"), mimetype="text/csv", **options)


# name: what a handler returns, and the Cache-Control of the answer to a caller with a token
OWN: dict[str, tuple[Callable[[], Any], str]] = {
    "response": (lambda: Response("hello"), "no-store"),
    "made": (lambda: make_response("hello", 201), "no-store"),
    "redirect": (lambda: redirect("/elsewhere", 301), "no-store"),
    "stream": (lambda: Response(iter(["a", "b"])), "no-store"),
    "headers": (lambda: ({}, 200, {"X-A": "b"}), "no-store"),
    "dict": (lambda: {"a": "b"}, "no-store"),
    "etag": (with_etag, "private, no-cache"),
    "not modified": (conditional, "private, no-cache"),
    "file": (file(), "no-cache, private"),
    "file for a while": (file(max_age=60), "private, max-age=60"),
    "dated file": (file(etag=False, last_modified=1), "no-cache, private"),
    "policy": (with_policy("private, max-age=60"), "private, max-age=60"),
    "public": (with_policy("public, max-age=60"), "public, max-age=60"),
    "headers' policy": (lambda: ({}, 200, {"Cache-Control": "max-age=5"}), "max-age=5"),
}


@pytest.fixture(params=OWN)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def caller(issuer: FakeIssuer, kind: str) -> FlaskClient:
    """A client of an app whose three views return what `kind` says."""
    made = OWN[kind][0]
    ns = Namespace("own", "Own answers", path="/own")

    @ns.route("/guarded")
    class Guarded(Resource):
        @require_auth()
        def get(self) -> Any:
            """Answer those with a token"""
            return made()

    @ns.route("/open")
    class Open(Resource):
        @public
        def get(self) -> Any:
            """Answer everybody"""
            return made()

    app = create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)
    app.add_url_rule("/plain", view_func=require_auth()(lambda: made()), endpoint="plain")
    return app.test_client()


@pytest.mark.parametrize("path", ["/own/guarded", "/plain"])
def test_own_answers_with_a_token(
    caller: FlaskClient, issuer: FakeIssuer, kind: str, path: str
) -> None:
    """An answer that a guarded handler makes itself may be kept by no shared cache, unless its own
    Cache-Control says so, and then only for the same token."""
    headers = {"Authorization": f"Bearer {issuer.mint()}"}
    if kind == "not modified":
        headers["If-None-Match"] = caller.get(path, headers=headers).headers["ETag"]
    answer = caller.get(path, headers=headers)
    assert answer.status_code == {"made": 201, "redirect": 301, "not modified": 304}.get(kind, 200)
    expected = OWN[kind][1]
    assert set(answer.headers["Cache-Control"].split(", ")) == set(expected.split(", "))
    assert ("Authorization" in answer.vary) is (expected != "no-store")


def test_own_answers_for_everybody(caller: FlaskClient, kind: str) -> None:
    """An answer that a public handler makes itself is kept no longer than its Cache-Control says,
    and without one, not at all or asked for each time."""
    answer = caller.get("/own/open")
    own = {"file": "no-cache", "dated file": "no-cache", "file for a while": "public, max-age=60"}
    assert answer.headers["Cache-Control"] == own.get(kind, OWN[kind][1])


def test_refusals(caller: FlaskClient) -> None:
    """A refusal is kept by no cache."""
    answer = caller.get("/own/guarded")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (401, "no-store")
