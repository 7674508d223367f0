"""The page at /problems."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.core.bridge import Namespace, Resource, api_of
from api.core.factory import create_app
from api.core.guard import public, require_auth
from api.core.issuer import EmbeddedIssuer
from api.core.problems import OF_ANY_PATH, Problem
from api.core.settings import Settings
from openapi import operations
from openapi.problem_pages import problem_types, type_of
from tests.core.demo import application


class Sold(Problem):
    """The car is sold: choose another."""

    name, status, title, detail = "sold", 409, "Sold", "Somebody else was faster."


class SoldTwice(Sold):
    detail = "Two others were faster."


class NoCar(LookupError):
    """An exception of the team's own."""


def explained(app: Flask) -> list[str]:
    """The names of the problem types on the page, in its order."""
    return re.findall(r'<section id="([^"]+)">', app.test_client().get("/problems").text)


def cars(*, guarded: bool = False, problems: tuple[type[Problem], ...] = ()) -> Namespace:
    ns = Namespace("cars", "Cars", path="/cars")
    view = ns.operation(problems=problems)(lambda self: None)
    layer = require_auth() if guarded else public
    ns.add_resource(type("Cars", (Resource,), {"get": layer(view)}), "")
    return ns


def test_every_type_leads_to_its_explanation(app: Flask, client: FlaskClient) -> None:
    """The page has a section for each problem type that the app can answer, with its title."""
    listed = problem_types(operations(api_of(app)), OF_ANY_PATH)
    names = {each.name for each in listed}
    assert {"insufficient-scope", "message-not-found", "not-found"} <= names
    for kind in listed:
        path, _, fragment = kind().members()["type"].partition("#")
        page = client.get(path)
        assert page.status_code == 200
        assert f'id="{fragment}"' in page.text
        assert kind.title.replace("'", "&#39;") in page.text


def test_the_page_explains_what_this_app_can_answer(issuer: EmbeddedIssuer) -> None:
    """The page explains no type of a resource, or of a guard, that the app does not have."""
    of_any_path = {each.name for each in OF_ANY_PATH}
    tenant = Settings(auth0_domain=("example.auth0.com",), auth0_audience="https://api")
    bare = replace(application, namespaces=(cars(),))
    assert set(explained(create_app(bare, tenant))) == of_any_path
    guarded = replace(application, namespaces=(cars(guarded=True),))
    assert "invalid-token" in explained(create_app(guarded, tenant))
    with_issuer = explained(create_app(bare, Settings(), issuer=issuer))
    assert set(with_issuer) == {*of_any_path, "forbidden-origin"}


@pytest.mark.parametrize("by_exception", [True, False])
def test_the_page_explains_the_teams_own_types(issuer: EmbeddedIssuer, by_exception: bool) -> None:
    """The page explains the types of the team's operations and exceptions, in the order of
    status."""
    api = replace(
        application,
        namespaces=(cars(problems=() if by_exception else (Sold, SoldTwice)),),
        problems={NoCar: Sold} if by_exception else {},
    )
    listed = explained(create_app(api, Settings(), issuer=issuer))
    assert listed.count("sold") == 1
    assert (
        listed.index("method-not-allowed") < listed.index("sold") < listed.index("internal-error")
    )


def test_a_case_of_a_type_has_no_section_of_its_own() -> None:
    """A problem class without a name of its own is a case of the type that it derives from."""
    assert type_of(SoldTwice) is Sold
    assert type_of(Sold) is Sold


def test_the_page_allows_nothing_inline(client: FlaskClient) -> None:
    """The page has the same strict Content-Security-Policy as the page of Swagger UI."""
    assert "script-src 'self'" in client.get("/problems").headers["Content-Security-Policy"]
