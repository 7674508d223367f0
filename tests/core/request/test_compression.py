"""A body with Content-Encoding gzip is read where the operation accepts it, within its limit."""

import gzip
import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow import Schema, fields

from api.core.documents import build_documents
from api.core.issuer import EmbeddedIssuer
from schemas.core.files import File
from tests.core.support.echo import echo_app

PROBLEM = "application/problem+json"
LIMIT = 4096


class Form(Schema):
    text = fields.Str()
    file = File()


class Note(Schema):
    text = fields.Str(required=True)


BODY: dict[str, Any] = {
    "application/json": Note,
    "text/plain": str,
    "multipart/form-data": Form,
    "application/x-www-form-urlencoded": Note,
}


@pytest.fixture
def caller(issuer: EmbeddedIssuer) -> FlaskClient:
    return echo_app(issuer, body=BODY, max_body=LIMIT, gzip=True).test_client()


def send(
    client: FlaskClient,
    data: bytes,
    coding: str = "gzip",
    media_type: str = "text/plain",
    **kw: Any,
) -> Any:
    headers = {"Content-Encoding": coding}
    return client.post("/echo", data=data, content_type=media_type, headers=headers)


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip"])
def test_a_compressed_body_is_read(caller: FlaskClient, coding: str) -> None:
    """A compressed body is read as it was before it was compressed."""
    assert send(caller, gzip.compress(b"hello", mtime=0), coding).json == {"read": "hello"}


@pytest.mark.parametrize("coding", ["", "identity"])
def test_an_uncompressed_body_is_read(caller: FlaskClient, coding: str) -> None:
    """An operation that accepts gzip reads bodies without it as well."""
    assert send(caller, b"hello", coding).json == {"read": "hello"}


@pytest.mark.parametrize(
    ("body", "media_type", "read"),
    [
        (b'{"text": "Hi"}', "application/json", {"text": "Hi"}),
        (b"text=Hi", "application/x-www-form-urlencoded", {"text": "Hi"}),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nHi\r\n--x--',
            "multipart/form-data; boundary=x",
            {"file": ["a", "", 2, "Hi"]},
        ),
    ],
)
def test_every_media_type_may_be_compressed(
    caller: FlaskClient, body: bytes, media_type: str, read: Any
) -> None:
    """JSON and forms may be compressed as well."""
    answer = send(caller, gzip.compress(body, mtime=0), media_type=media_type)
    assert (answer.status_code, answer.json) == (200, {"read": read})


def test_members_that_follow_each_other_are_one_body(caller: FlaskClient) -> None:
    """A body of several members of gzip is read to its end (RFC 1952 section 2.2)."""
    data = gzip.compress(b"hello ", mtime=0) + gzip.compress(b"world", mtime=0)
    assert send(caller, data).json == {"read": "hello world"}


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"\x1f\x8b",
        gzip.compress(b"hello", mtime=0)[:-1],
        gzip.compress(b"hello", mtime=0)[:12],
        gzip.compress(b"hello", mtime=0)[:-8] + b"\0" * 8,
        gzip.compress(b"hello", mtime=0) + b"more",
        b"\x1f\x8b\x08\x00" + b"\xff" * 40,
        b"",
        gzip.compress(b"") * 101,
    ],
)
def test_a_broken_body_is_400(caller: FlaskClient, data: bytes) -> None:
    """What is not gzip, or breaks off, is 400."""
    refused = send(caller, data)
    assert (refused.status_code, refused.mimetype) == (400, PROBLEM)
    assert refused.get_json()["detail"].startswith("The request body could not be read as gzip")


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1, 100 * 1024 * 1024])
@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_the_limit_holds_for_the_decoded_body(caller: FlaskClient, size: int, framing: str) -> None:
    """A small body that is decoded to more than the limit is 413."""
    data = gzip.compress(b"x" * size, mtime=0) if size < 10**6 else BOMB
    if framing == "length":
        answer = send(caller, data[:LIMIT])
    else:
        answer = caller.post(
            "/echo",
            input_stream=io.BytesIO(data),
            content_type="text/plain",
            headers={"Content-Encoding": "gzip", "Transfer-Encoding": "chunked"},
            environ_overrides={"wsgi.input_terminated": True},
        )
    assert answer.status_code == (200 if size == LIMIT else 413)
    if size != LIMIT:
        detail = "The request body is over the limit of 4 KiB."
        assert answer.get_json()["detail"] == detail


BOMB = gzip.compress(b"x" * 100 * 1024 * 1024, mtime=0)


def test_the_limit_holds_for_the_compressed_body(caller: FlaskClient) -> None:
    """A body over the limit is 413 before it is decoded."""
    assert send(caller, b"x" * (LIMIT + 1)).status_code == 413


@pytest.mark.parametrize(
    ("gzip", "coding", "accepted"),
    [
        (True, "br", "gzip"),
        (True, "gzip, gzip", "gzip"),
        (True, "deflate", "gzip"),
        (False, "gzip", "identity"),
        (False, "x", "identity"),
    ],
)
def test_another_coding_is_415(
    issuer: EmbeddedIssuer, gzip: bool, coding: str, accepted: str
) -> None:
    """A coding that is not accepted is 415, and Accept-Encoding says which is (RFC 7694)."""
    client = echo_app(issuer, body=BODY, max_body=LIMIT, gzip=gzip).test_client()
    refused = send(client, b"hello", coding)
    assert (refused.status_code, refused.headers["Accept-Encoding"]) == (415, accepted)
    assert "without a Content-Encoding" in refused.get_json()["detail"]
    assert ("with gzip" in refused.get_json()["detail"]) == gzip
    assert send(client, b"x" * (LIMIT + 1), coding).status_code == 413


def test_the_coding_is_documented(issuer: EmbeddedIssuer) -> None:
    """The description of the body says that it may be compressed."""
    app = echo_app(issuer, body={"application/json": Note}, max_body=LIMIT, gzip=True)
    for document in build_documents(app).values():
        operation = document["paths"]["/echo"]["post"]
        body = operation.get("requestBody") or operation["parameters"][0]
        said = "At most 4 KiB. It may be sent with `Content-Encoding: gzip`."
        assert body["description"] == said
