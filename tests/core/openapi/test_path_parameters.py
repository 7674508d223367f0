"""The variables of an address, documented from their converters."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import BaseConverter, IntegerConverter, UUIDConverter

from api.core.bridge import Namespace, Resource
from api.core.documents import build_documents
from api.core.factory import create_app
from api.core.guard import public
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings
from openapi.path_parameters import path_of, schema_of, variables
from tests.core.demo import application


class Code(BaseConverter):
    """Three letters."""

    regex = "[A-Z]{3}"


class Slug(BaseConverter):
    """What only Python's expressions can say."""

    regex = "(?!new)[a-z]+"


class Pattern(BaseConverter):
    """What its argument says."""

    def __init__(self, url_map: Any, pattern: str) -> None:
        super().__init__(url_map)
        self.regex = pattern


class Year(IntegerConverter):
    """An integer of the app's own."""


class Token(UUIDConverter):
    """A UUID of the app's own."""


class Colour(BaseConverter):
    """One that says itself what it accepts."""

    __schema__ = {"type": "string", "enum": ["red", "green"]}  # noqa: RUF012


CONVERTERS = {
    "code": Code,
    "slug": Slug,
    "re": Pattern,
    "year": Year,
    "token": Token,
    "colour": Colour,
}


@pytest.fixture
def converters() -> Iterator[None]:
    """The context of an app with converters of its own."""
    app = Flask("stock")
    app.url_map.converters |= CONVERTERS
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("variable", "schema"),
    [
        ("name", {"type": "string"}),
        ("string(minlength=2, maxlength=9):name", {"minLength": 2, "maxLength": 9}),
        ("string(length=2):name", {"type": "string", "minLength": 2, "maxLength": 2}),
        ("int:name", {"type": "integer"}),
        ("int(min=1, max=9):name", {"type": "integer", "minimum": 1, "maximum": 9}),
        ("float(min=0.5):name", {"type": "number", "minimum": 0.5}),
        ("uuid:name", {"type": "string", "format": "uuid"}),
        ("path:name", {"type": "string"}),
        ("any(a, 'b c'):name", {"type": "string", "enum": ["a", "b c"]}),
        ("code:name", {"type": "string", "pattern": "^(?:[A-Z]{3})$"}),
        ("slug:name", {"type": "string"}),
        ("re('[0-9]:[a-f]+'):name", {"type": "string", "pattern": "^(?:[0-9]:[a-f]+)$"}),
        ("year(min=1900):name", {"type": "integer", "minimum": 1900}),
        ("token:name", {"type": "string", "format": "uuid"}),
        ("colour:name", {"type": "string", "enum": ["red", "green"]}),
    ],
)
@pytest.mark.usefixtures("converters")
def test_a_variable_is_what_its_converter_accepts(variable: str, schema: dict[str, Any]) -> None:
    """A variable has the type, the bounds and the pattern of its converter."""
    [(name, converter, arguments)] = variables(f"/things/<{variable}>")
    assert (name, path_of(f"/things/<{variable}>/x")) == ("name", "/things/{name}/x")
    assert schema_of(converter, arguments) == {"type": "string", **schema}


@pytest.mark.parametrize("name", ["openapi.json", "openapi-3.0.json", "swagger.json"])
def test_our_documents_have_what_converters_accept(issuer: EmbeddedIssuer, name: str) -> None:
    """Without `@ns.param`, every document of our Api says what a variable must be."""
    ns = Namespace("things", "Things", path="/things")
    get = public(ns.operation()(lambda self, **_values: None))
    ns.add_resource(type("Things", (Resource,), {"get": get}), "/<int(min=1):number>/<uuid:token>")
    app = create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)
    item = build_documents(app)[name]["paths"]["/things/{number}/{token}"]
    schemas = [each.get("schema", each) for each in item["parameters"]]
    assert (schemas[0]["type"], schemas[0]["minimum"]) == ("integer", 1)
    assert (schemas[1]["type"], schemas[1]["format"]) == ("string", "uuid")
