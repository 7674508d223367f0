"""Small operations for the tests of names: each reads a note, at addresses of the test's choice."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Flask
from marshmallow import Schema, fields

from api.core.bridge import Namespace, Resource
from api.core.documents import build_documents
from api.core.factory import create_app
from api.core.guard import public
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings
from tests.core.demo import application

Start = Callable[..., Flask]


class Note(Schema):
    """A note"""

    text = fields.Str(required=True, metadata={"example": "hello"})


def starter(issuer: EmbeddedIssuer) -> Start:
    """Return a function that makes the app with some namespaces, TESTING off."""
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
    ids_by_document = [
        {path: each["get"]["operationId"] for path, each in document["paths"].items()}
        for document in build_documents(app).values()
    ]
    assert all(each == ids_by_document[0] for each in ids_by_document)
    return ids_by_document[0]
