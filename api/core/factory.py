"""create_app: a table of contents."""

import threading
import time
from collections.abc import Callable

from flask import Flask, Response
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

from api.core import guard, http, observability, problems, storage
from api.core.application import Application
from api.core.authority import Authority, Issuer, authority
from api.core.bridge import Api
from api.core.guard import (
    Auth0JWTBearerTokenValidator,
    DPoPTokenValidator,
    Expected,
    Fetch,
    Guard,
    Replays,
    ReplaysInMemory,
    ReplaysInRedis,
    SigningKeys,
    fetch_https,
)
from api.core.problems import (
    DatabaseUnavailable,
    IdempotencyKeyReused,
    InternalError,
    Problem,
    ValidationFailed,
)
from api.core.settings import Settings
from api.core.storage import CursorError, Database, KeyReused, Unavailable
from openapi.about import LoginEndpoints
from openapi.dialect import Json
from openapi.documents import THIS_SERVER, documents, emit
from openapi.explanations import explanations
from openapi.page import Login, page
from schemas.core.problem import ProblemView

Clock = Callable[[], float]

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
    issuer: Issuer | None = None,
    database: Database | None = None,
    fetch: Fetch = fetch_https,
    now: Clock = time.time,
    clock: Clock = time.monotonic,
) -> Flask:
    """Return the API.

    :param application: all that is special about this API
    :param settings: the environment
    :param issuer: the embedded issuer, which counts where the settings name no tenant
    :param database: instead of the one that the settings name
    :param fetch: how the documents of issuers come
    :param now: seconds since the epoch
    :param clock: monotonic seconds
    :raises SettingsError: neither the settings nor `issuer` say whose tokens count
    :raises DeclarationError: an operation is declared wrongly
    """
    app = Flask(__name__, static_folder=None)
    http.init_app(app)
    observability.init_app(app)
    problems.init_app(app)
    _remember(app, database or _database(settings, application))
    vouching = authority(settings, issuer, fetch)
    guard.init_app(app, _guard(settings, vouching, now, clock))
    api = _api(app, application)
    _publish(app, api, vouching)
    if issuer and not settings.has_tenant:
        issuer.init_app(app, api.scopes)
    _open(app, "documents", "docs", "problems", "issuer")
    _let_in(app, settings, application)
    api.check()
    return app


def emit_documents(
    app: Flask, *, login: LoginEndpoints | None = None, server: Json = THIS_SERVER
) -> dict[str, Json]:
    """The documents of the app's API by file name; by default as committed, for no one tenant."""
    with app.app_context():
        api = app.extensions["api"]
        dpop = "dpop" in guard.current_guard().validators
        return emit(api, ProblemView, (InternalError,), login=login, server=server, dpop=dpop)


def _database(settings: Settings, application: Application) -> Database:
    return Database(
        settings.database_url,
        branches=application.branches,
        connections=settings.database_connections,
        waiters=settings.database_waiters,
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


def _guard(settings: Settings, vouching: Authority, now: Clock, clock: Clock) -> Guard:
    expected = Expected(
        issuers=vouching.issuers,
        audience=vouching.audience,
        leeway=settings.token_leeway,
        organizations=settings.auth0_organizations,
    )
    waiting = threading.Semaphore(settings.key_waiters)
    keys = {
        url: SigningKeys(
            *(url, vouching.fetch),
            ttl=settings.jwks_ttl,
            now=now,
            clock=clock,
            # A clock that is passed in may stand still: nobody can sleep by it.
            sleep=time.sleep if clock is time.monotonic else None,
            waiting=waiting,
        )
        for url in vouching.issuers
    }
    url = settings.redis_url
    replays: Replays = ReplaysInRedis(url) if url else ReplaysInMemory(clock)
    return Guard(
        bearer=Auth0JWTBearerTokenValidator(expected, keys, now),
        bound=DPoPTokenValidator(expected, keys, now, replays=replays),
        dpop=settings.dpop,
    )


def _api(app: Flask, application: Application) -> Api:
    """The resources, and what the documents say of the API as a whole."""
    contact, license_ = application.contact, application.license
    api = Api(
        app,
        application.namespaces,
        summary=application.summary,
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


def _publish(app: Flask, api: Api, vouching: Authority) -> None:
    """The documents, and the pages that people read them on."""
    app.extensions["api"] = api
    endpoints = LoginEndpoints(vouching.authorization_endpoint, vouching.token_endpoint)
    app.register_blueprint(documents(emit_documents(app, login=endpoints)))
    app.register_blueprint(page(api.title, login=_login(api, vouching)))
    app.register_blueprint(explanations(api.title, problems.catalogue()))


def _login(api: Api, vouching: Authority) -> Login | None:
    if not vouching.spa_client_id:
        return None
    return Login(
        client_id=vouching.spa_client_id,
        audience=vouching.audience,
        scopes=tuple(api.scopes),
        issuer_origin=vouching.origin,
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
