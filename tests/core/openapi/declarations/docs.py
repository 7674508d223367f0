"""What `doc` and its shortcuts say."""

from enum import Enum
from typing import Any

from flask_restx import fields

from tests.core.openapi.declarations.tables import DECLARATIONS, Declaration, declared, serve
from tests.core.openapi.stock import Resource, method

PARAMETERS: dict[str, Any] = {
    "a description": "Which thing",
    "a type": {"type": int, "description": "How many"},
    "a type by its name": {"type": "number", "format": "float"},
    "a list of a type": {"type": [int]},
    "a list": {"type": "array", "items": {"type": "string"}, "collectionFormat": "pipes"},
    "a list with spaces": {
        "type": "array",
        "items": {"type": "integer"},
        "collectionFormat": "ssv",
    },
    "an enum": {"enum": ["a", "b"], "default": "a", "required": True},
    "bounds": {"type": "integer", "minimum": 1, "maximum": 9, "exclusiveMaximum": True},
    "an extension": {"x-unit": "cm", "allowEmptyValue": True},
    "an example": {"type": "string", "example": "a"},
    "in a header": {"in": "header", "description": "Which thing", "required": True},
    "in a cookie": {"in": "cookie"},
    "in a path without it": {"in": "path"},
    "not required": {"required": False},
    "a type that is none": {"type": "text"},
    "a schema": {"schema": {"type": "array", "items": {"type": "string"}}},
    "nothing": None,
}


def _parameter(spec: Any) -> Any:
    def declare(api: Any) -> None:
        serve(api, "/things/<int:number>", get=api.doc(params={"it": spec})(method("Read it")))

    return declare


DECLARATIONS.update(
    {f"docs: parameter, {name}": Declaration(_parameter(PARAMETERS[name])) for name in PARAMETERS}
)


@declared()
def nothing_at_all(api: Any) -> None:
    serve(api, get=method())


@declared()
def a_docstring(api: Any) -> None:
    serve(api, get=method("Read a thing\n\nIt is read *now*.\n\n- a\n- b"))


@declared()
def a_docstring_of_sentences(api: Any) -> None:
    serve(api, get=method("Read a thing. It is read now.\nOr later."))


@declared()
def a_docstring_with_a_version(api: Any) -> None:
    serve(api, get=method("Read a thing of version 1.2 of all. Now.\n\nOr later."))


@declared()
def a_docstring_that_ends_with_a_stop(api: Any) -> None:
    serve(api, get=method("Read a thing."))


@declared()
def a_description(api: Any) -> None:
    serve(api, get=api.doc(description="Of the method")(method("Read it\n\nOf the docstring")))


@declared()
def a_description_of_the_class(api: Any) -> None:
    own = api.doc(description="Of the method")(method("Read it"))
    api.doc(description="Of the class")(serve(api, get=own, put=method("Change it\n\nMore")))


@declared()
def descriptions_that_are_translated(api: Any) -> None:
    class Lazy:
        def __str__(self) -> str:
            return "Translated"

    said = api.response(200, Lazy())
    serve(
        api, get=said(api.doc(description=Lazy(), params={"a": {"description": Lazy()}})(method()))
    )


@declared()
def a_description_of_the_class_that_a_method_takes_back(api: Any) -> None:
    api.route("/a", doc={"description": False})(api.doc(description="Of the class")(serve(api)))


@declared()
def ids(api: Any) -> None:
    named = api.doc("read_it")(method("Read it"))
    serve(api, get=named, put=api.doc(id="change-it")(method("Change it")), delete=method())


@declared()
def the_same_id_twice(api: Any) -> None:
    serve(api, get=api.doc("it")(method()), put=api.doc("it")(method()))


@declared()
def deprecated_methods(api: Any) -> None:
    serve(api, get=api.deprecated(method("Read it")), put=method("Change it"))


@declared()
def a_deprecated_class(api: Any) -> None:
    api.deprecated(serve(api, get=method("Read it")))


@declared()
def not_deprecated(api: Any) -> None:
    serve(api, get=api.doc(deprecated=False)(method("Read it")))


@declared()
def hidden_methods(api: Any) -> None:
    serve(api, get=method("Read it"), put=api.hide(method()), post=api.doc(False)(method()))


@declared()
def methods_that_the_class_hides(api: Any) -> None:
    api.doc(put=False)(serve(api, get=method("Read it"), put=method()))


@declared()
def a_hidden_class(api: Any) -> None:
    api.hide(serve(api, "/hidden", name="Hidden"))
    serve(api)


@declared()
def a_hidden_class_alone(api: Any) -> None:
    api.hide(serve(api.namespace("secret"), "/hidden"))


@declared()
def extensions(api: Any) -> None:
    vendor = api.vendor({"x-cost": 5, "nested": {"a": [1, None]}}, audience="internal")
    serve(api, get=vendor(method("Read it")))


@declared({"authorizations": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}})
def security_of_methods(api: Any) -> None:
    serve(
        api,
        get=api.doc(security="key")(method()),
        put=api.doc(security=["key"])(method()),
        post=api.doc(security=[])(method()),
        patch=api.doc(security=None)(method()),
        delete=api.doc(security=[{"key": []}, {}])(method()),
    )


@declared()
def security_of_the_class(api: Any) -> None:
    own = api.doc(security=[{"login": ["read", "write"]}, "key"])(method())
    api.doc(security={"login": "read"})(serve(api, get=own, put=method()))


@declared()
def parameters_by_shortcut(api: Any) -> None:
    named = api.param("name", "Which thing")
    counted = api.param("count", "How many", type="integer", default=3, enum=[3, 4])
    serve(api, get=named(counted(api.param("X-Kind", "A kind", _in="header")(method()))))


@declared()
def a_parameter_without_a_description(api: Any) -> None:
    serve(api, get=api.param("name")(method()))


@declared()
def parameters_of_the_class(api: Any) -> None:
    own = api.doc(params={"page": {"type": "integer", "default": 1}})(method("List"))
    resource = serve(api, "/things/<int:number>", get=own, put=method("Change"))
    api.doc(params={"page": "Which page", "number": "Which thing", "size": {"type": int}})(resource)


@declared()
def several_parameters_that_a_method_overrides(api: Any) -> None:
    own = api.doc(params={name: {"type": int} for name in "dbca"})(method("List"))
    resource = serve(api, "/<e>", get=own, put=method(), post=method(), delete=method())
    api.doc(params={name: f"The {name}" for name in "abcdef"})(resource)


@declared()
def docs_of_methods_at_the_class(api: Any) -> None:
    of_get = {"params": {"page": "Which page"}, "responses": {404: "None"}, "id": "list"}
    api.doc(get=of_get, put={"description": "Changes it"})(
        serve(api, get=method("List"), put=method("Change"))
    )


@declared()
def inherited_docs(api: Any) -> None:
    base = api.doc(params={"page": "Which page"}, responses={404: "None"}, security="key")(
        type("Base", (Resource,), {"get": api.doc("read")(method("Read it"))})
    )
    api.route("/a")(type("A", (base,), {}))
    api.route("/b")(api.doc(params={"size": "Which size"})(type("B", (base,), {"put": method()})))


@declared()
def values_that_json_lacks(api: Any) -> None:
    class Kind(Enum):
        A = "a"

    model = api.model("Thing", {"kind": fields.String(enum=["a"], example=Kind.A)})
    vendor = api.vendor({"x-tags": ("a", "b")})
    serve(api, get=vendor(api.marshal_with(model)(method("Read it"))))
