"""The documents: sound, served, and in agreement with each other and with the code."""

import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import (
    OpenAPIV2SpecValidator,
    OpenAPIV30SpecValidator,
    OpenAPIV31SpecValidator,
)

from api.core.cli.openapi import committed_documents
from tests.core import demo
from tests.core.support.server import Server, mint

VALIDATORS = {
    "openapi.json": OpenAPIV31SpecValidator,
    "openapi-3.0.json": OpenAPIV30SpecValidator,
    "swagger.json": OpenAPIV2SpecValidator,
}


OF_MODELS = ("get /api/reports/{report_id}", "get /api/boats", "post /api/boats", "put /api/boats")


@cache
def committed(name: str) -> dict[str, Any]:
    """A document as the demo would commit it."""
    return committed_documents(demo.application)[name]


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield f"{method} {path}", operation


def resolve(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """What a `$ref` within the document leads to."""
    if "$ref" not in value:
        return value
    target: Any = document
    for part in value["$ref"].removeprefix("#/").split("/"):
        target = target[part.replace("~1", "/").replace("~0", "~")]
    return dict(target)


def members(value: Any) -> Iterator[tuple[str, Any]]:
    """Every member of every object, but for names that are ours: examples and properties."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name, inner
            if name not in ("examples", "example", "properties"):
                yield from members(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from members(inner)


@pytest.mark.parametrize("name", VALIDATORS)
def test_a_document_is_valid(name: str) -> None:
    """Each committed document is valid for the validator of its version."""
    assert list(VALIDATORS[name](committed(name)).iter_errors()) == []


@pytest.mark.parametrize("name", VALIDATORS)
def test_a_document_is_served_as_json(client: FlaskClient, name: str) -> None:
    """Each document is served without a token, and its ETag can be asked for again."""
    response = client.get(f"/{name}")
    assert (response.status_code, response.mimetype) == (200, "application/json")
    assert list(VALIDATORS[name](response.get_json()).iter_errors()) == []
    again = client.get(f"/{name}", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_swagger_20_has_no_construct_of_3() -> None:
    """The document of 2.0 has no keyword that came with 3.x."""
    newer = {"openapi", "components", "servers", "requestBody", "content", "nullable", "oneOf"}
    newer |= {"anyOf", "const", "writeOnly", "deprecated", "links", "callbacks", "propertyNames"}
    named = list(members(committed("swagger.json")))
    assert not newer & {name for name, _ in named}
    assert all(not isinstance(value, list) for name, value in named if name == "type")
    assert all("components" not in value for name, value in named if name == "$ref")
    schemes = committed("swagger.json")["securityDefinitions"].values()
    assert {scheme["type"] for scheme in schemes} == {"apiKey"}


def test_all_documents_tell_of_the_same_operations() -> None:
    """All documents have the same operations, with the same ids, summaries and statuses."""
    operations_by_document = [
        {
            key: (operation["operationId"], operation["summary"], set(operation["responses"]))
            for key, operation in operations(committed(name))
        }
        for name in VALIDATORS
    ]
    assert all(each == operations_by_document[0] for each in operations_by_document)


@pytest.mark.parametrize("name", VALIDATORS)
def test_every_operation_is_told_in_full(name: str) -> None:
    """Every operation has an id of its own, a summary, a description, a tag, its security, and an
    example for every answer."""
    document = committed(name)
    listed = list(operations(document))
    ids = [operation["operationId"] for _, operation in listed]
    assert len(ids) == len(set(ids)) > 0
    for key, operation in listed:
        assert operation["summary"], key
        assert operation["description"], key
        assert operation["tags"], key
        assert "security" in operation, key
        for status, reference in operation["responses"].items():
            response = resolve(document, reference)
            has_content = "content" in response or "schema" in response
            # The models of Flask-RESTX have no examples.
            if key not in OF_MODELS:
                assert _has_example(response) == has_content, f"{key} {status}"


def _has_example(response: dict[str, Any]) -> bool:
    if "content" in response:
        return all("example" in it or "examples" in it for it in response["content"].values())
    return "examples" in response


@pytest.mark.parametrize(
    ("operation_id", "alternatives"),
    [
        ("getPublic", []),
        ("getReady", []),
        ("getPrivate", [[]]),
        ("getMe", [[]]),
        ("getPrivateScoped", [["read:messages"]]),
        ("createMessage", [["write:messages"]]),
        ("updateMessage", [["write:messages"], ["admin:messages"]]),
    ],
)
def test_scopes_stand_at_their_operations(operation_id: str, alternatives: list[list[str]]) -> None:
    """An operation lists its scopes under every scheme that a caller may use; a public one needs
    nothing."""
    [security] = [
        operation["security"]
        for _, operation in operations(committed("openapi.json"))
        if operation["operationId"] == operation_id
    ]
    assert security == [
        dict.fromkeys(schemes, scopes)
        for scopes in alternatives
        for schemes in (("bearerAuth",), ("auth0",), ("dpopToken", "dpopProof"))
    ]


def test_the_schemes_are_those_that_people_paste_into() -> None:
    """The document has a bearer scheme for a pasted token and an OAuth 2 scheme for a login, which
    describes the scopes."""
    schemes = committed("openapi.json")["components"]["securitySchemes"]
    assert (
        schemes["bearerAuth"] | {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        == (schemes["bearerAuth"])
    )
    flow = schemes["auth0"]["flows"]["authorizationCode"]
    assert flow["authorizationUrl"].startswith("https://your-tenant.auth0.com/")
    assert flow["scopes"]["read:messages"] == "Read messages"


def test_the_served_document_leads_to_the_issuer_at_hand(app: Flask, client: FlaskClient) -> None:
    """The served document names the issuer that the app trusts; the committed one names no
    tenant."""
    schemes = client.get("/openapi.json").get_json()["components"]["securitySchemes"]
    flow = schemes["auth0"]["flows"]["authorizationCode"]
    assert flow["authorizationUrl"] == "http://localhost/issuer/authorize"
    assert flow["tokenUrl"] == "http://localhost/issuer/oauth/token"


def test_refusals_are_documented_as_they_come(client: FlaskClient) -> None:
    """The documented 401 has the type, the media type and the headers of a real one."""
    document = client.get("/openapi.json").get_json()
    documented = resolve(document, document["paths"]["/api/private"]["get"]["responses"]["401"])
    real = client.get("/api/private")
    examples = documented["content"][real.mimetype]["examples"]
    assert real.get_json().keys() == examples["authorization-missing"]["value"].keys()
    assert real.get_json()["type"] == examples["authorization-missing"]["value"]["type"]
    assert set(documented["headers"]) <= set(real.headers.keys())


@pytest.mark.parametrize(
    ("scope", "examples"),
    [("write:messages", 5), ("read:messages write:messages admin:messages", 30)],
    ids=["one scope", "all scopes"],
)
def test_an_automated_tester_finds_nothing(tmp_path: Path, scope: str, examples: int) -> None:
    """Schemathesis, with all its checks, finds no answer of the real server that is not in the
    document, whether its token has every scope or lacks one."""
    with Server(tmp_path, "run", "--no-reload") as server:
        ended = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"),
                *("--config-file", Path(__file__).with_name("schemathesis.toml")),
                *("run", f"{server.url}/openapi.json", "--seed=3", f"-n{examples}"),
                "--checks=all",
                # With an Idempotency-Key, a retry is answered as the first time, though the
                # message was deleted since.
                "--exclude-checks=ensure_resource_availability",
                *("--header", f"Authorization: Bearer {mint(tmp_path, scope)}"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"Tested: {len(list(operations(committed('openapi.json'))))}" in ended.stdout
