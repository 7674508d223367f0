"""What an Api says of itself."""

from typing import Any

import flask_restx
import pytest
from flask import Flask

from openapi import operations
from openapi.info import base_path, info, tags
from tests.core.openapi.stock import Resource, method


def an_api(**more: Any) -> tuple[Flask, Any]:
    app = Flask("stock")
    api = flask_restx.Api(app, **more)
    for name in ("wheels", "cars"):
        ns = api.namespace(name, f"About {name}")
        ns.add_resource(type(name.title(), (Resource,), {"get": method()}), "")
    return app, api


def test_values_may_be_functions() -> None:
    """A value of the Api may be a function, which Flask-RESTX calls when the document is made."""
    _, api = an_api(title=lambda: "Cars", version="3", description=lambda: "All of them")
    assert info(api, "3.1.0") == {
        "title": "Cars",
        "version": "3",
        "description": "All of them",
    }


def test_a_license_without_a_name_is_left_out() -> None:
    """A licence without a name is left out, because a License Object must have one."""
    _, api = an_api(license_url="https://example.com", contact_email="ann@example.com")
    described = info(api, "3.1.0")
    assert "license" not in described
    assert described["contact"] == {"email": "ann@example.com"}


def test_a_contact_without_a_name_is_left_out_in_20() -> None:
    """The document of 2.0 has no contact without a name, as Flask-RESTX has none."""
    _, api = an_api(contact_email="ann@example.com")
    assert "contact" not in info(api, "2.0")


def test_tags_of_the_api_come_first_in_its_order() -> None:
    """The tags of the Api come first, in its order; namespaces follow by name, without the empty
    ones."""
    _, api = an_api(tags=["second", ("first", "The first"), {"name": "wheels", "x-a": 1}])
    api.namespace("empty", "Nothing is here")
    assert tags(api, operations(api)) == [
        {"name": "second"},
        {"name": "first", "description": "The first"},
        {"name": "wheels", "x-a": 1, "description": "About wheels"},
        {"name": "cars", "description": "About cars"},
    ]


@pytest.mark.parametrize(("prefix", "base"), [("", "/"), ("/v1", "/v1"), ("/v1/", "/v1")])
def test_paths_begin_at_the_prefix(prefix: str, base: str) -> None:
    """The paths of a document begin at the prefix of the Api, without any request."""
    app, api = an_api(prefix=prefix)
    with app.app_context():
        assert base_path(api) == base
