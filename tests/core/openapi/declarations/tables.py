"""What a declaration is: a stock Api, made for one idiom."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import flask_restx
from flask import Blueprint, Flask

from tests.core.openapi.stock import Resource, method

Declare = Callable[[Any], None]


@dataclass(frozen=True)
class Declaration:
    """A stock Api.

    :param declare: adds what is declared to the Api
    :param api: arguments of the Api
    :param blueprint: arguments of its Blueprint; None where the Api is on the app
    :param config: settings of the app
    :param is_wider: whether it says what only newer versions, or none, have words for
    """

    declare: Declare
    api: dict[str, Any] = field(default_factory=dict)
    blueprint: dict[str, Any] | None = None
    config: dict[str, Any] = field(default_factory=dict)
    is_wider: bool = False

    def build(self) -> tuple[Flask, Any]:
        """Return the app and its Api."""
        app = Flask("stock", subdomain_matching=True)
        app.config.update(self.config)
        if self.blueprint is None:
            api = flask_restx.Api(app, **self.api)
            self.declare(api)
            return app, api
        blueprint = Blueprint("stock", __name__, **self.blueprint)
        api = flask_restx.Api(blueprint, **self.api)
        self.declare(api)
        app.register_blueprint(blueprint)
        return app, api


DECLARATIONS: dict[str, Declaration] = {}


def declared(
    api: dict[str, Any] | None = None,
    *,
    blueprint: dict[str, Any] | None = None,
    is_wider: bool = False,
    **config: Any,
) -> Callable[[Declare], Declare]:
    """Put a declaration in the table, by the name of its function."""

    def wrapper(declare: Declare) -> Declare:
        name = f"{declare.__module__.rpartition('.')[2]}: {declare.__name__.replace('_', ' ')}"
        assert name not in DECLARATIONS
        DECLARATIONS[name] = Declaration(declare, api or {}, blueprint, config, is_wider)
        return declare

    return wrapper


def serve(owner: Any, *urls: str, name: str = "Things", **methods: Any) -> Any:
    """Add a Resource with these methods to an Api or Namespace, and return it."""
    resource = type(name, (Resource,), methods or {"get": method("List things")})
    owner.add_resource(resource, *(urls or ("/things",)))
    return resource
