"""Addresses, and what is documented there."""

from typing import Any

import flask_restx
from flask_restx import fields
from werkzeug.routing import BaseConverter, IntegerConverter

from tests.core.openapi.declarations.tables import DECLARATIONS, Declaration, declared, serve
from tests.core.openapi.stock import Resource, method

URLS = {
    "a text": "/<name>",
    "a text by name": "/<string(minlength=2, maxlength=9):name>",
    "a text of a length": "/<string(length=2):name>",
    "an integer": "/<int:name>",
    "an integer in a range": "/<int(min=1, max=9):name>",
    "a signed integer": "/<int(signed=True):name>",
    "a float": "/<float:name>",
    "an uuid": "/<uuid:name>",
    "a path": "/<path:name>",
    "one of": "/<any(a, 'b c'):name>",
    "several": "/<int:one>/x/<uuid:two>/<three>",
    "with a slash at the end": "/<int:name>/",
    "in the midst of a segment": "/a-<int:name>.json",
}


def _url(url: str) -> Any:
    def declare(api: Any) -> None:
        serve(api, f"/things{url}", get=method("Read it"))

    return declare


DECLARATIONS.update({f"routes: {name}": Declaration(_url(URLS[name])) for name in URLS})


class Codes(BaseConverter):
    """A converter of the app's own."""

    regex = "[A-Z]{3}"


class Years(IntegerConverter):
    """One that derives from Flask's."""


class Colours(BaseConverter):
    """One that says itself what it accepts."""

    __schema__ = {"type": "string", "enum": ["red", "green"]}  # noqa: RUF012


@declared()
def converters_of_the_app(api: Any) -> None:
    api.app.url_map.converters |= {"code": Codes, "year": Years, "colour": Colours}
    serve(api, "/<code:code>/<year(min=1900):year>/<colour:colour>", get=method("Read it"))


@declared()
def described_variables(api: Any) -> None:
    described = {"number": {"description": "Which thing", "example": 5}, "name": "Its name"}
    resource = serve(api, "/things/<int:number>/<name>", get=method("Read it"), put=method())
    api.doc(params=described)(resource)


@declared()
def a_variable_that_a_method_describes(api: Any) -> None:
    described = api.param("number", "Which thing", _in="path")(method("Read it"))
    serve(api, "/things/<int:number>", get=described, put=method("Change it"))


@declared()
def several_addresses(api: Any) -> None:
    serve(api, "/things", "/old/things", get=method("List"), post=method("Make"))


@declared()
def several_addresses_with_variables(api: Any) -> None:
    serve(api, "/things", "/things/<int:number>", get=method("Read"))


@declared()
def a_documented_route(api: Any) -> None:
    of_route = {"params": {"name": "Which"}, "get": {"description": "By name", "id": "by_name"}}
    api.route("/things/<name>", doc=of_route)(type("Things", (Resource,), {"get": method("Read")}))


@declared()
def several_documented_routes(api: Any) -> None:
    things = type("Things", (Resource,), {"get": method("Read"), "put": method("Change")})
    api.route("/a", doc={"description": "At a"})(things)
    api.route("/b", doc={"deprecated": True, "get": {"params": {"page": "Which"}}})(things)
    api.route("/c")(things)


@declared()
def documented_and_other_routes(api: Any) -> None:
    things = api.doc(params={"page": "Which"})(type("Things", (Resource,), {"get": method("Read")}))
    api.route("/a", "/b", doc={"params": {"page": {"type": "integer"}}})(things)


@declared()
def a_route_without_docs(api: Any) -> None:
    things = type("Things", (Resource,), {"get": method("Read")})
    api.route("/a", doc=False)(things)
    api.route("/b")(things)


@declared()
def a_route_that_hides_a_method(api: Any) -> None:
    things = type("Things", (Resource,), {"get": method("Read"), "put": method("Change")})
    api.route("/a", doc={"put": False})(things)


@declared()
def a_route_of_some_methods(api: Any) -> None:
    things = type("Things", (Resource,), {"get": method("Read"), "put": method("Change")})
    api.route("/a", methods=["GET"])(things)


@declared()
def every_method(api: Any) -> None:
    names = ("get", "head", "post", "put", "patch", "delete", "options")
    serve(api, **{name: method(f"The {name}") for name in names})


@declared()
def a_resource_without_methods(api: Any) -> None:
    serve(api, "/nothing", name="Nothing", text="no method")
    serve(api)


@declared()
def several_namespaces(api: Any) -> None:
    for name in ("zebras", "apes"):
        ns = api.namespace(name, f"About {name}")
        serve(ns, "/", "/<int:number>", get=method("Read"), name=name.title())
    serve(api.namespace("bears", path="/of/the/woods"), "/all", name="Bears")
    api.namespace("empty", "Nothing is here")


@declared()
def two_classes_of_one_name(api: Any) -> None:
    serve(api.namespace("a"), "/things")
    serve(api.namespace("b"), "/things")


@declared()
def a_resource_in_two_namespaces(api: Any) -> None:
    things = serve(api.namespace("a"), "/things")
    api.namespace("b").add_resource(things, "/things")


@declared()
def a_namespace_of_its_own_with_a_model(api: Any) -> None:
    ns = api.namespace("a", "An a", validate=True, ordered=True)
    model = ns.model("Thing", {"z": fields.String, "a": fields.String})
    serve(ns, "/things", post=ns.expect(model)(ns.marshal_with(model)(method("Make"))))


@declared()
def a_namespace_at_another_path(api: Any) -> None:
    ns = flask_restx.Namespace("things", "Things")
    serve(ns, "/", "/<int:number>", get=api.doc(id="read")(method("Read")))
    api.add_namespace(ns, path="/<lang>/of/ours")


@declared()
def a_resource_with_arguments_of_its_own(api: Any) -> None:
    things = type("Things", (Resource,), {"get": method("Read")})
    more = {"endpoint": "all", "strict_slashes": False, "defaults": {"page": 1}}
    api.add_resource(things, "/things", resource_class_kwargs={"a": 1}, **more)


@declared()
def the_root(api: Any) -> None:
    serve(api.namespace("root", path="/"), "/", "/<name>", get=method("Read"))
