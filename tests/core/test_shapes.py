"""A polymorphic resource, and one that is nested in itself."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

CIRCLE = {"type": "circle", "radius": "1.50"}


@pytest.fixture
def drawer(bearer: Callable[..., FlaskClient]) -> FlaskClient:
    return bearer("write:messages")


@pytest.mark.parametrize(
    "shape", [CIRCLE, {"type": "group", "shapes": [CIRCLE, {"type": "group", "shapes": []}]}]
)
def test_a_shape_is_drawn(drawer: FlaskClient, shape: dict[str, object]) -> None:
    """A shape of each type is read and written, groups in groups as well."""
    response = drawer.post("/api/shapes", json=shape)
    assert (response.status_code, response.json) == (201, shape)


@pytest.mark.parametrize(
    ("shape", "pointer"),
    [
        ({"radius": "1.50"}, "/type"),
        ({"type": "square"}, "/type"),
        ({"type": "circle", "shapes": []}, "/shapes"),
        ({"type": "group", "shapes": [{"type": "circle", "radius": "x"}]}, "/shapes/0/radius"),
    ],
)
def test_a_bad_shape_is_named(drawer: FlaskClient, shape: dict[str, object], pointer: str) -> None:
    """A shape of an unknown type, or with a member of another type, is 422 and named."""
    response = drawer.post("/api/shapes", json=shape)
    assert response.status_code == 422
    assert pointer in [error["pointer"] for error in response.get_json()["errors"]]


def test_a_tree_is_drawn(client: FlaskClient) -> None:
    """A branch has branches, which have branches."""
    tree = {"name": "oak", "branches": [{"name": "left", "branches": [{"name": "leaf"}]}]}
    response = client.post("/api/shapes/trees", json=tree)
    assert (response.status_code, response.json) == (200, tree)


def test_the_document_says_that_a_radius_has_no_sign(client: FlaskClient) -> None:
    """The pattern of a number that is a text leaves out the sign where nothing is below zero."""
    schemas = client.get("/openapi.json").get_json()["components"]["schemas"]
    patterns = [
        each["properties"]["radius"]["pattern"]
        for name, each in schemas.items()
        if "radius" in each.get("properties", {})
    ]
    assert patterns
    assert set(patterns) == {r"^\d+(?:\.\d+)?$"}
