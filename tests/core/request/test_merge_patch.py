"""JSON Merge Patch (RFC 7396): null removes, and what is left out stays as it is."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow import Schema, fields, validate, validates_schema

from api.core.documents import build_documents
from api.core.issuer import EmbeddedIssuer
from tests.core.support.echo import echo_app

PATCH = "application/merge-patch+json"


class Author(Schema):
    """An author"""

    name = fields.Str(required=True, metadata={"example": "Ann"})
    email = fields.Str(metadata={"example": "ann@example.com"})


class Chapter(Schema):
    """A chapter"""

    title = fields.Str(required=True, metadata={"example": "One"})
    pages = fields.Int(metadata={"example": 9})


class Novel(Schema):
    """A book"""

    id = fields.Int(dump_only=True)
    title = fields.Str(required=True, validate=validate.Length(1, 9), metadata={"example": "Dune"})
    subtitle = fields.Str(data_key="subTitle", load_default="none", metadata={"example": "x"})
    author = fields.Nested(Author, required=True)
    editor = fields.Nested(Author)
    chapters = fields.List(fields.Nested(Chapter))
    pages = fields.Int()
    labels = fields.Dict(keys=fields.Str(), values=fields.Str(), metadata={"example": {"a": "b"}})
    parent = fields.Nested(lambda: Novel(exclude=("chapters",)))

    @validates_schema
    def check(self, data: dict[str, Any], *, partial: Any, **_more: Any) -> None:
        assert partial or data["title"]


@pytest.fixture
def caller(issuer: EmbeddedIssuer) -> FlaskClient:
    return echo_app(issuer, method="patch", body={PATCH: Novel}).test_client()


def send(client: FlaskClient, patch: Any) -> Any:
    return client.patch("/echo", data=json.dumps(patch), content_type=PATCH)


GOOD: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"title": "Emma"}, {"title": "Emma"}),
    ({"subTitle": None}, {"subtitle": None}),
    ({"editor": None}, {"editor": None}),
    ({"editor": {"email": None}}, {"editor": {"email": None}}),
    ({"author": {"email": "a"}}, {"author": {"email": "a"}}),
    ({"author": {}}, {"author": {}}),
    ({"chapters": [{"title": "One"}]}, {"chapters": [{"title": "One"}]}),
    ({"chapters": None}, {"chapters": None}),
    ({"labels": {"a": None, "b": "c"}}, {"labels": {"a": None, "b": "c"}}),
    ({"parent": {"parent": {"editor": None}}}, {"parent": {"parent": {"editor": None}}}),
]


@pytest.mark.parametrize(("patch", "read"), GOOD)
def test_what_is_sent_is_changed(
    caller: FlaskClient, patch: dict[str, Any], read: dict[str, Any]
) -> None:
    """The method gets the members that are sent, with None for those to remove."""
    answer = send(caller, patch)
    assert (answer.status_code, answer.json) == (200, {"read": read})


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ([], ""),
        (None, ""),
        ({"title": None}, "/title"),
        ({"title": ""}, "/title"),
        ({"author": None}, "/author"),
        ({"author": {"name": None}}, "/author/name"),
        ({"editor": {"name": None}}, "/editor/name"),
        ({"editor": {"other": None}}, "/editor/other"),
        ({"chapters": [{"pages": 1}]}, "/chapters/0/title"),
        ({"chapters": [{"title": "One", "pages": None}]}, "/chapters/0/pages"),
        ({"chapters": [{"title": "One", "pages": "9"}]}, "/chapters/0/pages"),
        ({"parent": {"pages": "9"}}, "/parent/pages"),
        ({"labels": {"a": 5}}, "/labels/a"),
        ({"parent": {"chapters": []}}, "/parent/chapters"),
        ({"id": None}, "/id"),
        ({"more": None}, "/more"),
    ],
)
def test_what_cannot_be_changed_is_named(caller: FlaskClient, patch: Any, pointer: str) -> None:
    """A member that must be there cannot be removed, and the items of arrays are whole."""
    refused = send(caller, patch)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.get_json()["errors"]] == [pointer]


def test_a_patch_is_documented(issuer: EmbeddedIssuer) -> None:
    """The schema of a patch requires nothing, and says which members can be removed."""
    app = echo_app(issuer, method="patch", body={PATCH: Novel, "application/json": Novel})
    document = build_documents(app)["openapi.json"]
    content = document["paths"]["/echo"]["patch"]["requestBody"]["content"]
    assert content[PATCH]["schema"] == {"$ref": "#/components/schemas/NovelMergePatch"}
    schema = document["components"]["schemas"]["NovelMergePatch"]
    assert "required" not in schema
    assert schema["properties"]["title"]["type"] == "string"
    assert schema["properties"]["subTitle"]["type"] == ["string", "null"]
    assert "default" not in schema["properties"]["subTitle"]


def test_two_operations_share_a_patch(issuer: EmbeddedIssuer) -> None:
    """The patch of a schema has one name, however many operations read it."""
    body = {PATCH: Author, "application/merge-patch+json": Author}
    echo_app(issuer, method="patch", body=body)
    names = build_documents(echo_app(issuer, method="patch", body=body))["openapi.json"]
    assert "AuthorMergePatch" in names["components"]["schemas"]
