"""The operations of any Api: listed once, in a fixed order, whoever declared them."""

from collections.abc import Iterator
from dataclasses import FrozenInstanceError, replace
from typing import Any

import flask_restx
import pytest
from flask import Flask
from flask_restx import inputs

from api.core import bridge
from api.core.bridge import Namespace, api_of
from api.core.factory import create_app
from api.core.guard import public, require_auth
from api.core.issuer import EmbeddedIssuer
from api.core.problems import NotFound
from api.core.settings import Settings
from openapi import Operation, operations
from openapi.operation import JSON, METHODS, PUBLIC, Access
from openapi.schemas import JsonSchema
from tests.core.demo import application
from tests.core.demo.messages import MessageDraft, MessageView
from tests.core.openapi.stock import Resource, method, stock_api


@pytest.fixture
def stock() -> Iterator[dict[str, Operation]]:
    """The operations of a stock Api, by method and path."""
    app, api = stock_api()
    with app.app_context():
        yield {f"{each.method} {each.path}": each for each in operations(api)}


def test_operations_come_by_path_and_method(app: Flask) -> None:
    """Operations come in the order of path and method, not in that of registration."""
    listed = operations(api_of(app))
    ranked = [(each.path, METHODS.index(each.method)) for each in listed]
    assert ranked == sorted(ranked)
    assert len({each.id for each in listed}) == len(listed)


def test_an_operation_has_all_that_its_decorators_declare(app: Flask) -> None:
    """An operation has what the guard, the contract and Flask-RESTX's decorators declare."""
    [update] = [each for each in operations(api_of(app)) if each.id == "updateMessage"]
    assert (update.method, update.path) == ("patch", "/api/messages/{message_id}")
    assert (update.tags, update.summary) == (("messages",), "Change a message")
    assert update.access == Access((("write:messages",), ("admin:messages",)))
    assert str(update.access) == "write:messages or admin:messages"
    parameters = {(each.name, each.location): each for each in update.parameters}
    assert list(parameters) == [("message_id", "path"), ("If-Match", "header")]
    schema = parameters["message_id", "path"].schema
    assert isinstance(schema, JsonSchema)
    assert schema.members == {"type": "string", "format": "uuid"}
    assert update.body is not None
    assert update.body.content[JSON].schema is MessageDraft
    assert update.answers["200"].content[JSON].schema is MessageView
    assert list(update.answers["200"].headers) == ["ETag"]
    assert {"not-your-message", "insufficient-scope"} <= {each.name for each in update.problems}


def test_an_operation_cannot_be_changed(app: Flask) -> None:
    """An operation is frozen, so that no reader can change it for the others."""
    [first, *_] = operations(api_of(app))
    with pytest.raises(FrozenInstanceError):
        first.id = "another"  # type: ignore[misc]


def test_layers_add_up_and_leave_each_other_as_they_were(issuer: EmbeddedIssuer) -> None:
    """A method of a base class stays public there, and is guarded in the class that decorates
    it."""
    ns = Namespace("cars", "Cars", path="/cars")
    contracted = ns.operation(problems=[NotFound])(lambda self: None)
    one = type("One", (bridge.Resource,), {"get": public(contracted)})
    two = type("Two", (bridge.Resource,), {"get": require_auth()(contracted)})
    for number, resource in enumerate((one, two)):
        ns.add_resource(resource, f"/{number}")
    app = create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)
    first, second = operations(api_of(app))
    assert (first.access, second.access) == (PUBLIC, Access())
    assert first.problems == (NotFound,)
    assert second.problems[0] is NotFound
    assert len(second.problems) > 1


@pytest.mark.parametrize(
    ("access", "text"),
    [
        (PUBLIC, "nothing"),
        (Access(), "any access token"),
        (Access((("a", "b"), ("c",))), "a b or c"),
        (Access((("a",),), optional=True), "a, or nothing"),
    ],
)
def test_access_says_what_a_caller_needs(access: Access, text: str) -> None:
    """The access of an operation says what a caller needs, in the words of `manage.py routes`."""
    assert str(access) == text


def test_a_stock_api_is_listed(stock: dict[str, Operation]) -> None:
    """Hidden operations of a stock Api are left out; two that claim one id get an id each."""
    assert {key: each.id for key, each in stock.items()} == {
        "get /cars": "list_cars",
        "post /cars": "post_cars",
        "get /cars/old/{car_id}": "get_carOldByCarId",
        "put /cars/old/{car_id}": "put_carOldByCarId",
        "get /cars/{car_id}": "get_car",
        "put /cars/{car_id}": "put_car",
        "get /uploads/{kind}": "get_cars",
        "post /uploads/{kind}": "post_carsUploadsByKind",
    }
    assert {each.access for each in stock.values()} == {None}


def test_what_a_stock_api_says_of_an_operation(stock: dict[str, Operation]) -> None:
    """An operation of a stock Api has the summary, description, deprecation, extensions and
    security of its decorators."""
    read, change = stock["get /cars/{car_id}"], stock["put /cars/{car_id}"]
    assert (read.summary, read.description) == ("Read a car", "Whole.\n\nMore of it.")
    assert (read.deprecated, change.deprecated) == (False, True)
    assert change.extensions == {"x-cost": 5}
    assert stock["get /uploads/{kind}"].security == ({"key": ()},)


@pytest.mark.parametrize(
    ("key", "name", "schema"),
    [
        ("get /cars/{car_id}", "car_id", {"type": "integer", "minimum": 1}),
        ("get /cars/old/{car_id}", "car_id", {"type": "string", "format": "uuid"}),
        ("get /uploads/{kind}", "kind", {"type": "string", "enum": ["a", "b"]}),
        ("get /cars", "colour", {"type": "string"}),
        ("get /cars", "sizes", {"type": "array", "items": {"type": "integer"}}),
    ],
)
def test_parameters_of_a_stock_api(
    stock: dict[str, Operation], key: str, name: str, schema: dict[str, object]
) -> None:
    """Path parameters have the types of their converters, and others are as the parser declares
    them."""
    [parameter] = [each for each in stock[key].parameters if each.name == name]
    assert isinstance(parameter.schema, JsonSchema)
    assert parameter.schema.members == schema
    assert parameter.required == (name != "sizes")


def test_bodies_and_answers_of_a_stock_api(stock: dict[str, Operation]) -> None:
    """The bodies and answers of a stock Api are read from models, lists of models and forms."""
    post = stock["post /cars"]
    assert post.body is not None
    assert post.body.content[JSON].schema == JsonSchema({"$ref": "#/definitions/Car"})
    assert list(post.answers["201"].headers) == ["Location"]
    listed = stock["get /cars"].answers["200"].content[JSON].schema
    assert listed == JsonSchema({"type": "array", "items": {"$ref": "#/definitions/Car"}})
    assert {*stock["get /cars/{car_id}"].answers} == {"200", "404"}
    form = stock["get /uploads/{kind}"].body
    assert form is not None
    assert list(form.content) == ["multipart/form-data"]
    schema = form.content["multipart/form-data"].schema
    assert isinstance(schema, JsonSchema)
    assert list(schema.members["properties"]) == ["file", "count"]
    assert schema.members["required"] == ["file"]


@pytest.mark.parametrize(
    ("argument", "schema"),
    [
        (
            {"action": "append", "choices": ("a", "b")},
            {"type": "array", "items": {"type": "string", "enum": ("a", "b")}},
        ),
        (
            {"action": "split", "type": inputs.natural, "help": "Which"},
            {"type": "array", "items": {"type": "integer", "minimum": 0}},
        ),
        (
            {"action": "append", "type": inputs.date_from_iso8601},
            {"type": "array", "items": {"type": "string", "format": "date"}},
        ),
    ],
)
def test_what_is_said_of_a_list_is_true_of_its_items(
    argument: dict[str, Any], schema: dict[str, Any]
) -> None:
    """The choices and bounds of a repeated argument are those of each item."""
    api = flask_restx.Api(Flask("stock"))
    parser = api.parser().add_argument("it", **argument)
    api.add_resource(type("Things", (Resource,), {"get": api.expect(parser)(method())}), "/things")
    [operation] = operations(api)
    [parameter] = operation.parameters
    assert isinstance(parameter.schema, JsonSchema)
    assert parameter.schema.members == schema
    assert parameter.style == {"explode": argument["action"] == "append"}
