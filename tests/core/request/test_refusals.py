"""What Flask-RESTX's parsers and webargs refuse is a problem that names each value."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from flask_restx import inputs, reqparse
from marshmallow import Schema, fields, validate
from webargs.flaskparser import use_args, use_kwargs
from werkzeug.datastructures import FileStorage

from api.core.bridge import Namespace, Resource
from api.core.documents import build_documents
from api.core.factory import create_app
from api.core.guard import require_auth
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings
from tests.core.demo import application

View = Callable[..., Any]
Sent = dict[str, Any]


def serve(issuer: EmbeddedIssuer, view: View, parser: Any = None) -> FlaskClient:
    """A caller of the app with one guarded method, POST /things, TESTING off."""
    ns = Namespace("things", "Things", path="/things")
    view.__doc__ = "Read it back"
    post = require_auth()(ns.expect(parser)(view) if parser else view)
    ns.add_resource(type("Things", (Resource,), {"post": post}), "")
    app = create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)
    client = app.test_client(use_cookies=False)
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {issuer.mint('')}"
    return client


def parsing(issuer: EmbeddedIssuer, parser: Any, strict: bool = False) -> FlaskClient:
    def post(_self: Any) -> Any:
        read = parser.parse_args(strict=strict)
        return {name: _written(value) for name, value in read.items()}

    return serve(issuer, post, parser)


def _written(value: Any) -> Any:
    if isinstance(value, FileStorage):
        return [value.filename, value.read().decode()]
    return value if isinstance(value, (str, int, float, list, dict, type(None))) else str(value)


def parser(*names: str, **argument: Any) -> Any:
    made = reqparse.RequestParser()
    for name in names or ("it",):
        made.add_argument(name, **argument)
    return made


def query(text: str) -> Sent:
    return {"query_string": text}


def file(name: str = "a.txt") -> Sent:
    return {"data": {"it": (io.BytesIO(b"hello"), name)}}


GOOD: list[tuple[dict[str, Any], Sent, Any]] = [
    ({"location": "args", "type": int}, query("it=5"), 5),
    ({"location": "args", "action": "append", "type": int}, query("it=5&it=6"), [5, 6]),
    ({"location": "args", "action": "split", "type": int}, query("it=5,6"), [5, 6]),
    ({"location": "args", "choices": ("a", "b")}, query("it=b"), "b"),
    ({"location": "args", "default": "d"}, {}, "d"),
    ({"location": "args", "type": inputs.int_range(1, 9)}, query("it=9"), 9),
    ({"location": "args", "type": inputs.boolean}, query("it=true"), True),
    ({"location": "args", "type": UUID}, query(f"it={UUID(int=7)}"), str(UUID(int=7))),
    ({"location": "form"}, {"data": {"it": "a"}}, "a"),
    ({"location": "json", "type": int}, {"json": {"it": 5}}, 5),
    ({"location": "json", "type": dict}, {"json": {"it": {"a": 1}}}, {"a": 1}),
    ({"location": "json"}, {"data": {"it": "a"}}, None),
    ({"location": "headers"}, {"headers": {"It": "a"}}, "a"),
    ({"location": "cookies"}, {"headers": {"Cookie": "it=a"}}, "a"),
    ({"location": "files", "type": FileStorage}, file(), ["a.txt", "hello"]),
    ({"location": ("json", "args")}, query("it=a"), "a"),
    ({}, {"json": {"it": "a"}}, "a"),
    ({}, query("it=a"), "a"),
]


@pytest.mark.parametrize(("argument", "sent", "value"), GOOD)
def test_a_parser_reads(
    issuer: EmbeddedIssuer, argument: dict[str, Any], sent: Sent, value: Any
) -> None:
    """A parser of Flask-RESTX reads each part of a request."""
    answer = parsing(issuer, parser(**argument)).post("/things", **sent)
    assert (answer.status_code, answer.json) == (200, {"it": value})


def _odd(value: str) -> int:
    if int(value) % 2 == 0:
        raise ValueError(f"{value} is even")
    return int(value)


BAD: list[tuple[dict[str, Any], Sent, str]] = [
    ({"location": "args", "required": True}, {}, "Missing required parameter in the query string"),
    ({"location": "args", "type": int}, query("it=a"), "invalid literal for int()"),
    ({"location": "args", "type": int, "help": "A count."}, query("it=a"), "A count. invalid"),
    ({"location": "args", "type": _odd}, query("it=2"), "2 is even"),
    ({"location": "args", "action": "split", "type": int}, query("it=1,a"), "invalid literal"),
    ({"location": "args", "action": "append", "type": int}, query("it=1&it=a"), "invalid literal"),
    ({"location": "args", "choices": ("a",)}, query("it=b"), "is not a valid choice for 'it'"),
    ({"location": "args", "type": inputs.int_range(1, 9)}, query("it=10"), "within the range"),
    ({"location": "args", "type": inputs.date}, query("it=soon"), "soon"),
    ({"location": "args", "type": inputs.datetime_from_iso8601}, query("it=a"), '"a"'),
    ({"location": "args", "type": inputs.url}, query("it=a"), "a is not a valid URL"),
    ({"location": "args", "type": inputs.email()}, query("it=a"), "a is not a valid email"),
    ({"location": "args", "type": inputs.regex("^b")}, query("it=a"), "does not match pattern"),
    ({"location": "args", "type": inputs.boolean}, query("it=a"), "Invalid literal for boolean"),
    ({"location": "form", "type": int}, {"data": {"it": "a"}}, "invalid literal"),
    ({"location": "form", "required": True}, {"json": {}}, "in the post body"),
    ({"location": "json", "type": int}, {"json": {"it": [1]}}, "int() argument"),
    ({"location": "json", "nullable": False}, {"json": {"it": None}}, "Must not be null!"),
    ({"location": "json", "required": True}, {"json": {}}, "in the JSON body"),
    ({"location": "json", "action": "split"}, {"json": {"it": 5}}, "split"),
    ({"location": "headers", "type": int}, {"headers": {"It": "a"}}, "invalid literal"),
    ({"location": "cookies", "required": True}, {}, "the request's cookies"),
    ({"location": "files", "required": True}, {"data": {"other": "a"}}, "an uploaded file"),
    ({"location": ("json", "args"), "required": True}, {}, "the JSON body or the query string"),
]


@pytest.mark.parametrize(("argument", "sent", "detail"), BAD)
def test_what_a_parser_refuses_is_named(
    issuer: EmbeddedIssuer, argument: dict[str, Any], sent: Sent, detail: str
) -> None:
    """A value that a parser refuses is 422, with its parameter and the parser's own words."""
    refused = parsing(issuer, parser(**argument)).post("/things", **sent)
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    [error] = refused.get_json()["errors"]
    assert error["parameter"] == "it"
    assert detail in error["detail"]


@pytest.mark.parametrize("is_bundled", [True, False])
def test_bundled_errors(issuer: EmbeddedIssuer, is_bundled: bool) -> None:
    """A parser with bundle_errors names all values that do not fit, another one the first."""
    made = parser("a", "b", type=int, location="args")
    made.bundle_errors = is_bundled
    refused = parsing(issuer, made).post("/things?a=x&b=y")
    named = [error["parameter"] for error in refused.get_json()["errors"]]
    assert named == (["a", "b"] if is_bundled else ["a"])


def test_a_strict_parser_names_what_it_does_not_know(issuer: EmbeddedIssuer) -> None:
    """parse_args(strict=True) answers 422 and names each argument that the parser lacks."""
    client = parsing(issuer, parser(location="args"), strict=True)
    assert client.post("/things?it=a").status_code == 200
    refused = client.post("/things?it=a&b=1&c,d=2")
    assert refused.status_code == 422
    assert [error["parameter"] for error in refused.get_json()["errors"]] == ["b", "c,d"]


@pytest.mark.parametrize("location", ["json", ("json", "values"), ("values", "json")])
@pytest.mark.parametrize(
    ("body", "status"),
    [(b"[1]", 422), (b'["it"]', 422), (b'"it"', 422), (b"5", 422), (b"null", 422), (b"{", 400)],
)
def test_json_that_is_no_object(
    issuer: EmbeddedIssuer, location: Any, body: bytes, status: int
) -> None:
    """JSON that a parser cannot read is a problem: it is neither ignored nor a fault of ours."""
    client = parsing(issuer, parser(location=location))
    refused = client.post("/things", data=body, content_type="application/json")
    assert (refused.status_code, refused.mimetype) == (status, "application/problem+json")


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (b"\xff=1", "application/x-www-form-urlencoded"),
    ],
)
@pytest.mark.parametrize("location", ["form", "files", "values"])
def test_a_form_that_cannot_be_read(
    issuer: EmbeddedIssuer, location: str, body: bytes, media_type: str
) -> None:
    """A broken form is 400, and not a form without fields."""
    client = parsing(issuer, parser(location=location))
    refused = client.post("/things", data=body, content_type=media_type)
    assert (refused.status_code, refused.get_json()["type"]) == (400, "/problems#malformed-body")


def test_what_a_parser_answers_is_documented(issuer: EmbeddedIssuer) -> None:
    """The documents show 422 for a parser, and the statuses of a body if it reads one."""
    for location, statuses in (("args", {"422"}), ("form", {"400", "408", "413", "422"})):
        client = parsing(issuer, parser(location=location))
        for document in build_documents(client.application).values():
            responses = document["paths"]["/things"]["post"]["responses"]
            assert statuses <= responses.keys()


class Thing(Schema):
    """A thing"""

    name = fields.Str(required=True, validate=validate.Length(1, 5))


WEBARGS: list[tuple[str, Sent, int, Any]] = [
    ("json", {"json": {"name": "Ann"}}, 200, None),
    ("json", {"json": {"name": ""}}, 422, {"pointer": "/name"}),
    ("json", {"json": {}}, 422, {"pointer": "/name"}),
    ("json", {"json": [1]}, 422, {"pointer": ""}),
    ("json", {"data": b"{", "content_type": "application/json"}, 400, None),
    ("json", {"data": b"[" * 60000, "content_type": "application/json"}, 400, None),
    ("query", {}, 422, {"parameter": "name"}),
    ("form", {"data": {"name": "Annabel"}}, 422, {"parameter": "name"}),
    ("headers", {}, 422, {"parameter": "name"}),
]


@pytest.mark.parametrize(("location", "sent", "status", "named"), WEBARGS)
@pytest.mark.parametrize("decorator", [use_args, use_kwargs])
def test_webargs_below_the_guard(
    issuer: EmbeddedIssuer, decorator: View, location: str, sent: Sent, status: int, named: Any
) -> None:
    """What webargs refuses below the guard is a problem with a pointer or a parameter."""

    def post(_self: Any, *args: Any, **kwargs: Any) -> Any:
        return kwargs or args[0]

    client = serve(issuer, decorator(Thing, location=location)(post))
    answer = client.post("/things", **sent)
    assert answer.status_code == status
    if status == 422:
        [error] = answer.get_json()["errors"]
        assert error | named == error
    elif status == 400:
        assert answer.get_json()["type"] == "/problems#malformed-body"
    assert client.post("/things", headers={"Authorization": ""}, **sent).status_code == 400
