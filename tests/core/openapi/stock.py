"""A stock Flask-RESTX Api, which knows nothing of this project, for tests of any Api."""

from typing import Any

import flask_restx
from flask import Blueprint, Flask
from flask_restx import fields, reqparse
from werkzeug.datastructures import FileStorage


class Resource(flask_restx.Resource):  # type: ignore[misc]
    """A Resource of the framework's own."""


def method(text: str = "") -> Any:
    """A method with this docstring."""

    def view(self: Any, **_values: Any) -> None: ...

    view.__doc__ = text
    return view


def stock_api(prefix: str = "", **more: Any) -> tuple[Flask, Any]:
    """An app, and its Api behind a prefix, which speaks Flask-RESTX alone."""
    app, blueprint = Flask("stock"), Blueprint("stock", __name__, url_prefix=prefix or None)
    authorizations = {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "basic": {"type": "basic"},
        "login": {
            "type": "oauth2",
            "flow": "accessCode",
            "authorizationUrl": "https://example.com/authorize",
            "tokenUrl": "https://example.com/token",
            "scopes": {"read": "Read"},
        },
    }
    about = {"title": "Cars", "version": "3", "license": "MIT", "terms_url": "https://example.com"}
    api = flask_restx.Api(blueprint, authorizations=authorizations, **about, **more)
    _cars(api.namespace("cars", "Cars"))
    _uploads(api.namespace("uploads", path="/uploads"))
    app.register_blueprint(blueprint)
    return app, api


def _cars(ns: Any) -> None:
    wheel = ns.model("Wheel", {"size": fields.Integer(min=10, exclusiveMin=True)})
    car = ns.model("Car", {"name": fields.String(required=True), "wheel": fields.Nested(wheel)})
    search = reqparse.RequestParser()
    search.add_argument("colour", required=True, help="Which colour")
    search.add_argument("sizes", type=int, action="split")
    listed = ns.doc(id="list_cars")(ns.expect(search)(ns.marshal_list_with(car)(method("Cars"))))
    made = ns.expect(car)(ns.response(201, "Made", car, headers={"Location": "Where"})(method()))
    ns.add_resource(type("Cars", (Resource,), {"get": listed, "post": made}), "")
    one = {
        "get": ns.marshal_with(car)(method("Read a car. Whole.\n\nMore of it.")),
        "put": ns.deprecated(ns.vendor({"cost": 5})(method())),
        "delete": ns.hide(method()),
    }
    of_car = ns.doc(params={"car_id": "Which car"}, responses={404: "No such car"})
    urls = ("/<int(min=1):car_id>", "/old/<uuid:car_id>")
    ns.add_resource(of_car(type("Car", (Resource,), one)), *urls)
    ns.add_resource(type("Hidden", (Resource,), {"get": method()}), "/hidden")
    ns.hide(ns.resources[-1].resource)


def _uploads(ns: Any) -> None:
    form = reqparse.RequestParser()
    form.add_argument("file", type=FileStorage, location="files", required=True)
    form.add_argument("count", type=int, location="form")
    upload = ns.doc(security="key")(ns.expect(form)(method()))
    # Another class of the name Cars: the two claim one operationId.
    ns.add_resource(
        type("Cars", (Resource,), {"get": upload, "post": method()}), "/<any(a,b):kind>"
    )
