"""create_app: a table of contents."""

import time
from collections.abc import Callable
from itertools import chain

from flask import Flask, Response
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

from api.core import distinct, guard, http, observability, problems, storage
from api.core.application import Application
from api.core.bridge import Api
from api.core.problems import (
    DatabaseUnavailable,
    IdempotencyKeyReused,
    InternalError,
    Problem,
    ValidationFailed,
)
from api.core.settings import Settings
from api.core.settings import init_app as init_settings
from api.core.storage import CursorError, Database, KeyReused, Unavailable
from openapi import build_document, operations
from openapi.about import THIS_SERVER, LoginEndpoints
from openapi.blueprint import openapi_blueprint
from openapi.declaration import declaration_of
from openapi.operation import ProblemType
from openapi.page import Login, page
from openapi.problem_pages import problem_pages, problem_types
from openapi.schemas import Json
from schemas.core.problem import ProblemView

Clock = Callable[[], float]

# The version of each document, by the name of its file.
DOCUMENTS = {"openapi.json": "3.1", "swagger.json": "2.0"}

# What pages of other origins may send and read, beside what every page may.
REQUEST_HEADERS = (
    *("Authorization", "DPoP", "Content-Type"),
    *("If-Match", "If-None-Match", "Idempotency-Key"),
)
ANSWER_HEADERS = (
    *("WWW-Authenticate", "Retry-After", "X-Request-Id"),
    *("ETag", "Location", "Link"),
)


def create_app(
    application: Application,
    settings: Settings,
    *,
    issuer: guard.Issuer | None = None,
    database: Database | None = None,
    fetch: guard.Fetch = guard.fetch_https,
    now: Clock = time.time,
    clock: Clock = time.monotonic,
) -> Flask:
    """Return the API.

    :param application: all that is special about this API
    :param settings: of the application's class, for it is what handlers read
    :param issuer: the embedded issuer, which counts where the settings name no tenant
    :param database: instead of the one that the settings name
    :param fetch: returns the body of an address of a tenant
    :param now: seconds since the epoch
    :param clock: monotonic seconds
    :raises SettingsError: neither the settings nor `issuer` say whose tokens count
    :raises DeclarationError: an operation is declared wrongly
    """
    app = Flask(__name__, static_folder=None)
    init_settings(app, settings)
    http.init_app(app)
    observability.init_app(app)
    problems.init_app(app)
    _remember(app, database or _database(settings, application))
    config = guard.issuer_config(settings, issuer, fetch)
    guard.init_app(app, guard.Guard.from_settings(settings, config, now, clock))
    api = _api(app, application, settings)
    _publish(app, api, config)
    others = tuple(application.problems.values())
    if issuer and not settings.has_tenant:
        issuer.init_app(app, api.scopes)
        others = (*others, *issuer.problems)
    app.register_blueprint(problem_pages(api.title, problem_catalogue(app, others)))
    _open(app, "documents", "docs", "problems", "issuer")
    _let_in(app, settings, application)
    api.check()
    return app


def build_documents(
    app: Flask, *, login: LoginEndpoints | None = None, server: Json = THIS_SERVER
) -> dict[str, Json]:
    """Return the documents of the app's API by file name.

    :param app: the app
    :param login: where clients log in; by default, as in the committed documents, at no one tenant
    :param server: where the API is, as a Server Object of OpenAPI 3
    """
    with app.app_context():
        return {
            name: build_document(
                app.extensions["api"],
                version,
                problem_schema=ProblemView,
                always=(InternalError,),
                always_headers=("X-Request-Id",),
                login=login,
                server=server,
                dpop="dpop" in guard.current_guard().validators,
            )
            for name, version in DOCUMENTS.items()
        }


def problem_catalogue(app: Flask, others: tuple[ProblemType, ...] = ()) -> tuple[ProblemType, ...]:
    """Return every problem type that the app can answer, by status and name.

    :param app: the app
    :param others: problem types of no operation: those of the team's exceptions, of the issuer
    :raises DeclarationError: two problem types have one name
    """
    listed = operations(app.extensions["api"])
    of_views = (declaration_of(view).problems for view in app.view_functions.values())
    everywhere = (*problems.OF_ANY_PATH, *chain.from_iterable(of_views), *others)
    distinct.check_problems((*chain.from_iterable(each.problems for each in listed), *everywhere))
    return problem_types(listed, everywhere)


def _database(settings: Settings, application: Application) -> Database:
    return Database(
        settings.database_url,
        branches=application.branches,
        connections=settings.database_connections,
        waiters=settings.database_waiters,
        wait=settings.database_timeout,
        attempts=1 + settings.database_retries,
    )


def _remember(app: Flask, database: Database) -> None:
    """The storage, and how its failures are told."""
    storage.init_app(app, database)

    @app.errorhandler(Unavailable)
    def tell_unavailable(_error: Unavailable) -> Response:
        return problems.render(DatabaseUnavailable(headers={"Retry-After": "1"}))

    @app.errorhandler(CursorError)
    def tell_bad_cursor(_error: CursorError) -> Response:
        detail = "Not a cursor of this listing with these filters; begin without one."
        return problems.render(ValidationFailed(errors=[{"parameter": "cursor", "detail": detail}]))

    @app.errorhandler(KeyReused)
    def tell_key_reused(_error: KeyReused) -> Response:
        return problems.render(IdempotencyKeyReused())


def _api(app: Flask, application: Application, settings: Settings) -> Api:
    """The resources, and what the documents say of the API as a whole."""
    contact, license_ = application.contact, application.license
    api = Api(
        app,
        application.namespaces,
        summary=application.summary,
        max_body=settings.max_body,
        title=application.title,
        version=application.version,
        description=application.description,
        terms_url=application.terms_of_service,
        contact=contact.get("name"),
        contact_url=contact.get("url"),
        contact_email=contact.get("email"),
        license=license_.get("name"),
        license_url=license_.get("url"),
    )
    for kind, problem in application.problems.items():
        _answer(app, kind, problem)
    return api


def _answer(app: Flask, kind: type[Exception], problem: type[Problem]) -> None:
    app.register_error_handler(kind, lambda _error: problems.render(problem()))


def _publish(app: Flask, api: Api, issuer: guard.IssuerConfig) -> None:
    """The documents, and the pages that people read them on."""
    app.extensions["api"] = api
    endpoints = LoginEndpoints(issuer.authorization_endpoint, issuer.token_endpoint)
    app.register_blueprint(openapi_blueprint(build_documents(app, login=endpoints)))
    app.register_blueprint(page(api.title, login=_login(api, issuer)))


def _login(api: Api, issuer: guard.IssuerConfig) -> Login | None:
    if not issuer.spa_client_id:
        return None
    return Login(
        client_id=issuer.spa_client_id,
        audience=issuer.audience,
        scopes=tuple(api.scopes),
        issuer_origin=issuer.origin,
    )


def _open(app: Flask, *blueprints: str) -> None:
    """Say of the views of these blueprints that anybody may call them."""
    for endpoint, view in app.view_functions.items():
        if endpoint.partition(".")[0] in blueprints:
            app.view_functions[endpoint] = guard.public(view)


def _let_in(app: Flask, settings: Settings, application: Application) -> None:
    """Browsers of other origins, and the proxies in front."""
    if settings.cors_origins:
        CORS(
            app,
            origins=list(settings.cors_origins),
            allow_headers=[*REQUEST_HEADERS, *application.request_headers],
            expose_headers=[*ANSWER_HEADERS, *application.response_headers],
            max_age=600,
        )
        app.after_request(_vary_by_origin)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _vary_by_origin(response: Response) -> Response:
    # Also where no origin was let in: a cache must not hand that answer to one that is.
    response.vary.add("Origin")
    return response
