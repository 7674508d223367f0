"""create_app: a table of contents."""

import time
from collections.abc import Callable

from flask import Flask

from api.core import application as applications
from api.core import caching, cors, documents, guard, http, observability, problems, storage
from api.core import settings as configuration
from api.core.application import Application
from api.core.light import LightFlask
from api.core.scopes import login_scopes
from api.core.settings import Settings

Clock = Callable[[], float]


def create_app(
    application: Application,
    settings: Settings,
    *,
    issuer: guard.Issuer | None = None,
    database: storage.Database | None = None,
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
    app = LightFlask(__name__, static_folder=None)
    configuration.init_app(app, settings)
    http.init_app(app, trusted_proxies=settings.trusted_proxies, public_url=settings.public_url)
    caching.init_app(app)
    observability.init_app(app)
    problems.init_app(app)
    storage.init_app(
        app, database or storage.Database.from_settings(settings, application.branches)
    )
    config = guard.issuer_config(settings, issuer, fetch)
    guard.init_app(app, guard.Guard.from_settings(settings, config, now, clock))
    api = applications.init_app(app, application, settings)
    others = tuple(application.problems.values())
    if issuer and not settings.has_tenant:
        issuer.init_app(app, login_scopes(api), application.personas)
        guard.open_blueprints(app, "issuer")
        others = (*others, *issuer.problems)
    documents.init_app(app, config, others)
    cors.init_app(
        app,
        api,
        settings.cors_origins,
        request_headers=(*application.request_headers, *settings.cors_headers),
        response_headers=application.response_headers,
    )
    api.check()
    return app
