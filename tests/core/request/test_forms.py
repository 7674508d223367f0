"""Forms with files: fields by a schema, files of the accepted media types and sizes."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow import Schema, fields, validate

from api.core.documents import build_documents
from api.core.issuer import EmbeddedIssuer
from schemas.core.files import File
from tests.core.support.echo import echo_app

MULTIPART = "multipart/form-data"
PNG = b"\x89PNG"


class Photo(Schema):
    """A photo, and what is said of it"""

    title = fields.Str(required=True, validate=validate.Length(1, 5), metadata={"example": "Hi"})
    width = fields.Int(metadata={"example": 3})
    tags = fields.List(fields.Str(), metadata={"example": ["a"]})
    photo = File(
        required=True,
        max_size=1024,
        media_types=("image/png", "audio/*"),
        metadata={"description": "The photo."},
    )
    more = fields.List(File(max_size=4), validate=validate.Length(max=2))


class Plain(Schema):
    """A form without files"""

    title = fields.Str(required=True, metadata={"example": "Hi"})


@pytest.fixture
def caller(issuer: EmbeddedIssuer) -> FlaskClient:
    body = {MULTIPART: Photo, "application/x-www-form-urlencoded": Plain}
    return echo_app(issuer, body=body, max_body=4096).test_client()


def file(data: bytes = PNG, name: str = "a.png", media_type: str = "image/png") -> Any:
    return (io.BytesIO(data), name, media_type)


def test_fields_and_files_reach_the_method(caller: FlaskClient) -> None:
    """The method gets values of the schema, and each file with its name, type, size and content."""
    more = [file(b"1", "1.txt", "text/plain"), file(b"22", "2.txt", "text/plain")]
    data = {"title": "Hi", "width": "3", "tags": ["a", "b"], "photo": file(), "more": more}
    answer = caller.post("/echo", data=data, content_type=MULTIPART)
    assert answer.json == {
        "read": {
            "title": "Hi",
            "width": 3,
            "tags": ["a", "b"],
            "photo": ["a.png", "image/png", 4, "\x89PNG"],
            "more": [["1.txt", "text/plain", 1, "1"], ["2.txt", "text/plain", 2, "22"]],
        }
    }


@pytest.mark.parametrize(
    ("sent", "safe"),
    [
        ("a.png", "a.png"),
        ("../../etc/passwd", "etc_passwd"),
        ("C:\\photos\\a.png", "Cphotosa.png"),
        ("Grüße 1.png", "Grue_1.png"),
        ("..", "file"),
        ("/", "file"),
        ("写真", "file"),
        ("写真.png", "file.png"),
        ("png", "png"),
        (".png", "png"),
        ("写真.写真", "file"),
        ("写真.tar.gz", "tar.gz"),
        ("a" * 300 + ".png", "a" * 180 + ".png"),
        ("a." + "b" * 300, "a." + "b" * 19),
    ],
)
def test_a_filename_is_safe(caller: FlaskClient, sent: str, safe: str) -> None:
    """The name of a file is safe to use in a path, and never empty, whatever the client sends."""
    data = {"title": "Hi", "photo": file(name=sent)}
    answer = caller.post("/echo", data=data, content_type=MULTIPART)
    assert answer.get_json()["read"]["photo"][0] == safe


@pytest.mark.parametrize("name", ["", "a.png"])
def test_a_file_that_is_not_chosen(caller: FlaskClient, name: str) -> None:
    """A part without name and content, which browsers send where no file is chosen, is no file."""
    data = {"title": "Hi", "photo": file(), "more": file(b"", name)}
    answer = caller.post("/echo", data=data, content_type=MULTIPART)
    assert ("more" in answer.get_json()["read"]) == bool(name)


BAD: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"photo": None}, {"photo": "Missing data for required field."}),
    ({"photo": file(b"", "")}, {"photo": "Missing data for required field."}),
    ({"photo": "text"}, {"photo": "Not a file: send a part with a filename."}),
    ({"photo": file(media_type="text/html")}, {"photo": "image/png, audio/*"}),
    ({"photo": file(b"x" * 1025)}, {"photo": "Larger than 1,024 bytes."}),
    ({"photo": [file(), file()]}, {"photo": "Give it once."}),
    ({"more": [file(b"1"), file(b"12345")]}, {"more/1": "Larger than 4 bytes."}),
    ({"more": [file(b"1")] * 3}, {"more": "Longer than maximum length 2."}),
    ({"title": file()}, {"title": "Not a valid string."}),
    ({"title": ["a", "b"]}, {"title": "Give it once."}),
    ({"title": "", "width": "x"}, {"title": "Length", "width": "Not a valid integer."}),
    ({"other": file()}, {"other": "Unknown field."}),
    ({"other": "x"}, {"other": "Unknown field."}),
]


@pytest.mark.parametrize(("change", "errors"), BAD)
def test_each_field_that_does_not_fit_is_named(
    caller: FlaskClient, change: dict[str, Any], errors: dict[str, str]
) -> None:
    """A field or file that does not fit is 422, by its name."""
    sent = {"title": "Hi", "photo": file()} | change
    data = {name: _fresh(value) for name, value in sent.items() if value is not None}
    refused = caller.post("/echo", data=data, content_type=MULTIPART)
    assert refused.status_code == 422
    said = {error["parameter"]: error["detail"] for error in refused.get_json()["errors"]}
    assert said.keys() == errors.keys()
    assert all(text in said[name] for name, text in errors.items())


def _fresh(value: Any) -> Any:
    """The client closes what it has sent."""
    if isinstance(value, list):
        return [_fresh(each) for each in value]
    if isinstance(value, tuple):
        return (io.BytesIO(value[0].getvalue()), *value[1:])
    return value


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"nonsense", f"{MULTIPART}; boundary=x", 400),
        (b"--x\r\n\r\nhalf", f"{MULTIPART}; boundary=x", 400),
        (b"--x--\r\n", f"{MULTIPART}; boundary=x", 422),
        (b"--x--\r\n", MULTIPART, 400),
        (b"--x--\r\n", f"{MULTIPART}; boundary=\xe9".encode("latin-1").decode("latin-1"), 400),
        (b"x" * 4097, f"{MULTIPART}; boundary=x", 413),
        (b"title=Hi", "application/x-www-form-urlencoded", 200),
    ],
)
def test_a_form_that_cannot_be_read(
    caller: FlaskClient, body: bytes, media_type: str, status: int
) -> None:
    """A form that is broken or too large is a problem, and not an empty form."""
    answer = caller.post("/echo", data=body, content_type=media_type)
    assert answer.status_code == status


def test_a_form_is_documented(issuer: EmbeddedIssuer) -> None:
    """A file is a binary string with its limit and media types, and a file of formData in 2.0."""
    documents = build_documents(echo_app(issuer, body={MULTIPART: Photo}, max_body=4096))
    for name in ("openapi.json", "openapi-3.0.json"):
        body = documents[name]["paths"]["/echo"]["post"]["requestBody"]
        form = body["content"][MULTIPART]
        assert form["encoding"] == {"photo": {"contentType": "image/png, audio/*"}}
        schema = documents[name]["components"]["schemas"]["Photo"]
        assert schema["properties"]["photo"] == {
            "type": "string",
            "format": "binary",
            "maxLength": 1024,
            "description": "The photo.",
            "writeOnly": True,
        }
        assert schema["properties"]["more"]["items"]["format"] == "binary"
        assert schema["required"] == ["photo", "title"]
    operation = documents["swagger.json"]["paths"]["/echo"]["post"]
    parameters = {each["name"]: each for each in operation["parameters"]}
    assert {each["in"] for each in parameters.values()} == {"formData"}
    assert (parameters["photo"]["type"], parameters["photo"]["required"]) == ("file", True)
    assert parameters["tags"]["collectionFormat"] == "multi"
    assert operation["consumes"] == [MULTIPART]
