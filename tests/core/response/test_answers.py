"""How the return value of a handler becomes a response, and which values are refused and logged."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
import werkzeug
from flask import Response, redirect, send_file
from flask.testing import FlaskClient
from marshmallow import Schema, ValidationError, fields, post_dump, pre_dump
from werkzeug.datastructures import Headers
from werkzeug.local import LocalProxy
from werkzeug.test import TestResponse

from api.core.bridge import Namespace, Resource
from api.core.documents import build_documents
from api.core.factory import create_app
from api.core.guard import public
from api.core.issuer import EmbeddedIssuer
from api.core.problems import NotFound
from api.core.response.answers import Answer as Declared
from api.core.settings import Settings
from tests.core.demo import application

Answer = Callable[..., TestResponse]


def named(value: object) -> str:
    """The name of a case, which is the same in every process."""
    return repr(value).partition(" at 0x")[0]


class Note(Schema):
    """A note"""

    text = fields.Str(required=True, metadata={"example": "hello"})
    stars = fields.Int(data_key="Stars")


class Loose(Schema):
    """A note of which nothing is required"""

    title = fields.Str(metadata={"example": "hello"})
    count = fields.Int()


class Titled(Schema):
    """A note of which only the title counts"""

    title = fields.Str(metadata={"example": "hello"})


class Shelf(Schema):
    """Notes, nested in every way"""

    first = fields.Nested(Note)
    notes = fields.List(fields.Nested(Note))
    many = fields.Nested(Note(many=True))
    named = fields.Dict(fields.Str(), fields.Nested(Note))
    loose = fields.Nested(Loose)
    titled = fields.Nested(Titled)


class Hooked(Schema):
    """A note that reads a text alone, and is written in an envelope"""

    text = fields.Str(required=True, metadata={"example": "hello"})

    @pre_dump
    def read(self, value: str, **_: Any) -> dict[str, str]:
        return {"text": value}

    @post_dump
    def envelop(self, written: dict[str, str], **_: Any) -> dict[str, Any]:
        return {"note": written}


class Defaults(Schema):
    """A note that marshmallow could write of nothing"""

    kind = fields.Constant("note")
    text = fields.Str(dump_default="hello")


class Made(Schema):
    """A note that is computed"""

    size = fields.Function(lambda note: len(note.words))


class Raw(Schema):
    """A note as it is"""

    raw = fields.Raw()


class Nothing(Schema):
    """An object without members"""


class Page(NamedTuple):
    text: str
    stars: int = 1


@dataclass
class Item:
    text: str
    stars: int = 1


NOTE = {"text": "hello"}


async def coroutine() -> dict[str, str]:
    return NOTE


@pytest.fixture
def answer(issuer: EmbeddedIssuer) -> Answer:
    """`answer(value, returns=Note)`: the answer to a GET whose method returns what `value` is, or
    what it returns where it is a function."""

    def answered(value: Any, **contract: Any) -> TestResponse:
        ns = Namespace("notes", "Notes", path="/notes")

        @ns.route("")
        class Notes(Resource):
            @public
            @ns.operation(**contract)
            def get(self, **_: Any) -> Any:
                """Read a note"""
                return value() if isinstance(value, type(lambda: None)) else value

        app = create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)
        return app.test_client().get("/notes")

    return answered


@pytest.mark.parametrize(
    ("value", "status", "headers"),
    [
        (NOTE, 200, {}),
        ((NOTE, 201), 201, {}),
        ((NOTE, HTTPStatus.ACCEPTED), 202, {}),
        ((NOTE, "203 Of Another"), 203, {}),
        ((NOTE, 201, {"X-A": "b"}), 201, {"X-A": "b"}),
        ((NOTE, 201, [("X-A", "b")]), 201, {"X-A": "b"}),
        ((NOTE, 201, Headers({"X-A": "b"})), 201, {"X-A": "b"}),
        ((NOTE, 201, None), 201, {}),
        ((NOTE, None, {"X-A": "b"}), 200, {"X-A": "b"}),
        ((NOTE, {"X-A": "b"}), 200, {"X-A": "b"}),
        ((NOTE, [("X-A", "b")]), 200, {"X-A": "b"}),
        ((NOTE, {}), 200, {}),
        ((NOTE, 200, {"Cache-Control": "max-age=5"}), 200, {"Cache-Control": "max-age=5"}),
        (Item("hello"), 200, {}),
        (SimpleNamespace(text="hello"), 200, {}),
        (lambda: coroutine(), 200, {}),
        (Page("hello"), 200, {}),
        ((Page("hello"), 201), 201, {}),
        (LocalProxy(lambda: Item("hello")), 200, {}),
        (NOTE | {"secret": "x"}, 200, {}),
    ],
    ids=named,
)
def test_a_value_with_status_and_headers(
    answer: Answer, value: Any, status: int, headers: dict[str, str]
) -> None:
    """The schema writes the value; a given status or header overrides the declared one."""
    response = answer(value, answers=dict.fromkeys((200, 201, 202, 203), Note))
    assert (response.status_code, response.mimetype) == (status, "application/json")
    assert response.get_json()["text"] == "hello"
    assert response.get_json().keys() <= {"text", "Stars"}
    defaults = {"Cache-Control": "no-store"}
    for name, text in (defaults | headers).items():
        assert response.headers.getlist(name) == [text]


def test_repeated_headers_are_all_sent(answer: Answer) -> None:
    """Headers given as a list of pairs may name a header twice, and both values are sent."""
    pairs = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    response = answer((NOTE, 200, pairs), returns=Note)
    assert response.headers.getlist("Set-Cookie") == ["a=1", "b=2"]


def test_a_given_status_keeps_what_is_declared(answer: Answer) -> None:
    """ETag, Location and Link are made of the value even if it is returned with a status."""
    item = SimpleNamespace(text="hello", etag="v1", next="abc")
    declared = Declared(Note, etag=True, paged=True, location="/notes/{0.text}")
    response = answer((item, 202, {"X-A": "b"}), answers={202: declared})
    assert response.status_code == 202
    expected = {"ETag": '"v1"', "Location": "notes/hello", "X-A": "b"}
    assert expected.items() <= dict(response.headers).items()
    assert 'rel="next"' in response.headers["Link"]


def rows() -> Iterator[dict[str, str]]:
    yield NOTE
    yield NOTE


@pytest.mark.parametrize(
    "value",
    [
        [NOTE, Item("hello")],
        (NOTE, NOTE),
        (NOTE, Item("hello")),
        (NOTE, NOTE, NOTE),
        (NOTE,),
        ([NOTE, NOTE], 200),
        ((NOTE, NOTE), 200, {"X-A": "b"}),
        ([NOTE], {"X-A": "b"}),
        rows,
        lambda: (rows(), 200),
        lambda: map(dict, [NOTE, NOTE]),
        {"a": NOTE}.values(),
        [],
        (),
    ],
)
def test_many_values(answer: Answer, value: Any) -> None:
    """With `many=True`, a collection of any kind is written as a list, and so is a tuple."""
    response = answer(value, returns=Note(many=True))
    assert response.status_code == 200
    assert all(each["text"] == "hello" for each in response.get_json())
    count = value if isinstance(value, (list, tuple)) else None
    assert count is None or isinstance(response.json, list)


def test_a_tuple_of_two_dicts_is_two_of_many(answer: Answer) -> None:
    """With `many=True`, a tuple of two dicts is two items, not an item and its headers."""
    assert answer((NOTE, NOTE), returns=Note(many=True)).json == [NOTE, NOTE]


@pytest.mark.parametrize(
    ("value", "status", "data"),
    [
        (lambda: Response("x", 202), 202, b"x"),
        (lambda: werkzeug.Response("x", 202, mimetype="text/html"), 202, b"x"),
        (lambda: (Response("x"), 202), 202, b"x"),
        (lambda: (Response("x"), 202, {"X-A": "b"}), 202, b"x"),
        (lambda: redirect("/elsewhere"), 302, None),
    ],
)
@pytest.mark.parametrize("schema", [Note, None], ids=["schema", "none"])
def test_a_response_passes(
    answer: Answer, value: Any, status: int, data: bytes | None, schema: Any
) -> None:
    """A Response of Flask or werkzeug is sent as it is, alone or with a status and headers."""
    declared = Declared(schema, media_types="text/html")
    response = answer(value, answers={202: declared, 302: Declared(location=True)})
    assert response.status_code == status
    assert data is None or response.data == data


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (None, 204),
        ("", 204),
        ({}, 204),
        ((None, 204), 204),
        (("", 204), 204),
        (({}, 204), 204),
        (("", 202), 202),
        ((None, 202, {"X-A": "b"}), 202),
        ((None, {"X-A": "b"}), 204),
    ],
    ids=named,
)
def test_no_schema_and_nothing_to_write(answer: Answer, value: Any, status: int) -> None:
    """A method without `returns=` may return an empty value, and the response has no content."""
    response = answer(value, answers={204: None, 202: None})
    assert (response.status_code, response.data) == (status, b"")
    assert "Content-Type" not in response.headers


@pytest.mark.parametrize("value", [(None, 204), ("", 204), (None, 304)], ids=named)
def test_a_schema_and_a_status_without_content(answer: Answer, value: Any) -> None:
    """A method that declares a schema may return nothing with a declared 204, or with 304."""
    response = answer(value, answers={200: Declared(Note, etag=True), 204: None})
    assert (response.status_code, response.data) == (value[1], b"")


def test_a_declared_status_without_a_schema_is_kept(issuer: EmbeddedIssuer) -> None:
    """A status that is declared without a schema is both sent and documented."""
    ns = Namespace("notes", "Notes", path="/notes")

    @ns.route("")
    class Notes(Resource):
        @public
        @ns.operation(status=202)
        def post(self) -> None:
            """Take note"""

    app = create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)
    assert app.test_client().post("/notes").status_code == 202
    for document in build_documents(app).values():
        assert "202" in document["paths"]["/notes"]["post"]["responses"]


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        ({}, Loose, {}),
        ({}, Nothing, {}),
        ({"stars": 1}, Note(partial=True), {"Stars": 1}),
        ({"stars": 1}, Note(partial=("text",)), {"Stars": 1}),
        (Item("x"), Nothing, {}),
        ({}, Defaults, {"kind": "note", "text": "hello"}),
        ("hello", Hooked, {"note": {"text": "hello"}}),
        (SimpleNamespace(words="ab"), Made, {"size": 2}),
        ({"loose": {}}, Shelf, {"loose": {}}),
        ({"loose": None, "first": None}, Shelf, {"loose": None, "first": None}),
        ({"notes": [], "named": {}}, Shelf, {"notes": [], "named": {}}),
        (
            {"first": Item("a", 2), "notes": [NOTE], "many": (NOTE,), "named": {"x": NOTE}},
            Shelf,
            {
                "first": {"text": "a", "Stars": 2},
                "notes": [NOTE],
                "many": [NOTE],
                "named": {"x": NOTE},
            },
        ),
    ],
    ids=named,
)
def test_what_looks_like_nothing_may_be_right(
    answer: Answer, value: Any, schema: Schema | type[Schema], expected: Any
) -> None:
    """An empty dict or an object that only hooks can read is written if it fits the schema."""
    assert answer(value, returns=schema).json == expected


async def asynchronous() -> Any:
    yield NOTE


class Wrong:
    """An object without any member of the schemas."""


def refusing() -> dict[str, str]:
    raise ValidationError({"text": ["Too short."]})


class Refusing(Schema):
    """A note whose text cannot be written"""

    text = fields.Function(lambda _note: refusing())


UNWRITABLE: dict[str, tuple[Any, Any, str]] = {
    "None": (None, Note, "returned None"),
    "None with a status": ((None, 200), Note, "returned None"),
    "undeclared status": ((NOTE, 201), Note, "the status 201, which it does not declare: name it"),
    "undeclared failure": ((NOTE, 404), Note, "the status 404, which it does not declare: raise"),
    "undeclared empty": ((None, 204), Note, "the status 204, which it does not declare"),
    "text": ("hello", Note, "type str"),
    "no text": ("", Note, "type str"),
    "bytes": (b"hello", Note, "type bytes"),
    "number": (5, Note, "type int"),
    "true": (True, Note, "type bool"),
    "text of which attributes fit": ("hello", Loose, "type str"),
    "list": ([NOTE], Note, "type list"),
    "list of which attributes fit": ([NOTE], Loose, "type list"),
    "set": ({"text"}, Loose, "type set"),
    "1-tuple": ((NOTE,), Note, "type tuple"),
    "tuple of texts": (("hello", "b"), Note, "type tuple"),
    "tuple of objects": ((Item("a"), Item("b")), Note, "type tuple"),
    "tuple with a bool": ((NOTE, True), Note, "type tuple"),
    "tuple with None": ((NOTE, None), Note, "type tuple"),
    "tuple of four": ((NOTE, 200, {}, 1), Note, "type tuple"),
    "tuple with wrong headers": ((NOTE, 200, "X-A"), Note, "type tuple"),
    "coroutine with a status": (lambda: (coroutine(), 200), Note, "type coroutine"),
    "async generator": (lambda: asynchronous(), Loose, "type async_generator"),
    "generator": (lambda: rows(), Note, "type generator"),
    "generator, nothing required": (lambda: rows(), Loose, "type generator"),
    "object": (Wrong(), Note, "type Wrong"),
    "object, nothing required": (Wrong(), Loose, "type Wrong"),
    "object and defaults": (Wrong(), Defaults, "type Wrong"),
    "text and defaults": ("hello", Defaults, "type str"),
    "class": (Item, Note, "type type"),
    "exception": (NotFound(), Note, "type NotFound"),
    "dict without what is required": ({"stars": 1}, Note, "cannot write text"),
    "empty dict": ({}, Note, "cannot write text"),
    "dict of which nothing is read": ({"titel": "x"}, Loose, "cannot write anything"),
    "nested without what is required": ({"first": {"stars": 1}}, Shelf, "first.text"),
    "nested in a list": ({"notes": [NOTE, {"stars": 1}]}, Shelf, "notes.text"),
    "nested many": ({"many": [{"stars": 1}]}, Shelf, "many.text"),
    "nested in a dict": ({"named": {"x": {"stars": 1}}}, Shelf, "named.text"),
    "nested text": ({"titled": "hello"}, Shelf, "cannot write titled"),
    "nested object": ({"loose": Wrong()}, Shelf, "cannot write loose"),
    "what JSON does not have": ({"raw": Decimal("NaN")}, Raw, "type Decimal at /raw"),
    "many: None": (None, Note(many=True), "returned None"),
    "many: dict": (NOTE, Note(many=True), "type dict"),
    "many: text": ("hello", Note(many=True), "type str"),
    "many: object": (Item("a"), Note(many=True), "type Item"),
    "many: number": (5, Note(many=True), "type int"),
    "many: async generator": (lambda: asynchronous(), Note(many=True), "async_generator"),
    "many: texts": (["a", "b"], Note(many=True), "type str"),
    "many: None among them": ([NOTE, None], Note(many=True), "returned None"),
    "many: coroutines": (lambda: [coroutine()], Note(many=True), "type coroutine"),
    "many: dict without": ([NOTE, {}], Note(many=True), "cannot write text"),
    "no schema: dict": (NOTE, None, "declares no returns="),
    "no schema: with a status": ((NOTE, 204), None, "declares no returns="),
    "no schema: text": ("hello", None, "declares no returns="),
    "no schema: number": (0, None, "declares no returns="),
    "status of no answer": ((NOTE, 99), Note, "the status 99"),
    "no status": ((NOTE, 0), Note, "the status 0"),
    "interim status": ((NOTE, 101), Note, "the status 101"),
    "large status": ((NOTE, 1000), Note, "the status 1000"),
    "what the schema refuses": (Item("a"), Refusing, "Refusing refuses to write"),
}


@pytest.mark.parametrize("case", UNWRITABLE)
def test_what_cannot_be_written_is_refused(
    answer: Answer, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    """The client gets an internal error; the log names the method and the type that it returned."""
    value, returns, said = UNWRITABLE[case]
    with caplog.at_level(logging.ERROR):
        response = answer(value, returns=returns)
    assert (response.status_code, response.mimetype) == (500, "application/problem+json")
    assert response.get_json()["type"] == "/problems#internal-error"
    [record] = caplog.records
    assert record.exc_info
    logged = str(record.exc_info[1])
    assert f"Notes.get ({__file__}:" in logged
    assert said in logged


@pytest.fixture
def plain(issuer: EmbeddedIssuer) -> Answer:
    """`plain(value)`: as `answer`, of a method without a contract."""

    def answered(value: Any, **headers: str) -> TestResponse:
        ns = Namespace("notes", "Notes", path="/notes")

        @ns.route("")
        class Notes(Resource):
            @public
            def get(self) -> Any:
                """Read a note"""
                return value() if isinstance(value, type(lambda: None)) else value

        app = create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)
        return app.test_client().get("/notes", headers=headers)

    return answered


@pytest.mark.parametrize(
    ("value", "status", "written"),
    [
        (NOTE, 200, NOTE),
        ((NOTE,), 200, NOTE),
        ([NOTE], 200, [NOTE]),
        ("hello", 200, "hello"),
        ((NOTE, 201), 201, NOTE),
        ((NOTE, HTTPStatus.ACCEPTED), 202, NOTE),
        ((NOTE, "203 Of Another"), 203, NOTE),
        ((NOTE, 404), 404, NOTE),
        ((NOTE, 201, {"X-A": "b"}), 201, NOTE),
        ((NOTE, None, {"X-A": "b"}), 200, NOTE),
        ((NOTE, {"X-A": "b"}), 200, NOTE),
        (((1, 2), 200), 200, [1, 2]),
        (lambda: Response('"x"', 202, mimetype="application/json"), 202, "x"),
        (lambda: (Response('"x"', mimetype="application/json"), 202), 202, "x"),
        (lambda: (Response('"x"', mimetype="application/json"), 202, {"X-A": "b"}), 202, "x"),
    ],
)
def test_what_a_method_without_a_contract_returns(
    plain: Answer, value: Any, status: int, written: Any
) -> None:
    """Without @ns.operation, Flask-RESTX writes the value, with a status and headers if given."""
    response = plain(value)
    assert (response.status_code, response.json) == (status, written)
    has_header = isinstance(value, tuple) and isinstance(value[-1], dict) and value[-1] != NOTE
    assert not has_header or response.headers["X-A"] == "b"


def test_a_file_of_a_method_without_a_contract(plain: Answer) -> None:
    """send_file works without @ns.operation, and a failed If-Match is a problem document."""
    for headers, status, data in (({}, 200, b"0123"), ({"Range": "bytes=1-2"}, 206, b"12")):
        response = plain(lambda: send_file(io.BytesIO(b"0123"), "text/plain", etag="a"), **headers)
        assert (response.status_code, response.data) == (status, data)
    match = {"If-Match": '"b"'}
    response = plain(lambda: send_file(io.BytesIO(b"0123"), "text/plain", etag="a"), **match)
    assert (response.status_code, response.mimetype) == (412, "application/problem+json")


class Status(NamedTuple):
    text: str
    code: int
    headers: Any = None


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Page("hello"), "type Page, which is no value with its status"),
        (Page("hello", 404), "return a dict or a list, or declare @ns.operation(returns=...)"),
        (Status("hello", 201, {"X-A": "b"}), "type Status, which is no value"),
        ((NOTE, "created"), "type tuple, which is no value"),
        ((NOTE, True), "type tuple"),
        ((NOTE, None), "type tuple"),
        ((NOTE, 200, {}, 1), "type tuple"),
        ((), "type tuple"),
        ((NOTE, 99), "the status 99, which is none of an answer"),
        ((NOTE, 0), "the status 0"),
        ((NOTE, 101), "the status 101"),
        ((NOTE, 1000), "the status 1000"),
        (lambda: Response("x", 99), "the status 99"),
        (lambda: (Response("x"), 99), "the status 99"),
        (Wrong(), "type Wrong, which JSON cannot hold"),
        ({"a": [float("nan")]}, "type dict, which JSON cannot hold"),
        (float("-inf"), "type float, which JSON cannot hold"),
        (lambda: (coroutine(), 200), "type coroutine, which JSON cannot hold"),
    ],
    ids=named,
)
def test_what_a_method_without_a_contract_cannot_answer(
    plain: Answer, caplog: pytest.LogCaptureFixture, value: Any, said: str
) -> None:
    """Without @ns.operation, an unsendable value is a 500, and the log names method and type."""
    with caplog.at_level(logging.ERROR):
        response = plain(value)
    assert (response.status_code, response.mimetype) == (500, "application/problem+json")
    [record] = caplog.records
    assert record.exc_info
    logged = str(record.exc_info[1])
    assert f"Notes.get ({__file__}:" in logged
    assert said in logged
    assert "hello" not in logged


def test_the_log_does_not_say_what_was_returned(
    answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    """The log does not contain a returned value that could not be written, as it may be secret."""
    answer("hunter2", returns=Note)
    answer({"stars": "hunter2"}, returns=Loose)
    assert len(caplog.records) == 2
    assert "hunter2" not in caplog.text


def test_the_answer_of_head_has_no_content(answer: Answer, client: FlaskClient) -> None:
    """HEAD gets the status of GET and no content."""
    response = client.head("/api/public")
    assert (response.status_code, response.data) == (200, b"")
    assert json.loads(client.get("/api/public").data)["message"]
