"""Every idiom of marshmallow is documented truly, validated and answered, in three versions."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator
from openapi_spec_validator import (
    OpenAPIV2SpecValidator,
    OpenAPIV30SpecValidator,
    OpenAPIV31SpecValidator,
)
from werkzeug.serving import make_server

from api.core import encoding
from api.core.documents import build_documents
from api.core.factory import create_app
from api.core.settings import Settings
from tests.core.demo import application
from tests.core.support.marshmallow_table import (
    BODIES,
    PARAMETERS,
    ROWS,
    body_namespace,
    namespace,
    query_namespace,
)

JSON = "application/json"
DOCUMENTS = {
    "openapi.json": OpenAPIV31SpecValidator,
    "openapi-3.0.json": OpenAPIV30SpecValidator,
    "swagger.json": OpenAPIV2SpecValidator,
}
GOOD = [(name, *pair) for name, row in ROWS.items() for pair in row.pairs]
BAD = [(name, value) for name, row in ROWS.items() for value in row.bad]
UNSAID = [(name, value) for name, row in ROWS.items() for value in row.unsaid]
# What a version has no word for, so that it says less: the items of a tuple one by one, the keys of
# an object, and in 2.0 also alternatives, exclusions, and null alone.
LESS_IN_30 = {"tuple", "dict-typed", "dict-integer-keys", "dict-uuid-keys", "dict-enum-keys"}
LESS_IN_20 = LESS_IN_30 | {
    *("none-of", "contains-none-of", "ip", "tuple-of-nested", "enum-mixed", "raw", "function"),
    *("integer-text", "float-text", "decimal-text", "boolean-words"),
    *("polymorphic", "polymorphic-list", "polymorphic-many"),
}
LESS: dict[str, set[str]] = {
    "openapi.json": set(),
    "openapi-3.0.json": LESS_IN_30,
    "swagger.json": LESS_IN_20,
}
FORMATS = FormatChecker()


def _is_uri(value: Any) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


def _is_email(value: Any) -> bool:
    return not isinstance(value, str) or "@" in value


FORMATS.checks("uri")(_is_uri)
FORMATS.checks("email")(_is_email)


@cache
def app() -> Flask:
    """The application of the table."""
    settings = Settings(auth0_domain=("example.eu.auth0.com",), auth0_audience="https://a.example/")
    return create_app(
        replace(application, namespaces=(namespace(), query_namespace(), body_namespace())),
        settings,
    )


@cache
def document(name: str) -> dict[str, Any]:
    """A document of the application."""
    return build_documents(app())[name]


@pytest.fixture
def client() -> FlaskClient:
    return app().test_client()


def text(value: Any) -> bytes:
    """A body that has a value in `it`."""
    try:
        return encoding.dumps({"it": value})
    except encoding.EncodingError:
        return json.dumps({"it": value}).encode()


def ids(value: Any) -> str:
    return value if isinstance(value, str) and value in ROWS else ascii(value)[:40]


class Schemas:
    """The schemas of one operation of one document, for a validator."""

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        operation = document(name)["paths"][path]["post"]
        if name == "swagger.json":
            [body] = operation["parameters"]
            self.request, self.answer = body["schema"], operation["responses"]["200"]["schema"]
            return
        self.request = operation["requestBody"]["content"][JSON]["schema"]
        self.answer = operation["responses"]["200"]["content"][JSON]["schema"]

    def errors(self, schema: Mapping[str, Any], body: Any) -> list[str]:
        whole = document(self.name)
        if self.name == "openapi.json":
            root = {**schema, "components": whole["components"]}
            validator = Draft202012Validator(root, format_checker=FORMATS)
        else:
            parts = {key: whole[key] for key in ("components", "definitions") if key in whole}
            root = {**schema} | parts
            kind = OAS30ReadValidator if schema is self.answer else OAS30WriteValidator
            validator = kind(_of_20(root), format_checker=FORMATS)
        return [error.message for error in validator.iter_errors(_whole(body))]


def _of_20(value: Any) -> Any:
    """Schemas of 2.0 in the words of 3.0."""
    if isinstance(value, list):
        return [_of_20(each) for each in value]
    if not isinstance(value, dict):
        return value
    members = {name: _of_20(each) for name, each in value.items() if name != "x-nullable"}
    if "x-nullable" in value:
        null = {"type": "object", "nullable": True, "enum": [None]}
        return {"anyOf": [{"nullable": True, **members}, null]}
    if isinstance(members.get("discriminator"), str):
        del members["discriminator"]
    return members


def _whole(value: Any) -> Any:
    """Values in which 5.0 is 5, as it is in JSON Schema since draft 6."""
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documents_are_valid(name: str) -> None:
    """The document of the table is valid in each version."""
    assert list(DOCUMENTS[name](document(name)).iter_errors()) == []


@pytest.mark.parametrize(("row", "sent", "answered"), GOOD, ids=ids)
def test_a_good_value_comes_back(client: FlaskClient, row: str, sent: Any, answered: Any) -> None:
    """A good value goes in, and comes out as documented, with all of its digits."""
    for path in (row, f"null/{row}"):
        response = client.post(f"/table/{path}", data=text(sent), content_type=JSON)
        assert response.status_code == 200, response.text
        assert json.loads(response.data, parse_float=Decimal) == json.loads(
            text(answered), parse_float=Decimal
        )
        for name in DOCUMENTS:
            schemas = Schemas(name, f"/table/{path}")
            assert schemas.errors(schemas.request, json.loads(text(sent))) == [], name
            assert schemas.errors(schemas.answer, response.json) == [], name


@pytest.mark.parametrize("row", ROWS)
def test_null(client: FlaskClient, row: str) -> None:
    """Null is accepted, documented and answered where it is allowed, and nowhere else."""
    body = {"it": None}
    response = client.post(f"/table/null/{row}", json=body)
    assert (response.status_code, response.json) == (200, {**body}) or row in NOT_NULL, (
        response.text
    )
    is_allowed = client.post(f"/table/{row}", json=body).status_code == 200
    for name in DOCUMENTS:
        schemas = Schemas(name, f"/table/null/{row}")
        assert schemas.errors(schemas.request, body) == [], name
        assert schemas.errors(schemas.answer, body) == [], name
        plain = Schemas(name, f"/table/{row}")
        assert (schemas.errors(plain.request, body) == []) == is_allowed or _says_less(name, row)


NOT_NULL = {"constant"}


def _says_less(name: str, row: str) -> bool:
    return row in LESS[name]


@pytest.mark.parametrize(("row", "sent"), [*BAD, *UNSAID], ids=ids)
def test_a_bad_value_is_named(client: FlaskClient, row: str, sent: Any) -> None:
    """A bad value is answered 422 with a pointer to it, and does not fit the documents."""
    response = client.post(f"/table/{row}", data=text(sent), content_type=JSON)
    assert response.status_code == 422, response.text
    errors = response.get_json()["errors"]
    assert errors
    for error in errors:
        assert error["pointer"].startswith("/it")
        assert _is_there(error["pointer"], {"it": sent}), error


def _is_there(pointer: str, body: Any) -> bool:
    """Whether a pointer leads to a value, or to a member that is missing."""
    for part in pointer.split("/")[1:]:
        if isinstance(body, list):
            body = body[int(part)]
        elif isinstance(body, dict):
            body = body.get(part)
        else:
            return False
    return True


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize(("row", "sent"), BAD, ids=ids)
def test_a_bad_value_does_not_fit_the_documents(name: str, row: str, sent: Any) -> None:
    """A value that is refused does not fit what the document says, in each version."""
    schemas = Schemas(name, f"/table/{row}")
    fits = schemas.errors(schemas.request, json.loads(text(sent))) == []
    assert not fits or _says_less(name, row)


@pytest.mark.parametrize(
    ("row", "sent", "answered"),
    [(name, *pair) for name, row in BODIES.items() for pair in row.good],
    ids=ids,
)
def test_a_good_body_comes_back(client: FlaskClient, row: str, sent: Any, answered: Any) -> None:
    """A good body goes in, and comes out as documented, in each version."""
    response = client.post(f"/bodies/{row}", json=sent)
    assert (response.status_code, response.json) == (200, answered), response.text
    for name in DOCUMENTS:
        schemas = Schemas(name, f"/bodies/{row}")
        assert schemas.errors(schemas.request, sent) == [], name
        assert schemas.errors(schemas.answer, answered) == [], name


@pytest.mark.parametrize(
    ("row", "sent", "pointer"),
    [(name, *pair) for name, row in BODIES.items() for pair in row.bad],
    ids=ids,
)
def test_a_bad_body_is_named(client: FlaskClient, row: str, sent: Any, pointer: str) -> None:
    """A bad body is answered 422 with a pointer to what is wrong, and does not fit the document."""
    response = client.post(f"/bodies/{row}", data=json.dumps(sent), content_type=JSON)
    assert response.status_code == 422, response.text
    assert pointer in [error["pointer"] for error in response.get_json()["errors"]]
    if not row.startswith("rules"):
        schemas = Schemas("openapi.json", f"/bodies/{row}")
        assert schemas.errors(schemas.request, sent)


@pytest.mark.parametrize(
    ("name", "query", "read"),
    [(name, *pair) for name, row in PARAMETERS.items() for pair in row.good.items()],
    ids=ids,
)
def test_a_good_query_is_read(client: FlaskClient, name: str, query: str, read: Any) -> None:
    """A good parameter is read and comes back."""
    response = client.get(f"/query/{name}?{query}")
    assert (response.status_code, response.json) == (200, {"it": read})


@pytest.mark.parametrize(
    ("name", "query"), [(name, bad) for name, row in PARAMETERS.items() for bad in row.bad], ids=ids
)
def test_a_bad_query_is_named(client: FlaskClient, name: str, query: str) -> None:
    """A bad parameter is answered 422 with its name."""
    response = client.get(f"/query/{name}?{query}")
    assert response.status_code == 422, response.text
    named = {error["parameter"].partition("/")[0] for error in response.get_json()["errors"]}
    assert named == {query.partition("=")[0]}


_TEXTS = st.one_of(
    st.sampled_from(
        [
            *("", "0", "-1", "1e400", "1E999999999", "nan", "inf", "true", "1_0", "RED", "circle"),
            *("2026-01-02", "2026-01-02T03:04:05", "9999-12-31T23:59:59-23:59", "24:00:00"),
            *("Mon, 02 Jan 2026 03:04:05 +0000", "::", "1.2.3.4", "a@b.cd", "http://a.bc", "\0"),
        ]
    ),
    st.text(max_size=9),
)
_NAMES = st.sampled_from(["type", "name", "radius", "side", "inner", "children", "low", "high"])
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, width=32)
    | _TEXTS
    | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES | _TEXTS, inner, max_size=3),
    max_leaves=8,
)
_FUZZED = settings(max_examples=15, deadline=None, derandomize=True, database=None)


@pytest.mark.parametrize("row", ROWS)
def test_no_value_is_a_fault_of_the_server(row: str) -> None:
    """Whatever JSON is sent for a field, it is read or refused."""
    client = app().test_client()

    @_FUZZED
    @given(_VALUES)
    def send(value: Any) -> None:
        body = json.dumps({"it": value})
        response = client.post(f"/table/{row}", data=body, content_type=JSON)
        assert response.status_code in (200, 400, 422), body

    send()


@pytest.mark.parametrize("name", PARAMETERS)
def test_no_query_is_a_fault_of_the_server(name: str) -> None:
    """Whatever is sent for a parameter, it is read or refused."""
    client = app().test_client()

    @_FUZZED
    @given(st.lists(_TEXTS, max_size=3))
    def send(texts: list[str]) -> None:
        response = client.get(f"/query/{name}", query_string=[("it", text) for text in texts])
        assert response.status_code in (200, 422), texts

    send()


LISTS = {
    "list": ("form", True, "multi"),
    "tuple": ("form", True, "multi"),
    "delimited": ("form", False, "csv"),
    "delimited-tuple": ("form", False, "csv"),
    "delimited-space": ("spaceDelimited", False, "ssv"),
    "delimited-pipe": ("pipeDelimited", False, "pipes"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_the_style_of_its_delimiter(name: str) -> None:
    """A list of a query is an array, repeated or in one text with its delimiter."""
    style, explode, format = LISTS[name]
    for document_name in ("openapi.json", "openapi-3.0.json"):
        [told] = document(document_name)["paths"][f"/query/{name}"]["get"]["parameters"]
        assert (told["style"], told["explode"]) == (style, explode)
        assert told["schema"]["type"] == "array"
    [told] = document("swagger.json")["paths"][f"/query/{name}"]["get"]["parameters"]
    assert (told["type"], told["collectionFormat"]) == ("array", format)


def test_a_list_of_another_delimiter_is_a_text() -> None:
    """A list whose delimiter no style has is documented as a text."""
    for document_name in DOCUMENTS:
        [told] = document(document_name)["paths"]["/query/delimited-other"]["get"]["parameters"]
        assert told.get("schema", told)["type"] == "string"


@pytest.fixture
def url() -> Iterator[str]:
    """The address of the application, served over HTTP."""
    server = make_server("127.0.0.1", 0, app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_automated_tester_finds_nothing(url: str, tmp_path: Path) -> None:
    """Schemathesis, with all its checks, finds no answer that is not in the document, and no value
    that is accepted or refused against it."""
    ended = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            *("--config-file", Path(__file__).with_name("marshmallow_table.toml")),
            *("run", f"{url}/openapi.json", "--seed=3", "-n12", "--checks=all"),
            # It changes an array of fixed items in place, and cannot read its answer any more.
            *("--exclude-path-regex", "/null/|/tuple$"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"Tested: {len(ROWS) + len(PARAMETERS) + len(BODIES) - 2}" in ended.stdout
