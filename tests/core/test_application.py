"""What an Application declares appears in its app and in its documents."""

from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from api.core import Namespace, Persona, Problem, Resource, namespaces, public
from api.core.application import Application
from api.core.documents import build_documents
from api.core.factory import create_app
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings
from tests.core.demo import application, greetings

SCHEME = {"type": "apiKey", "in": "header", "name": "X-Partner"}
NAMED = replace(
    application,
    contact={"name": "Ann", "url": "https://example.com/ann", "email": "ann@example.com"},
    license={"name": "MIT", "url": "https://example.com/mit"},
    terms_of_service="https://example.com/terms",
    security_schemes={"partner": SCHEME},
)


class Teapot(Problem):
    """It is a teapot: ask a coffee machine."""

    name = "teapot"
    status = 418
    title = "A teapot"
    detail = "This is a teapot."


class ShortAndStout(Exception):
    """An exception of the team's own."""


def documents(named: Application, issuer: EmbeddedIssuer) -> dict[str, Any]:
    return build_documents(create_app(named, Settings(), issuer=issuer))


@pytest.mark.parametrize("name", ["openapi.json", "openapi-3.0.json", "swagger.json"])
def test_the_documents_name_the_team(issuer: EmbeddedIssuer, name: str) -> None:
    """Contact, licence and terms stand in every document."""
    info = documents(NAMED, issuer)[name]["info"]
    assert (info["title"], info["version"]) == (application.title, application.version)
    assert info["contact"] == NAMED.contact
    assert info["license"] == NAMED.license
    assert info["termsOfService"] == NAMED.terms_of_service


def test_further_security_schemes_are_documented(issuer: EmbeddedIssuer) -> None:
    """A security scheme of the team is in both documents, beside those of the guard."""
    both = documents(NAMED, issuer)
    newer = both["openapi.json"]["components"]["securitySchemes"]
    assert newer["partner"] == both["swagger.json"]["securityDefinitions"]["partner"] == SCHEME
    assert "bearerAuth" in newer


def test_an_exception_of_the_team_is_answered_as_its_problem(issuer: EmbeddedIssuer) -> None:
    """An exception of the team is answered as its assigned problem, which /problems explains."""
    ns = Namespace("pots", "Pots", path="/pots")

    @ns.route("")
    class Pots(Resource):
        @public
        def get(self) -> None:
            raise ShortAndStout

    with_pots = replace(application, namespaces=(ns,), problems={ShortAndStout: Teapot})
    app: Flask = create_app(with_pots, Settings(), issuer=issuer)
    answer = app.test_client().get("/pots")
    assert (answer.status_code, answer.json["type"]) == (418, "/problems#teapot")  # type: ignore[index]
    assert "ask a coffee machine" in app.test_client().get("/problems").text


def test_the_login_page_offers_the_personas_of_the_application(issuer: EmbeddedIssuer) -> None:
    """The login page offers the personas of the application instead of the default ones."""
    clerk = Persona("clerk", "Clerk", "Writes it down.", ("write:",))
    app = create_app(replace(application, personas=(clerk,)), Settings(), issuer=issuer)
    query = {
        "response_type": "code",
        "client_id": issuer.spa_client_id,
        "redirect_uri": "http://localhost/docs/oauth2-redirect.html",
        "code_challenge": "x" * 43,
        "code_challenge_method": "S256",
        "scope": "write:messages",
    }
    page = app.test_client().get("/issuer/authorize", query_string=query).text
    assert "Writes it down." in page
    assert "Administrator" not in page


def test_namespaces_are_those_that_a_package_imports() -> None:
    """Namespaces are found in the order of a package's imports, and other modules are skipped."""
    package = ModuleType("package")
    for name, ns in (("first", greetings.public_ns), ("second", greetings.private_ns)):
        module = ModuleType(name)
        module.ns = ns  # type: ignore[attr-defined]
        setattr(package, name, module)
    package.other = ModuleType("other")  # type: ignore[attr-defined]
    assert namespaces(package) == (greetings.public_ns, greetings.private_ns)
