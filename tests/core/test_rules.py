"""create_app refuses every way in which a Resource could skip the guards of its methods."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from typing import Any

import flask_restx
import pytest
from flask import Flask
from flask.views import MethodView
from flask_restx import fields as restx
from flask_restx import reqparse
from marshmallow import Schema

from api.core.bridge import Namespace, Resource
from api.core.declarations import DeclarationError
from api.core.documents import build_documents
from api.core.factory import create_app
from api.core.guard import public, require_auth
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings
from tests.core.demo import application

View = Callable[..., Any]
Start = Callable[..., Flask]
SECRET = {"secret": "hello"}


def namespace() -> Namespace:
    return Namespace("notes", "Notes", path="/notes")


@pytest.fixture
def start(issuer: EmbeddedIssuer) -> Start:
    """`start(resource)`: the app with this Resource at /notes."""

    def started(resource: Any, ns: Namespace | None = None, **route: Any) -> Flask:
        ns = ns or namespace()
        ns.add_resource(resource, "", **route)
        return create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)

    return started


def secret(self: Any, **_values: Any) -> dict[str, str]:
    """Read a secret"""
    return SECRET


def guarded() -> View:
    """A guarded method of its own, for decorators that note what they say on it."""
    return require_auth()(secret)


def notes(**members: Any) -> type[Resource]:
    return type("Notes", (Resource,), members)


def refusal(start: Start, resource: Any, **more: Any) -> str:
    """Why the start is refused."""
    with pytest.raises(DeclarationError) as raised:
        start(resource, **more)
    return str(raised.value)


def replacing(view: View) -> View:
    return wraps(view)(lambda *args, **kwargs: SECRET)


def replacing_by_an_argument(view: View) -> View:
    def replaced(*args: Any, status: int = 200, **kwargs: Any) -> Any:
        return SECRET, status

    return wraps(view)(replaced)


def hiding(view: View) -> View:
    return lambda *args, **kwargs: view(*args, **kwargs)


def passing(view: View) -> View:
    return wraps(view)(lambda *args, **kwargs: view(*args, **kwargs))


def passing_by_default(view: View) -> View:
    def passed(*args: Any, inner: View = view) -> Any:
        return inner(*args)

    return wraps(view)(passed)


def passing_by_itself(view: View) -> View:
    @wraps(view)
    def passed(*args: Any) -> Any:
        return passed.__wrapped__(*args)

    return passed


class Passing:
    """A decorator that is an object."""

    def __init__(self, view: View) -> None:
        wraps(view)(self)
        self.view = view

    def __call__(self, *args: Any) -> Any:
        return self.view(*args)

    def __get__(self, instance: Any, _owner: Any = None) -> Any:
        return self if instance is None else partial(self, instance)


REPLACING = [replacing, replacing_by_an_argument]


@pytest.mark.parametrize("replace", REPLACING)
@pytest.mark.parametrize("layer", [require_auth(), public])
def test_a_wrapper_that_cannot_call_the_guard_is_refused(
    start: Start, layer: View, replace: View
) -> None:
    """A wrapper that does not hold the guarded method is refused despite functools.wraps."""
    said = refusal(start, notes(get=replace(layer(secret))))
    assert "Notes.get (GET /notes" in said
    assert "does not say who may call it" in said
    assert "calls what it is given" in said


@pytest.mark.parametrize(
    "decorate", [passing, passing_by_default, passing_by_itself, Passing], ids=lambda each: each
)
def test_a_wrapper_that_calls_the_guard_is_served(start: Start, decorate: View) -> None:
    """A decorator that calls the guarded method is served, however it refers to the method."""
    client = start(notes(get=decorate(guarded()))).test_client()
    assert client.get("/notes").status_code == 401


@pytest.mark.parametrize("replace", [*REPLACING, hiding])
@pytest.mark.parametrize("base", [Resource, flask_restx.Resource])
def test_method_decorators_that_take_the_guard_away_are_refused(
    start: Start, base: type[Any], replace: View
) -> None:
    """An entry of method_decorators that replaces or hides the guarded method is refused."""
    members = {"get": guarded(), "method_decorators": [passing, replace]}
    said = refusal(start, type("Notes", (base,), members))
    assert f"{__file__}:{replace.__code__.co_firstlineno} in its method_decorators" in said
    assert "takes away @require_auth or @public: use functools.wraps" in said


def test_method_decorators_that_keep_the_guard_are_served(start: Start) -> None:
    """Entries of method_decorators that call the guarded method are served, and the guard works."""
    client = start(notes(get=guarded(), method_decorators=[passing, passing])).test_client()
    assert client.get("/notes").status_code == 401


def test_method_decorators_that_need_a_request_are_refused(start: Start) -> None:
    """An entry of method_decorators that needs a request is refused, as it cannot be checked."""

    def reading(view: View) -> View:
        raise RuntimeError("no request")

    said = refusal(start, notes(get=guarded(), method_decorators=[reading]))
    assert "cannot be applied before there is a request (RuntimeError('no request'))" in said


@pytest.mark.parametrize("replace", [*REPLACING, hiding])
@pytest.mark.parametrize("place", ["class", "namespace"])
def test_decorators_that_replace_the_whole_resource_are_refused(
    start: Start, replace: View, place: str
) -> None:
    """A decorator of a class or a Namespace that replaces the Resource is refused."""
    ns, resource = namespace(), notes(get=guarded())
    (resource if place == "class" else ns).decorators = [replace]
    said = refusal(start, resource, ns=ns)
    assert "the Resource of the endpoint 'notes_notes' is never called" in said


@pytest.mark.parametrize("place", ["class", "namespace"])
def test_decorators_of_a_whole_resource_are_served(start: Start, place: str) -> None:
    """A decorator of a class or a Namespace is served if it wraps and calls the view."""
    ns, resource = namespace(), notes(get=guarded())
    (resource if place == "class" else ns).decorators = [passing]
    assert start(resource, ns=ns).test_client().get("/notes").status_code == 401


@pytest.mark.parametrize("entrance", ["dispatch_request", "as_view"])
@pytest.mark.parametrize("own", [{"get": require_auth()(secret)}, {}, {"methods": ["GET"]}])
def test_an_entrance_of_its_own_is_refused(
    start: Start, own: dict[str, Any], entrance: str
) -> None:
    """A Resource with its own dispatch_request or as_view is refused: it could skip the guards."""
    of_class: Callable[[View], Any] = classmethod
    base = notes(**{entrance: of_class(secret) if entrance == "as_view" else secret})
    said = refusal(start, type("Notes", (base,), own))
    place = f"{__file__}:{secret.__code__.co_firstlineno}"
    assert f"test_rules.Notes has a {entrance} of its own ({place})" in said
    assert "write get, post and so on" in said


@pytest.mark.parametrize(
    ("members", "route", "said"),
    [
        ({"methods": ["GET"]}, {}, "names GET in its methods and has no method get"),
        ({"methods": ["HEAD"], "get": guarded()}, {}, "names HEAD in its methods"),
        ({"get": guarded()}, {"methods": ["GET", "PUT"]}, "names PUT in its methods"),
        ({}, {}, "has no method: write get, post or another one"),
    ],
)
def test_a_method_that_is_not_there_is_refused(
    start: Start, members: dict[str, Any], route: dict[str, Any], said: str
) -> None:
    """A Resource is refused if it has no method, or if a verb that it lists has no method."""
    assert f"tests.core.test_rules.Notes {said}" in refusal(start, notes(**members), **route)


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (secret, "secret (" + __file__),
        (type("Plain", (), {"get": guarded()}), "tests.core.test_rules.Plain has"),
        (type("Plain", (MethodView,), {"get": guarded()}), "tests.core.test_rules.Plain has"),
        (namespace().expect(notes(get=guarded())), "wrapper"),
    ],
    ids=["function", "class", "MethodView", "expect without parentheses"],
)
def test_what_is_no_resource_is_refused(start: Start, made: Any, name: str) -> None:
    """Anything but a Resource is refused as the target of a Namespace's route."""
    said = refusal(start, made)
    assert name in said
    assert "an address and is no Resource: derive a class from api.core.bridge.Resource" in said


@pytest.mark.parametrize("inside", [True, False])
def test_expect_without_parentheses_is_refused(start: Start, inside: bool) -> None:
    """`@ns.expect` without parentheses is refused, because it would take the method for a model."""
    ns = namespace()
    view = require_auth()(ns.expect(secret)) if inside else ns.expect(guarded())
    assert "lacks its parentheses" in refusal(start, notes(get=view), ns=ns)


def test_a_body_that_is_declared_twice_is_refused(start: Start) -> None:
    """A method with a body= and a model of @ns.expect is refused, since one would not be shown."""
    ns = namespace()
    model = ns.model("Note", {"text": restx.String})
    post = require_auth()(ns.expect(model)(ns.operation(body=Schema.from_dict({}))(secret)))
    said = refusal(start, notes(post=post), ns=ns)
    assert said.startswith("Notes.post (POST /notes")
    assert "declares its body twice" in said


def test_a_hidden_model_and_a_parser_are_served(start: Start) -> None:
    """A model of a hidden resource is served, and a request parser is served and documented."""
    ns = namespace()
    hidden = ns.hide(notes(post=ns.expect([ns.model("Note", {})])(guarded())))
    ns.add_resource(type("Hidden", (hidden,), {}), "/hidden")
    parser = reqparse.RequestParser().add_argument("q")
    app = start(notes(get=ns.expect(parser)(guarded())), ns=ns)
    [parameter] = build_documents(app)["openapi.json"]["paths"]["/notes"]["get"]["parameters"]
    assert parameter["name"] == "q"


def test_a_method_that_is_replaced_after_the_start_is_not_served(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """A method that lost its guard after create_app is answered 500 until it is guarded again."""
    resource = notes(get=guarded())
    client = start(resource).test_client()
    resource.get = secret
    answers = [client.get("/notes") for _ in range(2)]
    assert [(each.status_code, "hello" in each.text) for each in answers] == [(500, False)] * 2
    assert "Notes.get (GET /notes" in str(caplog.records[-1].exc_info)
    resource.get = guarded()
    assert client.get("/notes").status_code == 401
