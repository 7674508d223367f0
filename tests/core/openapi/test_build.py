"""build_document: a document of any Api, in each version."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask_restx import fields, reqparse
from openapi_spec_validator import (
    OpenAPIV2SpecValidator,
    OpenAPIV30SpecValidator,
    OpenAPIV31SpecValidator,
)

import openapi
from api.core import bridge
from api.core.bridge import Namespace, api_of
from api.core.documents import build_documents
from api.core.factory import create_app
from api.core.guard import public, require_auth
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings
from openapi import build_document
from openapi.declaration import declare
from openapi.operation import Access
from tests.core.demo import application
from tests.core.openapi.stock import Resource, method, stock_api

VALIDATORS = {
    "3.1": OpenAPIV31SpecValidator,
    "3.0": OpenAPIV30SpecValidator,
    "2.0": OpenAPIV2SpecValidator,
}


def built(version: str, prefix: str = "", **more: Any) -> dict[str, Any]:
    app, api = stock_api(prefix, **more)
    with app.app_context():
        return build_document(api, version)


@pytest.mark.parametrize("version", VALIDATORS)
@pytest.mark.parametrize("prefix", ["", "/v1"])
def test_a_document_of_a_stock_api_is_valid(version: str, prefix: str) -> None:
    """A document of a stock Api is valid and the same each time; it says what the Api says of
    itself and where its paths begin."""
    document = built(version, prefix)
    assert list(VALIDATORS[version](document).iter_errors()) == []
    assert document == built(version, prefix)
    assert document["info"] == {
        "title": "Cars",
        "version": "3",
        "termsOfService": "https://example.com",
        "license": {"name": "MIT"},
    }
    begins = document["servers"][0]["url"] if version != "2.0" else document["basePath"]
    assert begins == (prefix or "/")


@pytest.mark.parametrize("version", VALIDATORS)
def test_a_document_has_every_operation(version: str) -> None:
    """A document has the operations that are listed, each under its path and method."""
    app, api = stock_api()
    with app.app_context():
        listed = openapi.operations(api)
        paths = build_document(api, version)["paths"]
    written = {
        (path, name) for path, item in paths.items() for name in item if name != "parameters"
    }
    assert written == {(each.path, each.method) for each in listed}


def test_models_are_told_in_the_words_of_each_version() -> None:
    """A model refers to the components, and its exclusive limit is a number in 3.1 and true in
    2.0."""
    newer = built("3.1")["components"]["schemas"]
    older = built("2.0")["definitions"]
    assert newer["Car"]["properties"]["wheel"] == {"$ref": "#/components/schemas/Wheel"}
    assert older["Car"]["properties"]["wheel"] == {"$ref": "#/definitions/Wheel"}
    assert newer["Wheel"]["properties"]["size"] == {"type": "integer", "exclusiveMinimum": 10}
    assert older["Wheel"]["properties"]["size"]["exclusiveMinimum"] is True


def test_a_form_is_told_in_the_words_of_each_version() -> None:
    """A form is a request body of its media type in 3.1, and parameters in 2.0."""
    body = built("3.1")["paths"]["/uploads/{kind}"]["get"]["requestBody"]
    schema = body["content"]["multipart/form-data"]["schema"]
    assert schema["properties"]["file"] == {"type": "string", "format": "binary"}
    parameters = built("2.0")["paths"]["/uploads/{kind}"]["get"]["parameters"]
    assert parameters == [
        {"name": "file", "in": "formData", "required": True, "type": "file"},
        {"name": "count", "in": "formData", "type": "integer"},
    ]


@pytest.mark.parametrize("version", VALIDATORS)
def test_the_security_of_a_stock_api_is_its_own(version: str) -> None:
    """The document of a stock Api has the Api's own security schemes, and none of our guard."""
    document = built(version, security="basic")
    schemes = (
        document["components"]["securitySchemes"]
        if version != "2.0"
        else document["securityDefinitions"]
    )
    assert {*schemes} == {"key", "basic", "login"}
    assert document["security"] == [{"basic": []}]
    assert "security" not in document["paths"]["/cars"]["get"]
    assert document["paths"]["/uploads/{kind}"]["get"]["security"] == [{"key": []}]


def test_our_guard_above_a_stock_method_is_documented() -> None:
    """A stock method below our guard needs a token; the methods beside it need nothing."""
    app, api = stock_api()
    api.add_resource(type("Guarded", (Resource,), {"get": require_auth("a")(method())}), "/guarded")
    with app.app_context():
        document = build_document(api, "3.1", dpop=False)
    guarded = document["paths"]["/guarded"]["get"]
    assert guarded["security"] == [{"bearerAuth": ["a"]}, {"auth0": ["a"]}]
    assert "401" in guarded["responses"]
    assert document["paths"]["/cars"]["get"]["security"] == []
    assert document["components"]["schemas"]["ProblemDetails"]["required"]
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


@pytest.mark.parametrize(
    ("version", "scheme"), [("3.1", "bearerAuth"), ("3.0", "bearerAuth"), ("2.0", "Bearer")]
)
def test_an_optional_token_is_documented(version: str, scheme: str) -> None:
    """An operation that takes a token or none lists the empty requirement last."""
    app, api = stock_api()
    view = declare(method(), access=Access(optional=True))
    api.add_resource(type("Optional", (Resource,), {"get": view}), "/optional")
    with app.app_context():
        optional = build_document(api, version)["paths"]["/optional"]["get"]
    assert optional["security"][0] == {scheme: []}
    assert optional["security"][-1] == {}
    assert optional["description"] == "Takes an access token, or none."


def test_an_unknown_version_is_refused(app: Flask) -> None:
    """An unknown version of OpenAPI is refused with an error that names the known versions."""
    with pytest.raises(ValueError, match=r"version '4\.0': it is one of 3\.1, 3\.0, 2\.0"):
        build_document(api_of(app), "4.0")


def json_arguments() -> Any:
    parser = reqparse.RequestParser()
    parser.add_argument("both", location=["headers", "args"])
    return parser.add_argument("form", location="form").add_argument("body", location="json")


ODD = {
    "fields without a model": lambda ns: ns.marshal_with({"text": fields.String}),
    "a model that nobody registered": lambda ns: ns.expect("Unknown"),
    "a field as a model": lambda ns: ns.expect(fields.List(fields.Integer)),
    "a dict as a model": lambda ns: ns.response(200, None, {"text": 1}),
    "a parameter without a word": lambda ns: ns.doc(params={"some": None}),
    "a type that is none": lambda ns: ns.doc(params={"some": {"type": {"a": 1}}}),
    "form, JSON and several places": lambda ns: ns.expect(json_arguments()),
    "an empty id": lambda ns: ns.doc(id="", description=None, vendor=None),
    "no security": lambda ns: ns.doc(security=[]),
    "a list as an answer": lambda ns: ns.doc(responses={200: ["Read", None], 201: ("Made",)}),
}


@pytest.mark.parametrize("version", VALIDATORS)
@pytest.mark.parametrize("case", ODD)
def test_odd_declarations_are_documented_all_the_same(case: str, version: str) -> None:
    """A declaration that says nothing is left out; it neither breaks the document nor makes it
    invalid."""
    app, api = stock_api()
    ns = api.namespace("odd")
    ns.add_resource(type("Odd", (Resource,), {"get": ODD[case](ns)(method())}), "")
    with app.app_context():
        document = build_document(api, version)
    json.dumps(document)
    assert list(VALIDATORS[version](document).iter_errors()) == []
    assert "get" in document["paths"]["/odd"]


class Closed(Exception):
    """The shop is closed."""


@pytest.mark.parametrize("name", ["openapi.json", "openapi-3.0.json", "swagger.json"])
def test_the_error_handler_of_a_namespace_is_documented(issuer: EmbeddedIssuer, name: str) -> None:
    """What an error handler of a namespace answers is documented where a docstring names its
    exception, in every version and beside what a contract says."""
    ns = Namespace("shop", "Shop", path="/shop")
    fault = ns.model("Fault", {"message": fields.String})

    @ns.errorhandler(Closed)  # type: ignore[untyped-decorator]
    @ns.response(503, "Closed", fault)  # type: ignore[untyped-decorator]
    def closed(_error: Closed) -> Any:
        """The shop is closed"""

    declare = ns.header("X-Open", "Until when")
    get = declare(public(ns.operation()(method("Visit\n\n:raises Closed: at night"))))
    ns.add_resource(type("Shop", (bridge.Resource,), {"get": get}), "")
    app = create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)
    document = build_documents(app)[name]
    shared = (
        document["responses"] if name == "swagger.json" else document["components"]["responses"]
    )
    root = "#/responses/" if name == "swagger.json" else "#/components/responses/"
    operation = document["paths"]["/shop"]["get"]
    assert operation["responses"]["503"] == {"$ref": f"{root}Closed"}
    assert shared["Closed"]["description"] == "The shop is closed"
    assert "MaskError" not in shared
    assert "X-Open" in operation["responses"]["204"]["headers"]
    assert (operation["summary"], "description" in operation) == ("Visit", False)
