"""An operation reads the media types that it declares, each in its way, and no others."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow import Schema, fields, validate
from marshmallow_oneofschema.one_of_schema import OneOfSchema

from api.core.bridge import Namespace
from api.core.declarations import DeclarationError
from api.core.documents import build_documents
from api.core.issuer import EmbeddedIssuer
from schemas.core.files import File
from tests.core.support.echo import echo_app

PROBLEM = "application/problem+json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
PATCH = "application/merge-patch+json"


class Note(Schema):
    """A note"""

    text = fields.Str(required=True, validate=validate.Length(1, 5), metadata={"example": "Hi"})
    tags = fields.List(fields.Str(), metadata={"example": ["a"]})


class Other(Schema):
    """Another note"""

    title = fields.Str(required=True, metadata={"example": "Hi"})


class Photo(Schema):
    """A photo"""

    photo = File(required=True, max_size=2048, media_types=("image/png",))


SEVERAL: dict[str, Any] = {
    "application/json": Note,
    "application/vnd.other+json": Other,
    FORM: Note,
    PATCH: Note,
    "image/png": bytes,
    "audio/*": bytes,
    "text/plain": str,
}

READ: list[tuple[bytes, str, Any]] = [
    (b'{"text": "Hi"}', "application/json", {"text": "Hi"}),
    (b'{"text": "Hi"}', "Application/JSON; charset=UTF-8", {"text": "Hi"}),
    (b'{"title": "Hi"}', "application/vnd.other+json", {"title": "Hi"}),
    (b"text=Hi&tags=a&tags=b", FORM, {"text": "Hi", "tags": ["a", "b"]}),
    (b'{"tags": null}', PATCH, {"tags": None}),
    (b"\x89PNG\xff", "image/png", "\x89PNG\xff"),
    (b"\x89PNG\xff", "image/png; charset=x", "\x89PNG\xff"),
    (b"", "image/png", ""),
    (b"ID3", "audio/mpeg", "ID3"),
    ("Grüß".encode(), "text/plain", "Grüß"),
    ("Grüß".encode(), "text/plain; charset=utf-8", "Grüß"),
]


@pytest.fixture
def several(issuer: EmbeddedIssuer) -> FlaskClient:
    return echo_app(issuer, body=SEVERAL).test_client()


@pytest.mark.parametrize(("body", "media_type", "read"), READ)
def test_each_media_type_is_read_in_its_way(
    several: FlaskClient, body: bytes, media_type: str, read: Any
) -> None:
    """The method gets values of the schema of the media type that was sent, or bytes or text."""
    answer = several.post("/echo", data=body, content_type=media_type)
    assert (answer.status_code, answer.json) == (200, {"read": read})


REFUSED: list[tuple[bytes, str, int, dict[str, str] | None]] = [
    (b'{"text": ""}', "application/json", 422, {"pointer": "/text"}),
    (b"{}", "application/vnd.other+json", 422, {"pointer": "/title"}),
    (b"[1]", "application/json", 422, {"pointer": ""}),
    (b"text=", FORM, 422, {"parameter": "text"}),
    (b"text=a&text=b", FORM, 422, {"parameter": "text"}),
    (b"text=a&more=b", FORM, 422, {"parameter": "more"}),
    (b'{"text": null}', PATCH, 422, {"pointer": "/text"}),
    (b"{", "application/json", 400, None),
    (b"{", PATCH, 400, None),
    (b"\xff=1", FORM, 400, None),
    (b"\xff", "text/plain", 400, None),
    (b"x", "text/csv", 415, None),
    (b"x", "image/gif", 415, None),
    (b"{}", "application/json; charset=latin-1", 415, None),
    (b"x", "text/plain; charset=latin-1", 415, None),
    (b"text=a", f"{FORM}; charset=latin-1", 415, None),
    (b"{}", "", 415, None),
    (b"", "", 415, None),
    (b"x" * 70000, "text/csv", 413, None),
    (b"x" * 70000, "image/png", 413, None),
    (b"text=".ljust(70000, b"x"), FORM, 413, None),
]


@pytest.mark.parametrize(("body", "media_type", "status", "named"), REFUSED)
def test_what_cannot_be_read_is_a_problem(
    several: FlaskClient, body: bytes, media_type: str, status: int, named: dict[str, str] | None
) -> None:
    """What is of no declared media type, malformed, too large or invalid is refused."""
    refused = several.post("/echo", data=body, content_type=media_type)
    assert (refused.status_code, refused.mimetype) == (status, PROBLEM)
    if named:
        [error] = refused.get_json()["errors"]
        assert error | named == error


@pytest.mark.parametrize(
    ("method", "header"), [("post", "Accept-Post"), ("patch", "Accept-Patch"), ("put", "Accept")]
)
def test_the_media_types_that_are_read_are_named(
    issuer: EmbeddedIssuer, method: str, header: str
) -> None:
    """A refusal of a media type names those that are read, in the detail and in the headers."""
    body = {"application/json": Note, "image/png": bytes}
    client = echo_app(issuer, method=method, body=body).test_client()
    refused = client.open("/echo", method=method.upper(), data=b"x", content_type="text/csv")
    detail = "Send the body as application/json or image/png, text in UTF-8."
    assert (refused.status_code, refused.get_json()["detail"]) == (415, detail)
    for name in ("Accept", header):
        assert refused.headers[name] == "application/json, image/png"


def test_every_media_type_is_documented(issuer: EmbeddedIssuer) -> None:
    """Each media type is documented with its schema, and with the statuses of a bad body."""
    documents = build_documents(echo_app(issuer, body=SEVERAL, max_body=1024))
    for name in ("openapi.json", "openapi-3.0.json"):
        operation = documents[name]["paths"]["/echo"]["post"]
        assert operation["requestBody"]["content"].keys() == SEVERAL.keys()
        assert operation["requestBody"]["description"] == "At most 1 KiB."
        content = operation["requestBody"]["content"]
        assert content["image/png"]["schema"] == {"type": "string", "format": "binary"}
        assert content["text/plain"]["schema"] == {"type": "string"}
        assert content["application/json"]["schema"] != content[PATCH]["schema"]
        assert {"400", "408", "413", "415", "422"} <= operation["responses"].keys()
    operation = documents["swagger.json"]["paths"]["/echo"]["post"]
    assert FORM in operation["consumes"]


def test_bytes_alone_are_never_invalid(issuer: EmbeddedIssuer) -> None:
    """An operation that reads bytes alone does not document a status of values that do not fit."""
    for document in build_documents(echo_app(issuer, body={"*/*": bytes})).values():
        responses = document["paths"]["/echo"]["post"]["responses"]
        assert {"400", "413", "415"} <= responses.keys()
        assert "422" not in responses


class Nested(Schema):
    note = fields.Nested(Note)


class Deep(Schema):
    photos = fields.List(fields.Nested(Photo))


Either = type("Either", (OneOfSchema,), {"type_schemas": {"note": Note, "other": Other}})


IMPOSSIBLE: list[tuple[Any, str]] = [
    ({}, "takes a marshmallow Schema, or a dict of media types"),
    ("Note", "takes a marshmallow Schema, or a dict of media types"),
    (bytes, "takes a marshmallow Schema, or a dict of media types"),
    ({"json": Note}, "has 'json', which is no media type"),
    ({"Application/JSON": Note}, "is no media type in lower case without parameters"),
    ({"text/plain; charset=utf-8": str}, "is no media type in lower case without parameters"),
    ({"text/csv": Note}, "has a schema for text/csv: write bytes or str"),
    ({"application/json": dict}, "which is no marshmallow Schema, bytes or str"),
    ({FORM: Photo}, "files are sent as multipart/form-data"),
    ({FORM: Nested}, "note is none of these"),
    ({MULTIPART: Nested}, "note is none of these"),
    ({MULTIPART: Note(many=True)}, "a form is one object"),
    ({PATCH: Note(many=True)}, "changes one object"),
    ({"application/json": Photo}, "has a File in application/json"),
    ({"application/json": Deep}, "has a File in application/json"),
    (Photo, "has a File in application/json"),
    ({FORM: Either}, "has a polymorphic schema for application/x-www-form-urlencoded"),
    ({PATCH: Either}, "has a polymorphic schema for application/merge-patch+json"),
    ({MULTIPART: Photo}, "max_body= is below the max_size= of photo"),
]


@pytest.mark.parametrize(("body", "said"), IMPOSSIBLE)
def test_an_impossible_body_is_refused_at_the_start(body: Any, said: str) -> None:
    """A body that cannot be read as declared is refused, with the name and place of the method."""
    ns = Namespace("echo", "Echo", path="/echo")
    with pytest.raises(DeclarationError, match=r"view \(.*test_media_types.py") as raised:
        ns.operation(body=body, max_body=1024)(view)
    assert said in str(raised.value)


def view(_self: Any, body: Any) -> None:
    """A method that reads a body."""


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_body_of_a_get_is_refused_at_the_start(issuer: EmbeddedIssuer, method: str) -> None:
    """A method whose requests have no content cannot declare a body."""
    with pytest.raises(DeclarationError, match=r"Echoes\..* declares a body") as raised:
        echo_app(issuer, method=method, body=Note)
    assert "read a query, or write post" in str(raised.value)
