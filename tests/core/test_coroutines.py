"""Methods that are coroutines: guarded, with a contract, marshalled, below any decorator."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

import flask_restx
import pytest
from flask import Flask, g, request
from flask.testing import FlaskClient
from flask_restx import fields as restx
from marshmallow import Schema, fields

from api.core.bridge import Namespace, Resource
from api.core.declarations import DeclarationError
from api.core.factory import create_app
from api.core.guard import current_token, public, require_auth
from api.core.issuer import EmbeddedIssuer
from api.core.problems import NotFound
from api.core.settings import Settings, current_settings
from tests.core.demo import application

View = Callable[..., Any]
Start = Callable[..., Flask]
GOOD = {"text": "auth0|ann GET 3010 ok"}


class Note(Schema):
    """A note"""

    text = fields.Str(required=True, metadata={"example": "hello"})


def namespace() -> Namespace:
    return Namespace("notes", "Notes", path="/notes", scopes={"a": "Do a"})


@pytest.fixture
def start(issuer: EmbeddedIssuer) -> Start:
    """`start(view)`: the app whose GET /notes is this method."""

    def started(view: View, ns: Namespace | None = None, **members: Any) -> Flask:
        ns = ns or namespace()
        ns.add_resource(type("Notes", (Resource,), {"get": view, **members}), "")
        return create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)

    return started


def what_is_known() -> str:
    return f"{current_token.subject} {request.method} {current_settings.port} {g.said}"


async def get(self: Any, **_: Any) -> dict[str, str]:
    """Read a note"""
    g.said = "ok"
    known, others = await asyncio.gather(asyncio.to_thread(what_is_known), later())
    assert others == known
    return {"text": known}


async def later() -> str:
    return what_is_known()


def passing(view: View) -> View:
    """A decorator that knows nothing of coroutines."""

    @wraps(view)
    def passed(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return passed


def awaiting(view: View) -> View:
    """A decorator that is a coroutine."""

    @wraps(view)
    async def waited(*args: Any, **kwargs: Any) -> Any:
        return await view(*args, **kwargs)

    return waited


NS = namespace()
guard = require_auth("a")
contract = NS.operation(returns=Note)
marshal = NS.marshal_with(NS.model("Note", {"text": restx.String}))

VIEWS: dict[str, View] = {
    "plain": guard(get),
    "contract": guard(contract(get)),
    "marshalled": guard(marshal(get)),
    "marshalled above": marshal(guard(get)),
    "passed, below": guard(contract(passing(get))),
    "passed, between": guard(passing(contract(get))),
    "passed, above": passing(guard(contract(get))),
    "passed and marshalled": guard(marshal(passing(get))),
    "awaited, below": guard(contract(awaiting(get))),
    "awaited, between": guard(awaiting(contract(get))),
    "awaited, above": awaiting(guard(contract(get))),
    "awaited, no contract": awaiting(guard(get)),
}


@pytest.mark.parametrize("decorators", [[], [passing], [awaiting], [passing, awaiting, passing]])
@pytest.mark.parametrize("case", VIEWS)
def test_a_coroutine_runs(
    start: Start, bearer: Callable[..., Any], case: str, decorators: list[View]
) -> None:
    """A coroutine is guarded and awaited, and sees token, request, settings and g, in its threads
    as well."""
    app = start(VIEWS[case], method_decorators=decorators)
    client = app.test_client()
    assert client.get("/notes").status_code == 401
    response = client.get("/notes", headers=bearer("a", sub="auth0|ann"))
    assert (response.status_code, response.json) == (200, GOOD)
    assert client.head("/notes", headers=bearer("a")).status_code == 200


@pytest.fixture
def bearer(issuer: EmbeddedIssuer) -> Callable[..., dict[str, str]]:
    """`bearer(scope)`: the header of a caller with this scope."""

    def header(scope: str, **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {issuer.mint(scope=scope, **claims)}"}

    return header


def test_what_a_coroutine_raises_is_answered(start: Start) -> None:
    """A problem or another exception of a coroutine is answered as that of any method."""

    async def failing(self: Any) -> None:
        await asyncio.gather(later_failing())

    client: FlaskClient = start(public(NS.operation()(failing))).test_client()
    assert client.get("/notes").status_code == 404


async def later_failing() -> None:
    raise NotFound("No note has this id.")


def test_a_view_of_flask_may_be_a_coroutine(start: Start) -> None:
    """A plain view of Flask below @public is awaited."""
    app = start(VIEWS["contract"])

    async def view() -> str:
        return await asyncio.to_thread(lambda: request.path)

    app.add_url_rule("/view", view_func=public(view))
    assert app.test_client().get("/view").text == "/view"


def test_a_coroutine_that_nobody_awaits_is_refused(start: Start) -> None:
    """`flask_restx.marshal_with` above a coroutine is refused, with the decorator that awaits."""
    view = flask_restx.marshal_with({"text": restx.String})(get)
    with pytest.raises(DeclarationError, match=r"would not await it: write @ns\.marshal_with"):
        start(guard(view))


async def generator(self: Any) -> Any:
    """Read notes"""
    yield GOOD


@pytest.mark.parametrize(
    "view",
    [
        public(generator),
        public(contract(generator)),
        public(marshal(generator)),
        public(flask_restx.marshal_with({})(generator)),
    ],
)
def test_an_asynchronous_generator_is_refused(start: Start, view: View) -> None:
    """A method that is an asynchronous generator is refused, because nothing iterates over it."""
    with pytest.raises(DeclarationError, match="is an asynchronous generator"):
        start(view)
