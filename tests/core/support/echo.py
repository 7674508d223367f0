"""An app with one operation, POST /echo, which answers what it has read."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Flask
from marshmallow import Schema, fields

from api.core.bridge import Namespace, Resource
from api.core.factory import create_app
from api.core.guard import public
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings
from schemas.core.files import Upload
from tests.core.demo import application


class Echo(Schema):
    read = fields.Raw()


def echo_app(issuer: EmbeddedIssuer, *, method: str = "post", **declared: Any) -> Flask:
    """The app, TESTING off, with the operation declared so."""
    ns = Namespace("echo", "Echo", path="/echo")

    def view(_self: Any, body: Any) -> Any:
        """Answer what was read"""
        return {"read": written(body)}

    operation: Callable[..., Any] = ns.operation(returns=Echo, **declared)
    ns.add_resource(type("Echoes", (Resource,), {method: public(operation(view))}), "")
    return create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)


def written(value: Any) -> Any:
    """A value that was read, as JSON has it."""
    if isinstance(value, Upload):
        return [value.filename, value.mimetype, value.size, value.read().decode("latin-1")]
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, dict):
        return {name: written(each) for name, each in value.items()}
    return [written(each) for each in value] if isinstance(value, list) else value
