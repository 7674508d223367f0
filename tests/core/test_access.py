"""Guards that are said of several methods at once: in lists of decorators, and of a Namespace."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from itertools import count
from typing import Any

import flask_restx
import pytest
from flask import Flask, request
from webargs.flaskparser import use_args

from api.core.bridge import Namespace, Resource, api_of
from api.core.declarations import DeclarationError
from api.core.documents import build_documents
from api.core.factory import create_app
from api.core.guard import public, require_auth
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings
from openapi import operations
from tests.core.demo import application

View = Callable[..., Any]
Start = Callable[..., Flask]
GOOD = {"text": "hello"}
SCOPES = {"a": "One", "b": "Two"}
NUMBERS = count()
BASES: list[Any] = [Resource, flask_restx.Resource]


def get(self: Any, **_values: Any) -> dict[str, str]:
    """Read a note"""
    return GOOD


def resource(base: Any = Resource, **members: Any) -> type[Any]:
    made: type[Any] = type(f"Notes{next(NUMBERS)}", (base,), {"get": get} | members)
    return made


def namespace(**more: Any) -> Namespace:
    return Namespace("notes", "Notes", path="/notes", scopes=SCOPES, **more)


@pytest.fixture
def start(issuer: EmbeddedIssuer) -> Start:
    """`start(resource)`: the app with this Resource at /notes, and further ones at /notes/1, …"""

    def started(*resources: Any, ns: Any = None) -> Flask:
        ns = ns or namespace()
        for number, each in enumerate(resources):
            ns.add_resource(each, f"/{number}" if number else "")
        api = replace(application, namespaces=(ns, Namespace("x", "X", path="/x", scopes=SCOPES)))
        return create_app(api, Settings(), issuer=issuer)

    return started


@pytest.fixture
def statuses(issuer: EmbeddedIssuer) -> Callable[..., list[int]]:
    """`statuses(app)`: the answers to a stranger, a token without scopes, and one that grants a."""

    def answered(app: Flask, path: str = "/notes", method: str = "GET") -> list[int]:
        tokens = ({}, *({"Authorization": f"Bearer {issuer.mint(scope)}"} for scope in ("", "a")))
        client = app.test_client()
        return [client.open(path, method=method, headers=each).status_code for each in tokens]

    return answered


def documented(app: Flask, path: str = "/notes", method: str = "get") -> Any:
    """The scopes that the documents say, after a look that they agree on the 401."""
    [operation] = [
        each for each in operations(api_of(app)) if (each.path, each.method) == (path, method)
    ]
    for document in build_documents(app).values():
        written = document["paths"][path][method]
        is_guarded = not (operation.access and operation.access.public)
        assert ("401" in written["responses"]) == is_guarded
        assert bool(written["security"]) == is_guarded
    return str(operation.access)


def counting(view: View) -> View:
    @wraps(view)
    def counted(*args: Any, **kwargs: Any) -> Any:
        request.environ.setdefault("count", []).append(1)
        return view(*args, **kwargs)

    return counted


def composed(view: View) -> View:
    """A decorator of a team's own that holds the guard."""
    return require_auth("a")(counting(view))


LISTS: dict[str, dict[str, Any]] = {
    "list": {"method_decorators": [require_auth("a")]},
    "tuple": {"method_decorators": (require_auth("a"),)},
    "above others": {"method_decorators": [counting, require_auth("a")]},
    "below others": {"method_decorators": [require_auth("a"), counting]},
    "in another": {"method_decorators": [composed]},
    "dict": {"method_decorators": {"get": [require_auth("a")]}},
    "class": {"decorators": [require_auth("a")]},
    "class, with others": {"decorators": [counting, require_auth("a"), counting]},
}


@pytest.mark.parametrize("base", BASES, ids=["ours", "stock"])
@pytest.mark.parametrize("case", LISTS)
def test_a_guard_in_a_list_is_enforced_and_documented(
    start: Start, statuses: Any, case: str, base: Any
) -> None:
    """A guard in method_decorators or in the decorators of a class guards, and is documented."""
    app = start(resource(base, **LISTS[case]))
    assert statuses(app) == statuses(app, method="HEAD") == [401, 403, 200]
    assert documented(app) == "a"


@pytest.mark.parametrize("make", [Namespace, flask_restx.Namespace], ids=["ours", "stock"])
def test_a_guard_of_the_decorators_of_a_namespace(start: Start, statuses: Any, make: Any) -> None:
    """A guard in the decorators of a Namespace guards all of its Resources, and is documented."""
    ns = make("notes", "Notes", path="/notes", decorators=[require_auth("a")])
    app = start(resource(), resource(flask_restx.Resource), ns=ns)
    for path in ("/notes", "/notes/1"):
        assert statuses(app, path) == [401, 403, 200]
        assert documented(app, path) == "a"


def test_a_dict_names_methods(start: Start, statuses: Any) -> None:
    """Each method has the guard that a dict of method_decorators has for it."""
    lists = {"get": [require_auth("a")], "put": [public], "post": [require_auth("b")]}
    app = start(resource(put=get, post=get, method_decorators=lists))
    for method, expected, said in (
        ("get", [401, 403, 200], "a"),
        ("put", [200, 200, 200], "nothing"),
        ("post", [401, 403, 403], "b"),
    ):
        assert statuses(app, method=method.upper()) == expected
        assert documented(app, method=method) == said


def test_a_dict_may_be_extended_by_a_derived_class(start: Start, statuses: Any) -> None:
    """A dict of method_decorators stays a dict for who reads it outside of a request."""
    base = resource(method_decorators={"get": [require_auth("a")]})
    start(base)
    lists: Any = base.method_decorators
    derived = resource(base, put=get, method_decorators={**lists, "put": [public]})
    assert list(lists) == ["get"]
    app = start(derived)
    assert statuses(app) == [401, 403, 200]
    assert statuses(app, method="PUT") == [200, 200, 200]


@pytest.mark.parametrize("base", BASES, ids=["ours", "stock"])
@pytest.mark.parametrize("lists", [{}, {"method_decorators": [require_auth("a")]}])
def test_a_coroutine_is_guarded_likewise(
    start: Start, statuses: Any, base: Any, lists: dict[str, Any]
) -> None:
    """A method that is async def has the guard of a list or of its Namespace."""

    async def later(self: Any) -> dict[str, str]:
        """Read a note later"""
        return GOOD

    app = start(resource(base, get=later, **lists), ns=namespace(auth=require_auth("a")))
    assert (statuses(app), documented(app)) == ([401, 403, 200], "a")


def test_an_inherited_list_guards_the_derived_class(start: Start, statuses: Any) -> None:
    """A class that derives from one with method_decorators is guarded and documented likewise."""
    base = resource(method_decorators=[require_auth("a")])
    derived = type("Derived", (base,), {"post": get})
    app = start(derived)
    for method in ("get", "post"):
        assert statuses(app, method=method.upper()) == [401, 403, 200]
        assert documented(app, method=method) == "a"


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"method_decorators": [use_args({})], "get": require_auth()(get)}, "reads or answers"),
        ({"method_decorators": [require_auth(), use_args({})]}, "reads or answers the request"),
        ({"decorators": [require_auth(), use_args({})]}, "reads or answers the request before"),
        ({"method_decorators": [require_auth()], "decorators": [use_args({})]}, "reads or answers"),
        ({"method_decorators": [require_auth()], "get": public(get)}, "write one of the two"),
        ({"method_decorators": [public], "get": require_auth()(get)}, "write one of the two"),
        ({"decorators": [require_auth()], "get": require_auth("a")(get)}, "write one of the two"),
        ({"method_decorators": {"get": require_auth()}}, "where a list of decorators belongs"),
        ({"method_decorators": require_auth()}, "where a list of decorators belongs"),
        ({"method_decorators": {"GET": [require_auth()]}}, "has no method of this name"),
        ({"method_decorators": {"put": [require_auth()]}}, "has no method of this name"),
        (
            {"post": get, "method_decorators": {"get": [require_auth()]}},
            r"\.post .*who may",
        ),
        ({"head": get, "method_decorators": {"post": []}, "post": get}, "who may call it"),
        ({"method_decorators": [require_auth("c")]}, "the scope c is required"),
    ],
)
def test_a_list_that_cannot_be_kept_is_refused(
    start: Start, members: dict[str, Any], said: str
) -> None:
    """Lists that leave a method unguarded, guard it twice or read the request first are refused."""
    with pytest.raises(DeclarationError, match=said):
        start(resource(**members))


def test_what_reads_the_request_may_stand_below_a_guard_of_a_list(
    start: Start, statuses: Any
) -> None:
    """A decorator that reads the request may stand before the guard in a list: it runs after it."""
    app = start(resource(get=lambda self, _args: GOOD, method_decorators=[use_args({}), composed]))
    assert statuses(app) == [401, 403, 200]


def test_a_default_guards_what_says_nothing(start: Start, statuses: Any) -> None:
    """The guard of a Namespace is that of every method which does not say who may call it."""
    own = resource(get=require_auth("b")(get), post=public(get), put=get)
    listed = resource(method_decorators={"get": [require_auth()]}, put=get)
    classed = resource(flask_restx.Resource, decorators=[public])
    app = start(resource(), own, listed, classed, ns=namespace(auth=require_auth("a")))
    for path, method, expected, said in (
        ("/notes", "get", [401, 403, 200], "a"),
        ("/notes/1", "get", [401, 403, 403], "b"),
        ("/notes/1", "post", [200, 200, 200], "nothing"),
        ("/notes/1", "put", [401, 403, 200], "a"),
        ("/notes/2", "get", [401, 200, 200], "any access token"),
        ("/notes/2", "put", [401, 403, 200], "a"),
        ("/notes/3", "get", [200, 200, 200], "nothing"),
    ):
        assert statuses(app, path, method.upper()) == expected, (path, method)
        assert documented(app, path, method) == said, (path, method)
    assert statuses(app, "/notes", "HEAD") == [401, 403, 200]


def test_a_default_may_be_public(start: Start, statuses: Any) -> None:
    """A Namespace may be public by default, and a method of it guarded."""
    app = start(resource(post=require_auth("a")(get)), ns=namespace(auth=public))
    assert (statuses(app), documented(app)) == ([200, 200, 200], "nothing")
    assert (statuses(app, method="POST"), documented(app, method="post")) == ([401, 403, 200], "a")


def test_a_default_belongs_to_its_namespace(start: Start, statuses: Any) -> None:
    """One class in two Namespaces has the default of each; inherited methods have it as well."""
    first, second = namespace(auth=require_auth("a")), namespace(auth=public)
    second._path = "/others"
    app = start(resource(), ns=first)
    derived = type("Derived", (resource(),), {})
    second.add_resource(derived, "")
    second.add_resource(first.resources[0].resource, "/1")
    api_of(app).add_namespace(second)
    assert statuses(app) == [401, 403, 200]
    assert statuses(app, "/others") == statuses(app, "/others/1") == [200, 200, 200]
    assert documented(app, "/others/1") == "nothing"


def test_a_default_guards_what_is_added_later(start: Start, statuses: Any) -> None:
    """A Resource that is added after create_app has the default of its Namespace."""
    ns = namespace(auth=require_auth("a"))
    app = start(ns=ns)
    ns.add_resource(resource(), "/late")
    assert statuses(app, "/notes/late") == [401, 403, 200]
    assert documented(app, "/notes/late") == "a"


def test_a_default_guards_a_method_that_is_replaced(start: Start, statuses: Any) -> None:
    """A method that loses its own guard after the start has the default of its Namespace."""
    replaced = resource(get=public(get))
    app = start(replaced, ns=namespace(auth=require_auth("a")))
    assert statuses(app) == [200, 200, 200]
    replaced.get = get
    assert statuses(app) == [401, 403, 200]


@pytest.mark.parametrize(
    "auth", [require_auth, "a", counting, namespace().operation()], ids=["()", "str", "f", "ns"]
)
def test_a_default_that_is_no_guard_is_refused(auth: Any) -> None:
    """`auth=` takes a guard or `public`, and the error says so."""
    with pytest.raises(DeclarationError, match=r"auth= of a Namespace takes require_auth\("):
        namespace(auth=auth)


def test_a_guard_of_a_namespace_twice_is_refused(start: Start) -> None:
    """A default beside a guard in the decorators of the Namespace is refused."""
    ns = namespace(auth=require_auth("a"), decorators=[require_auth()])
    with pytest.raises(DeclarationError, match="write one of the two"):
        start(resource(), ns=ns)
