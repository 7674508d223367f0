"""The documents of an app, and the pages that people read: Swagger UI and the problem types."""

from itertools import chain

from flask import Flask

from api.core import distinct, guard, problems
from api.core.bridge import Api, api_of
from openapi import build_document, operations
from openapi.about import BESIDE_DOCUMENT, LoginEndpoints
from openapi.blueprint import openapi_blueprint
from openapi.declaration import declaration_of
from openapi.operation import ProblemType
from openapi.page import Login, page
from openapi.problem_pages import problem_pages, problem_types
from openapi.schemas import Json
from schemas.core.problem import ProblemView

# The version of each document, by the name of its file.
DOCUMENTS = {"openapi.json": "3.1", "openapi-3.0.json": "3.0", "swagger.json": "2.0"}


def init_app(app: Flask, issuer: guard.IssuerConfig, others: tuple[ProblemType, ...]) -> None:
    """Serve the documents, Swagger UI and the problem pages. Anybody may read them.

    :param app: an app that has its Api and its guard
    :param issuer: where clients log in
    :param others: problem types of no operation: those of the team's exceptions, of the issuer
    :raises DeclarationError: two problem types have one name
    """
    api = api_of(app)
    endpoints = LoginEndpoints(issuer.authorization_endpoint, issuer.token_endpoint)
    app.register_blueprint(
        openapi_blueprint(build_documents(app, login=endpoints), app.config["PUBLIC_URL"])
    )
    app.register_blueprint(page(api.title, login=_login(api, issuer)))
    app.register_blueprint(problem_pages(api.title, problem_catalogue(app, others)))
    guard.open_blueprints(app, "documents", "docs", "problems")


def build_documents(
    app: Flask, *, login: LoginEndpoints | None = None, server: Json = BESIDE_DOCUMENT
) -> dict[str, Json]:
    """Return the documents of the app's API by file name.

    :param app: the app
    :param login: where clients log in; by default, as in the committed documents, at no one tenant
    :param server: where the API is, as a Server Object of OpenAPI 3
    """
    with app.app_context():
        return {
            name: build_document(
                api_of(app),
                version,
                problem_schema=ProblemView,
                always=(problems.InternalError,),
                always_headers=("X-Request-Id",),
                login=login,
                server=server,
                dpop="dpop" in guard.guard_of(app).validators,
            )
            for name, version in DOCUMENTS.items()
        }


def problem_catalogue(app: Flask, others: tuple[ProblemType, ...] = ()) -> tuple[ProblemType, ...]:
    """Return every problem type that the app can answer, by status and name.

    :param app: the app
    :param others: problem types of no operation: those of the team's exceptions, of the issuer
    :raises DeclarationError: two problem types have one name
    """
    listed = operations(api_of(app))
    of_views = (declaration_of(view).problems for view in app.view_functions.values())
    everywhere = (*problems.OF_ANY_PATH, *chain.from_iterable(of_views), *others)
    distinct.check_problems((*chain.from_iterable(each.problems for each in listed), *everywhere))
    return problem_types(listed, everywhere)


def _login(api: Api, issuer: guard.IssuerConfig) -> Login | None:
    if not issuer.spa_client_id:
        return None
    return Login(
        client_id=issuer.spa_client_id,
        audience=issuer.audience,
        scopes=tuple(api.scopes),
        issuer_origin=issuer.origin,
    )
