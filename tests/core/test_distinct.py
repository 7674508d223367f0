"""Two operations, schemas or problem types with one name are refused by create_app."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask_restx import fields as restx
from marshmallow import Schema, fields

from api.core.bridge import Namespace, Resource
from api.core.declarations import DeclarationError
from api.core.factory import create_app
from api.core.guard import public
from api.core.issuer import EmbeddedIssuer
from api.core.problems import NotFound, Problem
from api.core.settings import Settings
from tests.core.demo import application
from tests.core.support import notes
from tests.core.support.notes import Note, Start, operation, serving, starter


@pytest.fixture
def start(issuer: EmbeddedIssuer) -> Start:
    """`start(ns)`: the app with these namespaces, TESTING off."""
    return starter(issuer)


def test_two_classes_of_one_name_are_refused(start: Start) -> None:
    """Two operations with one operationId are refused, and the error names both places."""
    one, two = serving("one"), serving("two")
    line = operation.__code__.co_firstlineno + 3
    with pytest.raises(DeclarationError) as raised:
        start(one, two)
    said = str(raised.value)
    assert said.startswith("two operations share the operationId getItems: ")
    for path in ("/one", "/two"):
        assert f"Items.get (GET {path}, {notes.__file__}:{line})" in said
    assert '@ns.operation(id="...")' in said


@pytest.mark.parametrize("urls", [("/a", "/a"), ("/<int:a>", "/<string:a>")])
def test_two_operations_of_one_address_are_refused(start: Start, urls: tuple[str, str]) -> None:
    """Two operations with one method and address are refused: a document has place for one."""
    ns = Namespace("one", "One", path="/one")
    for name, url in zip(("First", "Second"), urls, strict=True):
        ns.route(url)(type(name, (Resource,), {"get": operation(ns)}))
    said = r"two operations have one address: First\.get .* and Second\.get .*doc=False"
    with pytest.raises(DeclarationError, match=said):
        start(ns)


def test_two_resources_share_an_address(start: Start) -> None:
    """Two classes with different methods may have one address, and hidden ones the same method."""
    ns = Namespace("one", "One", path="/one")
    ns.route("")(type("Reading", (Resource,), {"get": operation(ns)}))
    ns.route("")(type("Writing", (Resource,), {"post": operation(ns)}))
    ns.route("", doc=False)(type("Hidden", (Resource,), {"get": operation(ns)}))
    client = start(ns).test_client()
    assert [client.get("/one").status_code, client.post("/one").status_code] == [200, 200]
    assert client.get("/openapi.json").get_json()["paths"]["/one"].keys() >= {"get", "post"}


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
    """Two operationIds that differ only in case or punctuation are refused, declared or derived."""
    with pytest.raises(DeclarationError, match=said):
        start(serving("one", **one), serving("two", **two))


@pytest.mark.parametrize("identifier", ["", " ", "list items", "1st", "list/items", "a\n"])
def test_an_id_that_is_no_name_is_refused(start: Start, identifier: str) -> None:
    """An operationId that cannot become a function's name in a client is refused."""
    with pytest.raises(DeclarationError, match="letters, digits"):
        start(serving("one", id=identifier))


def schema(text: str = "text", **members: Any) -> type[Schema]:
    """A schema of the name Car, with this field."""
    return type("Car", (Schema,), {text: fields.Str(metadata={"example": "x"}), **members})


def of(name: str, **declared: Any) -> Namespace:
    """A namespace with one operation, a POST, whose schema is Note unless it is declared."""
    ns = Namespace(name, name, path=f"/{name}")
    view = ns.operation(**{"returns": Note, **declared})(lambda self, **_values: None)
    ns.add_resource(type(name.title(), (Resource,), {"post": public(view)}), "")
    return ns


class Outer(Schema):
    """Another schema has a schema of this name nested in it."""

    text = fields.Str(metadata={"example": "x"})
    more = fields.Str(metadata={"example": "x"})
    last = fields.Str(metadata={"example": "x"})


def named(name: str) -> type[Schema]:
    return type(name, (Schema,), {"own": fields.Str(metadata={"example": "x"})})


def nesting() -> type[Schema]:
    inner = type("Outer", (Schema,), {"other": fields.Str(metadata={"example": "x"})})
    return type("Nesting", (Schema,), {"inner": fields.Nested(inner)})


@pytest.mark.parametrize(
    ("one", "two", "name"),
    [
        ({"returns": schema()}, {"returns": schema("other")}, "Car"),
        ({"returns": schema()}, {"body": schema("other")}, "Car"),
        ({"returns": Outer}, {"returns": nesting()}, "Outer"),
        ({"returns": Outer(partial=True)}, {"returns": named("OuterChange")}, "OuterChange"),
    ],
    ids=["two classes", "in and out", "nested", "a variant and a class"],
)
def test_two_schemas_of_one_name_are_refused(
    start: Start, one: dict[str, Any], two: dict[str, Any], name: str
) -> None:
    """Two schemas with one name are refused, and the error names both operations."""
    with pytest.raises(DeclarationError) as raised:
        start(of("one", **one), of("two", **two))
    said = str(raised.value)
    assert said.startswith(f"two schemas have the name {name} in the documents: ")
    assert "One.post (POST /one, " in said
    assert "Two.post (POST /two, " in said
    assert "Meta" in said


def test_two_schemas_of_one_name_say_where_they_are(start: Start) -> None:
    """The error for two schemas of one name gives file and line, and how a variant differs."""
    with pytest.raises(DeclarationError) as raised:
        start(of("one", returns=named("OuterOnlyText")), of("two", returns=Outer(only=("text",))))
    said = str(raised.value)
    place = rf"tests\.core\.test_distinct\.Outer with only= \({__file__}:\d+\) of Two"
    assert re.search(place, said), said
    assert "OuterOnlyText (" in said


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (Outer, Outer(many=True)),
        (Outer, Outer(partial=True)),
        (Outer(exclude=("text",)), Outer(only=("text",))),
        (schema(), schema("other", Meta=type("Meta", (), {"component": "OtherCar"}))),
    ],
    ids=["a list of it", "a change of it", "two variants", "Meta.component"],
)
def test_schemas_that_have_a_name_each_are_served(
    start: Start, one: type[Schema], two: Any
) -> None:
    """A list of a schema, a variant of it and one with Meta.component cause no name conflict."""
    assert start(of("one", returns=one), of("two", returns=two))


def test_an_example_that_is_not_shown_is_told(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names the field whose example is not shown, because the field would refuse it."""
    wrong = type("Wrong", (Schema,), {"text": fields.Str(metadata={"example": 5})})
    with caplog.at_level("WARNING"):
        start(of("one", returns=wrong))
    assert "the example of Wrong.text is not shown" in caplog.text


def of_model(name: str, **members: Any) -> Namespace:
    """A namespace with one operation, which answers a model of the name Item."""
    ns = Namespace(name, name, path=f"/{name}")
    view: Any = ns.marshal_with(ns.model("Item", members))(lambda self, **_values: {})
    ns.add_resource(type(name.title(), (Resource,), {"get": public(view)}), "")
    return ns


def test_two_models_of_one_name_are_refused(start: Start) -> None:
    """Two namespaces with different models of one name are refused, because Flask-RESTX takes the
    last for both."""
    one = of_model("one", text=restx.String)
    with pytest.raises(DeclarationError, match=r"name Item .* namespace one, and one of two"):
        start(one, of_model("two", number=restx.Integer))
    assert start(of_model("one", text=restx.String), of_model("two", text=restx.String))


class Sold(Problem):
    """The car is sold."""

    name, status, title, detail = "sold", 409, "Sold", "Somebody else was faster."


class SoldAgain(Sold):
    detail = "Two others were faster."


class AlsoSold(Sold):
    """Another type of the same name."""

    name = "sold"


class NotHere(Problem):
    """A type whose name one of the machinery's has."""

    name, status, title, detail = "not-found", 404, "Not here", "Not here."


@pytest.mark.parametrize(
    ("problems", "said"),
    [
        ((Sold, AlsoSold), "have the name sold: "),
        ((NotHere,), "have the name not-found: "),
        ((type("NotFound", (NotFound,), {"name": "no-car"}),), "have the class name NotFound: "),
    ],
    ids=["two of the team", "one of the machinery", "classes"],
)
def test_two_problem_types_of_one_name_are_refused(
    start: Start, problems: tuple[type[Problem], ...], said: str
) -> None:
    """Two problem types with one name are refused, and the error names both classes."""
    with pytest.raises(DeclarationError) as raised:
        start(*(of(f"number{n}", problems=(each,)) for n, each in enumerate(problems)))
    assert f"two problem types {said}" in str(raised.value)
    for each in problems:
        assert f"{each.__module__}.{each.__qualname__} (" in str(raised.value)


def test_a_problem_of_an_exception_has_a_name_of_its_own(issuer: EmbeddedIssuer) -> None:
    """A problem that is assigned to an exception needs a name of its own too."""
    api = replace(application, namespaces=(of("one"),), problems={LookupError: NotHere})
    with pytest.raises(DeclarationError, match="two problem types have the name not-found"):
        create_app(api, Settings(), issuer=issuer)


def test_a_case_of_a_problem_type_is_served(start: Start) -> None:
    """A subclass without a name of its own belongs to its parent's problem type and is served."""
    assert start(of("one", problems=(Sold, SoldAgain)))


def test_a_scope_that_is_described_in_two_ways_is_refused(start: Start) -> None:
    """The error for a scope that is described in two ways names both namespaces."""
    one = Namespace("one", "One", path="/one", scopes={"a": "This"})
    two = Namespace("two", "Two", path="/two", scopes={"a": "That"})
    with pytest.raises(DeclarationError, match=r"the scope a .* in the namespaces one and two"):
        start(one, two)
