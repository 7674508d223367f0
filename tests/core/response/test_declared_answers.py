"""Several answers of a method: statuses, media types, streams, files, redirects and headers."""

import io
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from flask import Response, redirect, send_file
from flask.testing import FlaskClient
from flask_restx import fields as restx
from marshmallow import Schema, fields, validate
from openapi_spec_validator import validate as validate_document
from sqlalchemy import literal, select
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from api.core.bridge import Namespace, Resource
from api.core.declarations import DeclarationError
from api.core.documents import build_documents
from api.core.factory import create_app
from api.core.guard import current_token, public, require_auth
from api.core.issuer import EmbeddedIssuer
from api.core.problems import NotFound
from api.core.response.answers import Answer, DeclaredAnswers
from api.core.settings import Settings, current_settings
from api.core.storage import Database, reading
from tests.core.demo import application
from tests.core.support.databases import ON_BOTH

PROBLEM, JSON, CSV, PDF = (
    "application/problem+json",
    "application/json",
    "text/csv",
    "application/pdf",
)
Ask = Callable[..., TestResponse]


class Note(Schema):
    """A note"""

    text = fields.Str(required=True, metadata={"example": "hello"})


class Receipt(Schema):
    """A receipt"""

    number = fields.Int(required=True, metadata={"example": 7})


@dataclass
class Item:
    text: str = "hello"
    etag: str = "v1"


NOTE, RECEIPT = {"text": "hello"}, {"number": 7}


@pytest.fixture
def ask(issuer: EmbeddedIssuer) -> Ask:
    """`ask(value, answers)`: the answer to a request of a method that returns what the function
    makes of the media type, or the value."""

    def asked(
        value: Any, answers: DeclaredAnswers, method: str = "GET", **request: Any
    ) -> TestResponse:
        app = created(issuer, value, answers)
        client: FlaskClient = app.test_client()
        return client.open("/notes", method=method, **request)

    return asked


def created(issuer: EmbeddedIssuer, value: Any, answers: DeclaredAnswers) -> Any:
    ns = Namespace("notes", "Notes", path="/notes")

    def get(self: Any, media_type: str = "") -> Any:
        """Read notes"""
        return value(media_type) if callable(value) else value

    view = public(ns.operation(answers=answers, problems=(NotFound,))(get))
    ns.add_resource(type("Notes", (Resource,), {"get": view, "put": view}), "")
    return create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)


def target(response: TestResponse) -> str | None:
    """The path that the Location header leads to."""
    location = response.headers.get("Location")
    return location and urljoin("/notes", location)


SEVERAL: DeclaredAnswers = {
    200: Note,
    201: Answer(Receipt, description="Created", location="/notes/{0[number]}"),
    202: None,
}


@pytest.mark.parametrize(
    ("value", "status", "body", "location"),
    [
        (NOTE, 200, NOTE, None),
        ((NOTE, 200), 200, NOTE, None),
        ((RECEIPT, 201), 201, RECEIPT, "/notes/7"),
        ((RECEIPT, 201, {"Location": "/else"}), 201, RECEIPT, "/else"),
        ((None, 202), 202, None, None),
    ],
    ids=repr,
)
def test_each_status_has_its_schema(
    ask: Ask, value: Any, status: int, body: Any, location: str | None
) -> None:
    """The schema of the returned status writes the value; without a status, the first counts."""
    response = ask(value, SEVERAL, method="PUT")
    assert (response.status_code, target(response)) == (status, location)
    assert (response.json if response.data else None) == body


def rows() -> Iterator[str]:
    yield "text\n"
    yield "hello\n"


CONTENTS: dict[str, Any] = {
    "text": lambda _: "text\nhello\n",
    "bytes": lambda _: b"text\nhello\n",
    "bytearray": lambda _: bytearray(b"text\nhello\n"),
    "memoryview": lambda _: memoryview(b"text\nhello\n"),
    "generator": lambda _: rows(),
    "iterator": lambda _: iter([b"text\n", b"hello\n"]),
    "map": lambda _: map(str.lower, ["TEXT\n", "HELLO\n"]),
    "file": lambda _: io.BytesIO(b"text\nhello\n"),
    "Response": lambda media_type: Response("text\nhello\n", mimetype=media_type),
    "Response, streamed": lambda media_type: Response(rows(), mimetype=media_type),
    "with a status": lambda _: ("text\nhello\n", 200, {"X-A": "b"}),
}


@pytest.mark.parametrize("case", CONTENTS)
@pytest.mark.parametrize("media_type", [CSV, PDF])
def test_a_method_writes_its_own_media_type(ask: Ask, case: str, media_type: str) -> None:
    """Text, bytes, an iterator, a file and a Response are the content of a declared media type."""
    value: Callable[[str], Any] = CONTENTS[case]
    answers: DeclaredAnswers = {200: Answer(media_types=media_type)}
    response = ask(value if "Response" not in case else lambda _: value(media_type), answers)
    assert (response.status_code, response.mimetype) == (200, media_type)
    assert response.data == b"text\nhello\n"
    head = ask(value if "Response" not in case else lambda _: value(media_type), answers, "HEAD")
    assert (head.status_code, head.mimetype, head.data) == (200, media_type, b"")


def test_an_empty_iterator_is_empty_content(ask: Ask) -> None:
    """An iterator without a piece, and an empty text, are empty content."""
    for value in (iter(()), ""):
        response = ask(value, {200: Answer(media_types=CSV)})
        assert (response.status_code, response.mimetype, response.data) == (200, CSV, b"")


async def asynchronous() -> Any:
    yield "text"


WRONG: dict[str, tuple[Any, DeclaredAnswers, str]] = {
    "None": (None, {200: Answer(media_types=CSV)}, "None, where text/csv is answered: return text"),
    "dict": (NOTE, {200: Answer(media_types=CSV)}, "type dict, where text/csv is answered"),
    "list": (["a"], {200: Answer(media_types=CSV)}, "type list, where text/csv is answered"),
    "path": (Path("a"), {200: Answer(media_types=CSV)}, "where text/csv is answered"),
    "asynchronous generator": (
        lambda _: asynchronous(),
        {200: Answer(media_types=CSV)},
        "type async_generator, where text/csv is answered",
    ),
    "iterator of dicts": (
        lambda _: iter([NOTE]),
        {200: Answer(media_types=CSV)},
        "an iterator of dict, where text/csv is answered",
    ),
    "text for a schema": ("hello", {200: Note}, "type str"),
    "undeclared media type": (
        lambda _: Response("x", mimetype="text/html"),
        {200: Note},
        "a Response of text/html, which it does not declare: name it in media_types=",
    ),
    "no media type": (
        lambda _: Response("x", content_type=""),
        {200: Note},
        "a Response of no media type",
    ),
    "undeclared content": (
        lambda _: Response("x", 202, mimetype="text/html"),
        {202: None},
        "a Response with content of text/html, but declares none for the status 202",
    ),
    "undeclared status": (
        lambda _: Response("x", 202, mimetype=CSV),
        {200: Answer(media_types=CSV)},
        "the status 202, which it does not declare: name it in answers= of @ns.operation",
    ),
    "undeclared redirect": (
        lambda _: redirect("/x"),
        {200: Note},
        "the status 302, which it does not declare",
    ),
    "failure": (
        ({"message": "x"}, 404),
        {200: Note},
        "the status 404, which it does not declare: raise a Problem that problems= names",
    ),
    "redirect to nowhere": (
        (None, 303),
        {303: Answer(location=True)},
        "no Location header, which its 303 declares",
    ),
    "created nowhere": (
        (NOTE, 201),
        {201: Answer(Note, location=True)},
        "no Location header, which its 201 declares",
    ),
    "no required header": (
        NOTE,
        {200: Answer(Note, headers={"X-Count": fields.Int(required=True)})},
        "no header X-Count, which it declares as required",
    ),
    "a wrong header": (
        (NOTE, 200, {"X-Count": "many"}),
        {200: Answer(Note, headers={"X-Count": fields.Int()})},
        "a header X-Count that is not as declared (Not a valid integer.)",
    ),
    "an undeclared file": (
        lambda _: send_file(io.BytesIO(b"x"), mimetype=PDF),
        {200: Answer(media_types=PDF)},
        'declare it, Answer(media_types="application/pdf", file=True)',
    ),
    "an undeclared 304": (
        (None, 304),
        {200: Note},
        "the status 304, which it does not declare: declare etag=True or file=True of its 200",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_not_declared_is_refused(
    ask: Ask, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    """What a method answers and does not declare is a 500; the log names place and remedy."""
    value, answers, said = WRONG[case]
    with caplog.at_level(logging.ERROR):
        response = ask(value, answers)
    assert (response.status_code, response.mimetype) == (500, PROBLEM)
    [record] = caplog.records
    assert record.exc_info
    logged = str(record.exc_info[1])
    assert f"created.<locals>.get ({__file__}:"[17:] in logged
    assert said in logged


def test_a_problem_document_of_a_method_is_sent(ask: Ask) -> None:
    """A Response that is a problem document passes under the status of a declared problem."""
    value = Response("{}", 404, mimetype=PROBLEM)
    assert ask(lambda _: value, {200: Note}).status_code == 404
    assert ask(lambda _: Response("{}", 409, mimetype=PROBLEM), {200: Note}).status_code == 500


def test_a_status_of_flask_restx_is_declared(issuer: EmbeddedIssuer) -> None:
    """A status that `@ns.response` documents may be answered, at the method or at its class."""
    ns = Namespace("notes", "Notes", path="/notes")

    class Notes(Resource):
        def get(self) -> Any:
            """Read a note"""
            return returned

        get = ns.response(202, "Later")(public(ns.operation(returns=Note)(get)))
        get = ns.response(409, "Locked", ns.model("Fault", {"message": restx.String}))(get)

    ns.add_resource(ns.response(203, "Of another")(Notes), "")
    returned: Any
    client = create_app(
        replace(application, namespaces=(ns,)), Settings(), issuer=issuer
    ).test_client()
    for returned, status in (((None, 202), 202), ((NOTE, 203), 203), ((NOTE, 201), 500)):  # noqa: B007
        assert client.get("/notes").status_code == status
    returned = ({"message": "x"}, 409)
    assert client.get("/notes").json == returned[0]
    returned = ({"message": object()}, 409)
    assert client.get("/notes").status_code == 500


REPORT: DeclaredAnswers = {
    200: Answer(Note, media_types={CSV: "text\nhello\n", PDF: "%PDF-"}),
    202: Receipt,
}


def report(media_type: str) -> Any:
    return {JSON: NOTE, CSV: rows(), PDF: b"%PDF-"}[media_type]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("*", JSON),
        ("text/csv", CSV),
        ("TEXT/CSV", CSV),
        ("text/csv; charset=utf-8", CSV),
        ("text/csv;header=present", CSV),
        ("text/*", CSV),
        ("application/*", JSON),
        ("application/pdf, application/*;q=0.5", PDF),
        ("application/json;q=0.5, text/csv", CSV),
        ("application/json;q=0.5, text/csv;q=0.4, */*;q=0.1", JSON),
        ("text/csv;q=0, */*", JSON),
        ("application/json;q=0, */*", CSV),
        ("application/*;q=0, */*", CSV),
        ("text/html, image/gif, *; q=.2, */*; q=.2", JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON),
        ("image/png", None),
        ("text/html, application/xml;q=0.9", None),
        ("*/*;q=0", None),
        ("text/csv;q=0", None),
        ("nonsense", None),
    ],
)
def test_the_client_chooses_the_media_type(ask: Ask, accept: str | None, media_type: str) -> None:
    """Accept chooses by quality, and then by the order of declaration; else the answer is 406."""
    headers = {} if accept is None else {"Accept": accept}
    response = ask(report, REPORT, headers=headers)
    assert response.headers["Vary"] == "Accept"
    if media_type is None:
        assert (response.status_code, response.mimetype) == (406, PROBLEM)
        assert response.get_json()["type"] == "/problems#not-acceptable"
        assert response.get_json()["available"] == [JSON, CSV, PDF]
    else:
        assert (response.status_code, response.mimetype) == (200, media_type)


def test_another_status_has_its_own_media_type(ask: Ask) -> None:
    """An answer without the chosen media type is sent in the one that it has."""
    response = ask(lambda _: (RECEIPT, 202), REPORT, headers={"Accept": CSV})
    assert (response.status_code, response.mimetype, response.json) == (202, JSON, RECEIPT)


def test_one_media_type_is_not_negotiated(ask: Ask) -> None:
    """A method with one media type answers it, whatever Accept says."""
    response = ask(NOTE, {200: Note}, headers={"Accept": "text/html"})
    assert (response.status_code, response.mimetype) == (200, JSON)
    assert "Vary" not in response.headers


def test_a_kind_of_json_is_written_by_the_schema(ask: Ask) -> None:
    """A schema writes a media type that ends in +json, instead of application/json."""
    answers: DeclaredAnswers = {200: Answer(Note, media_types="application/hal+json")}
    response = ask(NOTE, answers, headers={"Accept": JSON})
    assert (response.mimetype, response.get_json()) == ("application/hal+json", NOTE)


def test_each_media_type_has_its_own_etag(ask: Ask) -> None:
    """Two representations of one value have two ETags, and 304 is for the right one."""
    answers: DeclaredAnswers = {
        200: Answer(Note, media_types=("application/hal+json", CSV), etag=True)
    }

    def asked(accept: str, **headers: str) -> TestResponse:
        return ask(lambda _: Item(), answers, headers={"Accept": accept, **headers})

    class Text(str):
        etag = "v1"

    hal = asked("application/hal+json").headers["ETag"]
    csv = ask(lambda _: Text("x"), answers, headers={"Accept": CSV}).headers["ETag"]
    assert (hal, csv) == ('"v1"', '"v1;text/csv"')
    assert asked("application/hal+json", **{"If-None-Match": hal}).status_code == 304
    assert asked("application/hal+json", **{"If-None-Match": csv}).status_code == 200


class Stream:
    """An iterator that knows how far it was read, and whether it was closed."""

    def __init__(self, *pieces: Any) -> None:
        self.pieces = iter(pieces)
        self.taken = 0
        self.is_closed = False

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        piece = next(self.pieces)
        self.taken += 1
        if isinstance(piece, Exception):
            raise piece
        return piece() if callable(piece) else piece

    def close(self) -> None:
        self.is_closed = True


def test_a_stream_is_not_gathered(issuer: EmbeddedIssuer) -> None:
    """Each piece of a stream is sent before the next one is made, and the request is known."""
    known = lambda: f"{current_settings.port}\n"  # noqa: E731
    stream = Stream("a\n", known, "c\n")
    app = created(issuer, lambda _: stream, {200: Answer(media_types=CSV)})
    environ = EnvironBuilder("/notes").get_environ()
    pieces, status, headers = run_wsgi_app(app, environ)
    assert (status, stream.taken) == ("200 OK", 1)
    assert "Content-Length" not in headers
    received = iter(pieces)
    assert (next(received), stream.taken) == (b"a\n", 1)
    assert (next(received), stream.taken) == (b"3010\n", 2)
    pieces.close()  # type: ignore[attr-defined]
    assert stream.is_closed


def test_a_stream_of_a_guarded_method_knows_the_token(
    issuer: EmbeddedIssuer, bearer: Callable[..., FlaskClient]
) -> None:
    """The token of the caller is known as long as the stream lasts."""
    ns = Namespace("notes", "Notes", path="/notes", scopes={"a": "Do a"})

    @ns.route("")
    class Notes(Resource):
        @require_auth("a")
        @ns.operation(answers={200: Answer(media_types=CSV)})
        def get(self) -> Iterator[str]:
            """Read notes"""
            yield "subject\n"
            yield current_token.subject

    app = create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)
    token = issuer.mint(scope="a", sub="auth0|ann")
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/notes", headers=headers).text == "subject\nauth0|ann"


@ON_BOTH
def test_a_stream_reads_from_the_database(
    issuer: EmbeddedIssuer, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A stream may read from the database as it goes, in transactions of its own; what would read
    in one that has ended is a logged 500."""
    one = reading(lambda session: session.scalar(select(literal(1))))
    late = reading(lambda session: (row for row in session.scalars(select(literal(1)))))
    database = Database(database_url)
    ns = Namespace("notes", "Notes", path="/notes")
    for path, value in (("/one", lambda: (str(one()) for _ in range(2))), ("/late", late)):
        view = ns.operation(answers={200: Answer(media_types=CSV)})(returning(value))
        ns.add_resource(type(path[1:], (Resource,), {"get": public(view)}), path)
    app = create_app(
        replace(application, namespaces=(ns,)), Settings(), issuer=issuer, database=database
    )
    assert app.test_client().get("/notes/one").text == "11"
    assert app.test_client().get("/notes/late").status_code == 500
    assert "a query returned a generator" in str(caplog.records[-1].exc_info)
    database.engine.dispose()


def returning(value: Callable[[], Any]) -> Callable[..., Any]:
    """A method that returns what the function does."""

    def get(self: Any) -> Any:
        """Read notes"""
        return value()

    return get


def test_a_stream_that_fails_at_once_is_a_problem(
    ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    """What fails before the first piece is a problem document."""
    stream = Stream(NotFound("No note."))
    response = ask(lambda _: stream, {200: Answer(media_types=CSV)})
    assert (response.status_code, response.mimetype) == (404, PROBLEM)


def test_a_stream_that_fails_later_breaks_off(ask: Ask) -> None:
    """What fails later ends the stream, so that the client sees that it is incomplete."""
    response = ask(lambda _: Stream("a", RuntimeError("x"), "b"), {200: Answer(media_types=CSV)})
    with pytest.raises(RuntimeError):
        _ = response.data


def test_a_stream_is_closed_without_being_read(ask: Ask) -> None:
    """HEAD closes a stream that nobody reads."""
    stream = Stream("a", "b")
    ask(lambda _: stream, {200: Answer(media_types=CSV)}, "HEAD").close()
    assert (stream.taken, stream.is_closed) == (1, True)


@pytest.fixture
def ask_file(ask: Ask, tmp_path: Path) -> Callable[..., TestResponse]:
    """The answer to a request for a file of ten bytes."""
    path = tmp_path / "report.pdf"
    path.write_bytes(b"0123456789")

    def asked(method: str = "GET", **headers: str) -> TestResponse:
        response = ask(
            lambda _: send_file(path, as_attachment=True),
            {200: Answer(media_types=PDF, file=True)},
            method,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )
        response.get_data()
        response.close()
        return response

    return asked


def test_a_file(ask_file: Callable[..., TestResponse]) -> None:
    """send_file answers with name, version and date; in part, and under conditions."""
    whole = ask_file()
    assert (whole.status_code, whole.mimetype, whole.data) == (200, PDF, b"0123456789")
    assert whole.headers["Content-Disposition"] == "attachment; filename=report.pdf"
    assert ask_file("HEAD").headers["Content-Length"] == "10"
    part = ask_file(Range="bytes=2-4")
    assert (part.status_code, part.data) == (206, b"234")
    assert part.headers["Content-Range"] == "bytes 2-4/10"
    known = ask_file(If_None_Match=whole.headers["ETag"])
    assert (known.status_code, known.data) == (304, b"")
    assert ask_file(If_Modified_Since=whole.headers["Last-Modified"]).status_code == 304
    missing = ask_file(Range="bytes=20-")
    assert (missing.status_code, missing.mimetype) == (416, PROBLEM)
    assert missing.headers["Content-Range"] == "bytes */10"
    assert missing.get_json()["type"] == "/problems#range-not-satisfiable"
    changed = ask_file(If_Match='"other"')
    assert (changed.status_code, changed.mimetype) == (412, PROBLEM)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "value",
    [
        lambda status: redirect("/else", status),
        lambda status: (None, status, {"Location": "/else"}),
    ],
)
def test_a_redirect(ask: Ask, status: int, value: Any) -> None:
    """A declared redirect is sent, whether the method returns a Response or the header."""
    response = ask(lambda _: value(status), {status: Answer(location=True)})
    assert (response.status_code, target(response)) == (status, "/else")


def test_a_redirect_of_a_value(ask: Ask) -> None:
    """A redirect takes its Location from the value, which has no schema then."""
    response = ask(Item("x"), {303: Answer(location="/notes/{0.text}")})
    assert (response.status_code, target(response)) == (303, "/notes/x")
    assert target(ask(None, {303: Answer(location="/else")})) == "/else"


def test_an_etag_without_content(ask: Ask) -> None:
    """A 204 may send the ETag of a value."""
    response = ask(Item(), {204: Answer(etag=True)}, "PUT")
    assert (response.status_code, response.headers["ETag"], response.data) == (204, '"v1"', b"")


def test_declared_headers(ask: Ask) -> None:
    """Headers that are sent as declared pass, and an optional one may be missing."""
    headers: dict[str, Any] = {
        "X-Count": fields.Int(required=True, validate=validate.Range(min=1)),
        "X-Note": "Something to note.",
        "X-Other": fields.Str(),
    }
    answers: DeclaredAnswers = {200: Answer(Note, headers=headers)}
    response = ask((NOTE, 200, {"X-Count": 5}), answers)
    assert (response.status_code, response.headers["X-Count"]) == (200, "5")
    assert ask((NOTE, 200, {"X-Count": "0"}), answers).status_code == 500


IMPOSSIBLE: dict[str, tuple[dict[str, Any], str]] = {
    "no mapping": ({"answers": [200]}, "answers= takes a mapping from each status"),
    "empty": ({"answers": {}}, "answers= takes a mapping from each status"),
    "beside returns": ({"answers": {200: Note}, "returns": Note}, "returns= and answers= both say"),
    "beside status": ({"answers": {200: Note}, "status": 200}, "status= and answers= both say"),
    "beside etag": ({"answers": {200: Note}, "etag": True}, "etag= and answers= both say"),
    "failure": ({"answers": {404: Note}}, "answers[404] is no status of a success: name failures"),
    "interim": ({"answers": {101: Note}}, "answers[101] is no status of a success"),
    "text": ({"answers": {"200": Note}}, "answers['200'] is no status: write a number"),
    "True": ({"answers": {True: Note}}, "answers[True] is no status of a success"),
    "part": ({"answers": {206: Note}}, "answers[206] is declared by file=True of answers[200]"),
    "not modified": ({"answers": {304: None}}, "answers[304] is declared by etag=True or"),
    "content of 204": ({"answers": {204: Note}}, "answers[204] has content, which this status"),
    "CSV of 205": ({"answers": {205: Answer(media_types=CSV)}}, "answers[205] has content"),
    "redirect": ({"answers": {303: None}}, "answers[303] is a redirect: say where to"),
    "redirect, short": ({"status": 303}, "status=303 is a redirect: say where to"),
    "no schema": ({"answers": {200: dict}}, "answers[200] takes a marshmallow Schema, an Answer"),
    "no schema in it": ({"answers": {200: Answer(dict)}}, "answers[200] has a schema that is no"),  # type: ignore[arg-type]
    "media type": (
        {"answers": {200: Answer(media_types="csv")}},
        "answers[200] has the media type 'csv': write type/subtype in lower case, without",
    ),
    "parameters": ({"answers": {200: Answer(media_types="text/csv; a=b")}}, "without parameters"),
    "wildcard": ({"answers": {200: Answer(media_types="text/*")}}, "has the media type 'text/*'"),
    "problem": ({"answers": {200: Answer(media_types=PROBLEM)}}, "name failures in problems="),
    "file": ({"answers": {200: Answer(Note, file=True)}}, "has file=True: that is for a 200"),
    "file, 201": ({"answers": {201: Answer(media_types=CSV, file=True)}}, "has file=True"),
    "file, etag": (
        {"answers": {200: Answer(media_types=CSV, file=True, etag=True)}},
        "has file=True and etag=True",
    ),
    "paged": ({"answers": {200: Answer(paged=True)}}, "has paged=True, and no schema"),
    "header": ({"answers": {200: Answer(Note, headers={"X A": "b"})}}, "the header 'X A', which"),
    "content type": (
        {"answers": {200: Answer(Note, headers={"Content-Type": "b"})}},
        "has the header Content-Type: write media_types= instead",
    ),
    "value of a header": (
        {"answers": {200: Answer(Note, headers={"X-A": 5})}},  # type: ignore[dict-item]
        "has the header X-A, which takes a description or a marshmallow field",
    ),
    "location": (
        {"answers": {201: Answer(Note, location="/{0")}},
        "answers[201] has a location= that is no format string",
    ),
    "no parameter": ({"answers": REPORT}, "give it a parameter media_type, which says which"),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_an_impossible_answer_is_refused(case: str) -> None:
    """An answer that cannot be kept stops the start, with the method, its place and the remedy."""
    contract, said = IMPOSSIBLE[case]

    def get(self: Any) -> None:
        """Read notes"""

    with pytest.raises(DeclarationError) as raised:
        Namespace("notes", "Notes", path="/notes").operation(**contract)(get)
    assert said in str(raised.value)
    assert f"({__file__}:" in str(raised.value)


def test_the_documents_say_what_is_answered(issuer: EmbeddedIssuer) -> None:
    """Every status, media type, header and example is in the documents of all versions."""
    answers: DeclaredAnswers = {
        200: Answer(
            Note,
            media_types={CSV: "text\nhello\n", "application/xml": "<note/>", PDF: "%PDF-"},
            headers={
                "X-Count": fields.Int(required=True, metadata={"description": "How many."}),
                "X-Note": "Something to note.",
            },
            etag=True,
        ),
        201: Answer(Receipt, description="Created", location=True),
        202: None,
        303: Answer(location="/notes", description="Elsewhere"),
    }
    documents = build_documents(created(issuer, report, answers))
    for name, document in documents.items():
        validate_document(document)
        responses = document["paths"]["/notes"]["get"]["responses"]
        assert {"200", "201", "202", "303", "304", "404", "406", "500"} <= responses.keys()
        assert responses["201"]["description"] == "Created"
        assert {"X-Count", "X-Note", "ETag"} <= responses["200"]["headers"].keys()
        assert "Location" in responses["303"]["headers"]
        if name == "swagger.json":
            assert responses["200"]["examples"][CSV] == "text\nhello\n"
            produced = document["paths"]["/notes"]["get"]["produces"]
            assert produced == [JSON, CSV, "application/xml", PDF]
            continue
        content = responses["200"]["content"]
        assert list(content) == [JSON, CSV, "application/xml", PDF]
        assert content[JSON]["example"] == NOTE
        assert content[CSV] == {"schema": {"type": "string"}, "example": "text\nhello\n"}
        assert content["application/xml"]["schema"] == {"type": "string"}
        assert content[PDF]["schema"] == {"type": "string", "format": "binary"}
        count = responses["200"]["headers"]["X-Count"]
        assert count == {
            "description": "How many.",
            "required": True,
            "schema": {"type": "integer", "description": "How many."},
        }
        assert "content" not in responses["202"]


def test_the_documents_describe_a_file(issuer: EmbeddedIssuer) -> None:
    """A file is documented with its headers, and with what a part or a condition answers."""
    answers: DeclaredAnswers = {200: Answer(media_types=PDF, file=True)}
    for name, document in build_documents(created(issuer, report, answers)).items():
        validate_document(document)
        responses = document["paths"]["/notes"]["get"]["responses"]
        assert {"200", "206", "304", "412", "416"} <= responses.keys()
        assert "Content-Disposition" in responses["200"]["headers"]
        assert "Content-Range" in responses["206"]["headers"]
        content = responses["200"] if name == "swagger.json" else responses["200"]["content"][PDF]
        assert content["schema"] == {"type": "string", "format": "binary"}
