"""Every method must say who may call it, in the right order of decorators, or create_app fails."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache, wraps
from pathlib import Path
from typing import Any

import flask_restx
import pytest
from flask import Flask, request
from flask_restx import fields as restx
from marshmallow import Schema, fields
from webargs.flaskparser import use_args, use_kwargs

from api.core.bridge import Namespace, Resource, api_of
from api.core.declarations import DeclarationError
from api.core.documents import build_documents
from api.core.factory import create_app
from api.core.guard import public, require_auth
from api.core.issuer import EmbeddedIssuer
from api.core.problems import NotFound, Problem
from api.core.settings import Settings
from tests.core.demo import application
from tests.core.support.cli import Runner

ROOT = Path(__file__).parents[2]
View = Callable[..., Any]
GOOD = {"text": "hello"}


class Note(Schema):
    """A note"""

    text = fields.Str(required=True, metadata={"example": "hello"})


def namespace(**more: Any) -> Namespace:
    return Namespace("notes", "Notes", path="/notes", scopes={"a": "One", "b": "Two"}, **more)


def get(self: Any, **_values: Any) -> dict[str, str]:
    """Read a note"""
    return GOOD


def fresh() -> View:
    """A function of its own, for decorators of Flask-RESTX, which note what they say on it."""
    return lambda self, **_values: GOOD


def resource(**members: Any) -> type[Resource]:
    return type("Notes", (Resource,), members)


def serving(ns: flask_restx.Namespace, *resources: type[Any]) -> flask_restx.Namespace:
    """The namespace with the resources at addresses of their own, the first at its root."""
    for number, each in enumerate(resources):
        ns.add_resource(each, f"/{number}" if number else "")
    return ns


@pytest.fixture
def start(issuer: EmbeddedIssuer) -> Callable[..., Flask]:
    """`start(ns)`: the app with these namespaces, TESTING off."""

    def started(*namespaces: Any) -> Flask:
        return create_app(replace(application, namespaces=namespaces), Settings(), issuer=issuer)

    return started


@pytest.fixture
def bearer(issuer: EmbeddedIssuer) -> Callable[..., dict[str, str]]:
    """`bearer("a")`: the header of a caller whose token grants these scopes."""
    return lambda *scopes: {"Authorization": f"Bearer {issuer.mint(' '.join(scopes))}"}


Start = Callable[..., Flask]
Bearer = Callable[..., dict[str, str]]
Layer = Callable[..., Any]


def test_a_forgotten_guard_is_refused_with_place_and_remedy(start: Start) -> None:
    """The error for a missing guard names class, method, path, file and line, and what to write."""
    ns = namespace()

    @ns.route("/<int:note_id>")
    class Notes(Resource):
        @ns.operation(returns=Note)
        def get(self, note_id: int) -> dict[str, str]:
            """Read a note"""
            return GOOD

    get: Any = Notes.get
    line = get.__wrapped__.__code__.co_firstlineno
    with pytest.raises(DeclarationError) as raised:
        start(ns)
    said = str(raised.value)
    assert f"Notes.get (GET /notes/{{note_id}}, {__file__}:{line}) does not say who may" in said
    assert "@require_auth(...)" in said
    assert "@public" in said
    assert "functools.wraps" in said


def without_wraps(view: View) -> View:
    return lambda *args, **kwargs: view(*args, **kwargs)


def copying(view: View) -> View:
    copy = fresh()
    vars(copy).update({name: each for name, each in vars(view).items() if name != "__wrapped__"})
    return copy


def forgotten() -> dict[str, Any]:
    """Namespaces with a method that does not say who may call it, by what is special about it."""
    ns, stock = namespace(), flask_restx.Namespace("stock", path="/stock")
    base = resource(get=require_auth()(ns.operation(returns=Note)(get)))
    plain: Any = type("Plain", (flask_restx.Resource,), {"get": get})
    return {
        "without a contract": resource(get=get),
        "hidden": resource(get=ns.hide(ns.operation(returns=Note)(get))),
        "of a hidden class": ns.hide(resource(get=get)),
        "HEAD": resource(get=public(ns.operation(returns=Note)(get)), head=get),
        "OPTIONS": resource(options=get),
        "one of several": resource(get=public(get), post=lambda self: None),
        "overridden": type("Notes", (base,), {"get": get}),
        "of a mixin": type("Notes", (type("Mixin", (), {"put": get}), Resource), {}),
        "a guard without functools.wraps above": resource(get=without_wraps(require_auth()(get))),
        "a function that copies the notes of another": resource(get=copying(require_auth()(get))),
        "only documented as guarded": resource(get=ns.doc(scopes=("a",), security="x")(fresh())),
        "plain Resource": plain,
        "plain Namespace": serving(stock, plain),
        "method of its own": serving(namespace(), resource(methods=["PURGE"], purge=get)),
        "method of its route": _routed(resource(get=public(get), purge=get), ["GET", "PURGE"]),
    }


def _routed(each: type[Any], names: list[str]) -> Namespace:
    ns = namespace()
    ns.add_resource(each, "", methods=names)
    return ns


@pytest.mark.parametrize("case", forgotten())
def test_no_way_leads_around_the_guard(start: Start, case: str) -> None:
    """A method must say who may call it even if it is hidden, inherited, plain or unusual."""
    made = forgotten()[case]
    with pytest.raises(DeclarationError, match="does not say who may call it"):
        start(serving(namespace(), made) if isinstance(made, type) else made)


@pytest.mark.parametrize(
    "add",
    [
        lambda api, ns, each: api.add_resource(each, "/late"),
        lambda api, ns, each: api.add_namespace(serving(namespace(), each)),
        lambda api, ns, each: ns.add_resource(each, "/late"),
        lambda api, ns, each: ns.route("/late")(each),
        lambda api, ns, each: api.namespace("late").add_resource(each, "/late"),
        lambda api, ns, each: api.route("/late")(each),
    ],
    ids=["add_resource", "add_namespace", "ns.add_resource", "ns.route", "namespace", "route"],
)
def test_what_comes_after_the_start_must_say_it_too(start: Start, add: Callable[..., Any]) -> None:
    """A resource without a guard that is added after create_app is refused and gets no address."""
    ns = namespace()
    app = start(ns)
    before = len(list(app.url_map.iter_rules()))
    with pytest.raises(DeclarationError, match="does not say who may call it"):
        add(api_of(app), ns, resource(get=get))
    assert len(list(app.url_map.iter_rules())) == before


def test_what_comes_after_the_start_is_served_when_it_says_it(start: Start, bearer: Bearer) -> None:
    """A guarded resource that is added after create_app is served, and its guard works."""
    app = start(namespace())
    api_of(app).add_resource(resource(get=require_auth()(get)), "/late")
    client = app.test_client()
    assert client.get("/late").status_code == 401
    assert client.get("/late", headers=bearer()).json == GOOD


@pytest.mark.parametrize("name", ["method_decorators", "decorators"])
def test_a_contract_in_a_list_of_decorators_is_refused(start: Start, name: str) -> None:
    """A contract in a list of decorators is refused; the error says where to write it."""
    lists = {name: [namespace().operation(body=Note)]}
    for view in (require_auth()(get), get):
        ns = serving(namespace(), resource(get=view, **lists))
        with pytest.raises(DeclarationError, match=r"write it above each method"):
            start(ns)


def test_public_is_open_and_documented_so(start: Start) -> None:
    """A @public method is served without reading the token, and documented without security."""
    ns = namespace()
    app = start(serving(ns, resource(get=public(ns.operation(returns=Note)(get)))))
    answer = app.test_client().get("/notes", headers={"Authorization": "Bearer"})
    assert (answer.status_code, answer.json) == (200, GOOD)
    for document in build_documents(app).values():
        assert document["paths"]["/notes"]["get"]["security"] == []


def test_a_hidden_method_can_be_guarded(start: Start, bearer: Bearer) -> None:
    """A method with `@ns.hide` above or below its guard is guarded and not documented."""
    ns, works = namespace(), namespace().operation(returns=Note)(get)
    above, below = ns.hide(require_auth("a")(works)), require_auth("a")(ns.hide(works))
    app = start(serving(ns, resource(get=above), type("Others", (Resource,), {"get": below})))
    client = app.test_client()
    for path in ("/notes", "/notes/1"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers=bearer("a")).json == GOOD
    for document in build_documents(app).values():
        assert document["paths"] == {}


@pytest.mark.parametrize("inside", [True, False], ids=["between", "above"])
def test_a_decorator_that_wraps_hides_nothing(start: Start, bearer: Bearer, inside: bool) -> None:
    """A decorator that uses functools.wraps may stand between guard and contract, or above both."""

    def counted(view: View) -> View:
        @wraps(view)
        def counting(*args: Any, **kwargs: Any) -> Any:
            calls.append(request.path)
            return view(*args, **kwargs)

        return counting

    calls: list[str] = []
    ns = namespace()
    contracted = ns.operation(returns=Note)(get)
    guard = require_auth("a")
    view = guard(counted(contracted)) if inside else counted(guard(contracted))
    app = start(serving(ns, resource(get=view)))
    client = app.test_client()
    assert client.get("/notes").status_code == 401
    assert client.get("/notes", headers=bearer("a")).json == GOOD
    assert calls == ["/notes"] * (1 if inside else 2)
    operation = build_documents(app)["openapi.json"]["paths"]["/notes"]["get"]
    assert operation["security"][0] == {"bearerAuth": ["a"]}


def test_an_inherited_guard_counts(start: Start, bearer: Bearer) -> None:
    """A method of a base class is guarded, and documented, in each class that has it."""
    ns = namespace()
    base = resource(get=require_auth("a")(ns.operation(returns=Note)(get)))
    app = start(serving(ns, type("One", (base,), {}), type("Two", (base,), {})))
    for path in ("/notes", "/notes/1"):
        assert app.test_client().get(path).status_code == 401
        assert app.test_client().get(path, headers=bearer("a")).status_code == 200
    paths = build_documents(app)["openapi.json"]["paths"]
    assert {paths[path]["get"]["operationId"] for path in paths} == {"getOne", "getTwo"}


operation = namespace().operation(body=Note, returns=Note)
operation_of = namespace().operation

SNIPPET = """
from marshmallow import Schema

from api.core.response.answers import Answer
from api.core.bridge import Namespace
from api.core.guard import require_auth
from api.core.problems import NotFound

ns = Namespace("notes", "Notes", path="/notes")
ns.operation(returns=Schema, status=201, problems=[NotFound], id="getNote")
ns.operation(retuns=Schema)  # wrong
ns.operation(status="two hundred")  # wrong
ns.operation(problems=[KeyError])  # wrong
ns.operation(body=dict)  # wrong
ns.operation(answers={200: Schema, 201: Answer(Schema, media_types="text/csv"), 202: None})
ns.operation(answers={"200": Schema})  # wrong
ns.operation(answers={200: dict})  # wrong
Answer(Schema, headers={"X-A": 5})  # wrong
Answer(Schema, etags=True)  # wrong
require_auth("read:notes")
require_auth(scope="read:notes")  # wrong
require_auth.any_of(5)  # wrong
"""


@pytest.mark.parametrize(
    ("outer", "inner", "said"),
    [
        (operation, require_auth("a"), "has @ns.operation above @require_auth: the order"),
        (operation, require_auth.any_of("a", "b"), "@ns.operation above @require_auth: the order"),
        (operation, public, "has @ns.operation above @public: the order"),
        (operation, operation, "has @ns.operation above @ns.operation: write one"),
        (public, require_auth("a"), "has @public above @require_auth: write one"),
        (require_auth("a"), public, "has @require_auth above @public: write one"),
        (require_auth("a"), require_auth("b"), "@require_auth above @require_auth: write one"),
    ],
)
def test_a_wrong_order_is_refused_at_import(outer: Layer, inner: Layer, said: str) -> None:
    """Decorators in the wrong order are refused at import, and the error names the function."""
    view = inner(get)
    with pytest.raises(DeclarationError) as raised:
        outer(view)
    assert said in str(raised.value)
    assert f"get ({__file__}:{get.__code__.co_firstlineno})" in str(raised.value)


def test_a_wrong_order_is_seen_through_other_decorators() -> None:
    """A wrong order is refused even if another decorator stands between guard and contract."""

    def harmless(view: View) -> View:
        return wraps(view)(lambda *args, **kwargs: view(*args, **kwargs))

    ns = namespace()
    guarded = ns.doc(description="More")(harmless(require_auth("a")(get)))
    with pytest.raises(DeclarationError, match=r"@ns\.operation above @require_auth"):
        ns.operation(body=Note)(guarded)


@pytest.mark.parametrize("layer", [require_auth("a"), public, operation])
def test_a_class_is_no_method(layer: Layer) -> None:
    """A guard or contract above a class is refused, because it would guard nothing."""
    with pytest.raises(DeclarationError, match=r"Notes is a class: write @.* above its methods"):
        layer(resource(get=get))


def test_a_guard_without_parentheses_is_refused() -> None:
    """`@require_auth` without parentheses is refused: it would take the method for a scope."""
    with pytest.raises(DeclarationError, match=r"get \(.*\): write @require_auth\(\) with its par"):
        require_auth(get)  # type: ignore[arg-type]


SECRET = {"secret_field": fields.Int(required=True)}
READERS = [use_args(SECRET), use_kwargs(SECRET, location="query"), cache]


@pytest.mark.parametrize("reads", READERS, ids=["args", "kwargs", "cache"])
def test_what_reads_the_request_stands_below_the_guard(start: Start, reads: Any) -> None:
    """A decorator that reads the request, or answers from a cache, is refused above the guard."""
    ns = serving(namespace(), resource(get=reads(require_auth("a")(get))))
    with pytest.raises(DeclarationError, match="reads or answers the request before"):
        start(ns)


def test_what_reads_the_request_is_refused_in_lists_as_well(start: Start) -> None:
    """A decorator that reads the request is refused in method_decorators, as they run first."""
    guarded = require_auth("a")(get)
    ns = serving(namespace(), resource(get=guarded, method_decorators=[use_args(SECRET)]))
    with pytest.raises(DeclarationError, match="reads or answers the request before"):
        start(ns)


def test_what_reads_the_request_may_stand_below_the_guard(start: Start, bearer: Bearer) -> None:
    """A decorator below the guard reads only the requests of callers whom the guard lets in."""
    ns = serving(namespace(), resource(get=require_auth("a")(use_kwargs(SECRET)(get))))
    client = start(ns).test_client()
    assert client.get("/notes", json={}).status_code == 401
    assert client.get("/notes", json={}, headers=bearer("a")).status_code == 422
    good = client.get("/notes", json={"secret_field": 1}, headers=bearer("a"))
    assert good.json == GOOD


def expecting(base: type[Any], **how: Any) -> tuple[Namespace, Any]:
    """A namespace whose guarded POST expects a Flask-RESTX model, and a decorator that says so."""
    ns = namespace()
    model = ns.model("Secret", {"secret_field": restx.Integer(required=True)})
    return ns, ns.expect((how.pop("many", False) and [model]) or model, **how)


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
@pytest.mark.parametrize("outside", [False, True], ids=["below", "above"])
def test_an_expected_model_is_validated_behind_the_guard(
    start: Start, bearer: Bearer, outside: bool, many: bool
) -> None:
    """`@ns.expect`, above or below the guard, validates the body only after the guard."""
    ns, expect = expecting(Resource, validate=True, many=many)
    view = expect(require_auth("a")(get)) if outside else require_auth("a")(expect(fresh()))
    client = start(serving(ns, ns.hide(resource(post=view)))).test_client()
    bad: list[dict[str, Any]] = [{"data": b"{"}, {"json": {}}, {"json": {"secret_field": "x"}}, {}]
    for body in bad:
        assert client.post("/notes", **body).status_code == 401
        assert client.post("/notes", **body, headers=bearer()).status_code == 403
        assert client.post("/notes", **body, headers=bearer("a")).status_code in {400, 415, 422}
    body = {"secret_field": 1}
    good = client.post("/notes", json=[body] if many else body, headers=bearer("a"))
    assert good.json == GOOD


def test_an_expected_model_of_a_public_method_is_validated(start: Start) -> None:
    """A public method with `@ns.expect` validates its body as in Flask-RESTX."""
    ns, expect = expecting(Resource, validate=True)
    client = start(serving(ns, ns.hide(resource(post=public(expect(fresh())))))).test_client()
    assert client.post("/notes", json={}).status_code == 422
    assert client.post("/notes", json={"secret_field": 1}).json == GOOD


@pytest.mark.parametrize("in_list", [False, True], ids=["above", "method_decorators"])
def test_a_plain_resource_is_validated_behind_the_guard(
    start: Start, bearer: Bearer, in_list: bool
) -> None:
    """`@ns.expect` of a plain Flask-RESTX Resource validates the body only after the guard."""
    ns, expect = expecting(flask_restx.Resource, validate=True)
    guard = require_auth("a")
    members = {"post": expect(fresh()), "method_decorators": [guard]}
    base: Any = flask_restx.Resource
    plain = type("Plain", (base,), members if in_list else {"post": expect(guard(fresh()))})
    client = start(serving(ns, ns.hide(plain))).test_client()
    assert client.post("/notes", json={}).status_code == 401
    assert client.post("/notes", json={}, headers=bearer("a")).status_code == 422
    good = client.post("/notes", json={"secret_field": 1}, headers=bearer("a"))
    assert good.json == GOOD


def test_a_resource_that_validates_first_is_refused(start: Start) -> None:
    """A guarded Resource with a validate_payload of its own is refused: it would run first."""
    own = resource(post=require_auth("a")(get), validate_payload=get)
    with pytest.raises(DeclarationError, match=r"has a validate_payload of its own"):
        start(serving(namespace(), own))


def test_marshal_with_above_the_contract_is_refused(start: Start) -> None:
    """`@marshal_with` above the contract is refused: it would turn the answer into nulls."""
    ns = namespace()
    marshal = ns.marshal_with(ns.model("Note", {"text": restx.String}))
    view = marshal(require_auth("a")(ns.operation(returns=Note)(get)))
    with pytest.raises(DeclarationError, match="has @marshal_with above"):
        start(serving(ns, resource(get=view)))


def test_marshal_with_and_a_guard_go_together(start: Start, bearer: Bearer) -> None:
    """`@marshal_with` above or below the guard writes what the guarded method returned."""
    ns = namespace()
    marshal = ns.marshal_with(ns.model("Note", {"text": restx.String}))
    one, two = marshal(require_auth("a")(get)), require_auth("a")(marshal(get))
    app = start(serving(ns, resource(get=one), type("Others", (Resource,), {"get": two})))
    for path in ("/notes", "/notes/1"):
        assert app.test_client().get(path).status_code == 401
        assert app.test_client().get(path, headers=bearer("a")).json == GOOD


async def coroutine(self: Any) -> dict[str, str]:
    return GOOD


@pytest.mark.parametrize(
    ("contract", "said"),
    [
        ({"returns": Note, "status": "two hundred"}, "status='two hundred' is no status"),
        ({"returns": Note, "status": 204}, "status=204 is no status of a success with the content"),
        ({"returns": Note, "status": 404}, "status=404 is no status"),
        ({"status": True}, "status=True is no status"),
        ({"returns": {"text": "string"}}, "returns= takes a marshmallow Schema"),
        ({"body": "Note"}, "body= takes a marshmallow Schema"),
        ({"problems": NotFound}, "problems= takes a list of classes: problems=[NotFound]"),
        ({"problems": [KeyError]}, "problems= takes classes derived from Problem"),
        ({"problems": [NotFound()]}, "problems= takes classes derived from Problem"),
        ({"problems": [Problem]}, "is one, and lacks name and status and title and detail"),
    ],
)
def test_a_contract_that_cannot_be_kept_is_refused(contract: dict[str, Any], said: str) -> None:
    """A contract with a wrong argument is refused at import, and the error names the method."""
    with pytest.raises(DeclarationError) as raised:
        namespace().operation(**contract)(get)
    assert str(raised.value).startswith(f"get ({__file__}:")
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("decorator", "unknown", "said"),
    [
        (operation_of, {"retuns": Note}, "@ns.operation has no argument retuns="),
        (operation_of, {"anything": 1}, "it takes answers, body, etag, example,"),
        (require_auth, {"scope": "a"}, "@require_auth has no argument scope="),
        (require_auth.any_of, {"scopes": "a"}, "@require_auth.any_of has no argument scopes="),
    ],
)
def test_an_unknown_argument_is_refused(decorator: Any, unknown: dict[str, Any], said: str) -> None:
    """The error for an unknown argument names the line, and similar or all valid arguments."""
    with pytest.raises(DeclarationError) as raised:
        decorator(**unknown)
    assert said in str(raised.value)
    assert f"({__file__}:" in str(raised.value)
    assert ("did you mean returns=?" in str(raised.value)) == ("retuns" in unknown)


def test_mypy_finds_an_argument_that_is_wrong(tmp_path: Path) -> None:
    """mypy --strict reports each wrong argument of a guard or contract."""
    snippet = tmp_path / "snippet.py"
    snippet.write_text(SNIPPET, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", snippet],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    wrong = [number for number, line in enumerate(SNIPPET.splitlines(), 1) if "# wrong" in line]
    lines = re.findall(r"snippet\.py:(\d+): error", ended.stdout)
    assert sorted({int(line) for line in lines}) == wrong, ended.stdout


def test_a_coroutine_that_somebody_runs_is_fine(start: Start) -> None:
    """An async method is served if a decorator below the contract runs it."""

    def running(view: View) -> View:
        return wraps(view)(lambda *args, **kwargs: asyncio.run(view(*args, **kwargs)))

    ns = namespace()
    view = public(ns.operation(returns=Note)(running(coroutine)))
    assert start(serving(ns, resource(get=view))).test_client().get("/notes").json == GOOD


def test_a_scope_that_nobody_describes_names_its_method(start: Start) -> None:
    """The error for a scope that nobody describes names the method that requires it."""
    ns = serving(namespace(), resource(get=require_auth("mix:paints")(get)))
    with pytest.raises(DeclarationError, match=r"mix:paints is required.*Notes\.get \(GET /notes"):
        start(ns)


def test_a_command_ends_in_one_line(runner: Runner) -> None:
    """A wrong declaration stops a command without a traceback."""
    ns = serving(namespace(), resource(get=get))
    runner.application = replace(application, namespaces=(ns,))
    result = runner("routes")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("Error: Notes.get (GET /notes, ")
    assert result.err.count("\n") == 1
