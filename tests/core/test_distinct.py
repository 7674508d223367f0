"""Operations, schemas and problem types have names of their own, or the start is refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from marshmallow import Schema, fields

from api.application import application
from api.core.bridge import Namespace, Resource
from api.core.declarations import DeclarationError
from api.core.factory import build_documents, create_app
from api.core.guard import public
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings

Start = Callable[..., Flask]


class Note(Schema):
    """A note"""

    text = fields.Str(required=True, metadata={"example": "hello"})


@pytest.fixture
def start(issuer: EmbeddedIssuer) -> Start:
    """`start(ns)`: the app with these namespaces, TESTING off."""
    return lambda *namespaces: create_app(
        replace(application, namespaces=namespaces), Settings(), issuer=issuer
    )


def operation(ns: Namespace, **declared: Any) -> Any:
    """A method, its contract as declared."""

    def get(self: Any, **_values: Any) -> dict[str, str]:
        """Read a note"""
        return {"text": "hello"}

    return public(ns.operation(returns=Note, **declared)(get))


def serving(name: str, *urls: str, of: str = "Items", **declared: Any) -> Namespace:
    """A namespace with a Resource, whose GET is declared so, at these addresses."""
    ns = Namespace(name, name, path=f"/{name}")
    ns.route(*(urls or ("",)))(type(of, (Resource,), {"get": operation(ns, **declared)}))
    return ns


def ids(app: Flask) -> dict[str, str]:
    """The operationId of the GET of each path: the same in every document."""
    told = [
        {path: each["get"]["operationId"] for path, each in document["paths"].items()}
        for document in build_documents(app).values()
    ]
    assert all(each == told[0] for each in told)
    return told[0]


def test_two_classes_of_one_name_are_refused(start: Start) -> None:
    """The error names both places, and what to write."""
    one, two = serving("one"), serving("two")
    line = operation.__code__.co_firstlineno + 3
    with pytest.raises(DeclarationError) as raised:
        start(one, two)
    said = str(raised.value)
    assert said.startswith("two operations share the operationId getItems: ")
    for path in ("/one", "/two"):
        assert f"Items.get (GET {path}, {__file__}:{line})" in said
    assert '@ns.operation(id="...")' in said


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        ({"id": "listAll"}, {"id": "listAll"}, "operationId listAll:"),
        ({"id": "getOthers"}, {"of": "Others"}, "operationId getOthers:"),
        ({"id": "listAll"}, {"id": "listall"}, "operationId listAll and listall:"),
        ({"id": "get_items"}, {}, "operationId get_items and getItems:"),
        ({"id": "get-items"}, {"id": "get.items"}, "operationId get-items and get.items:"),
    ],
)
def test_ids_that_are_one_to_generators_are_refused(
    start: Start, one: dict[str, str], two: dict[str, str], said: str
) -> None:
    """Declared or made, and also where only case or punctuation differ."""
    with pytest.raises(DeclarationError, match=said):
        start(serving("one", **one), serving("two", **two))


@pytest.mark.parametrize("identifier", ["", " ", "list items", "1st", "list/items", "a\n"])
def test_an_id_that_is_no_name_is_refused(start: Start, identifier: str) -> None:
    """Clients make a function's name of it."""
    with pytest.raises(DeclarationError, match="letters, digits"):
        start(serving("one", id=identifier))
