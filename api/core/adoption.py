"""The problem documents and the guard, in an app of Flask-RESTX that `create_app` has not made."""

from typing import Any

import flask_restx
from flask import Flask, Response, current_app, request
from flask_restx.mask import MaskError, ParseError

from api.core import bridge, guard, problems
from api.core.request import bodies, refusals
from api.core.response import errorhandlers, masks
from api.core.settings import Settings

_NAME = "problem-documents"


def use_problems(app: Flask, api: flask_restx.Api) -> None:
    """Answer every failure of an app and its Api as a problem document (RFC 9457).

    Error handlers of the Api and its namespaces are still asked first. Bodies are read strictly.

    :param app: the app
    :param api: its Api
    """
    problems.init_app(app)
    refusals.init_app(app)
    app.register_error_handler(MaskError, _render_mask_error)
    app.request_class = bodies.Request
    for kind in (MaskError, ParseError):
        api.error_handlers.pop(kind, None)
    # Flask-RESTX asks this first, and gives what it raises to the handlers of the app.
    api.handle_error = lambda error: _answer(api, error)
    app.extensions[_NAME] = api


def use_guard(app: Flask, settings: Settings) -> None:
    """Let `require_auth` and `public` guard the methods of an app, by the tokens of a tenant.

    A method without either is open. What `@ns.expect` validates, it validates after the guard.

    :param app: the app, after `use_problems`
    :param settings: whose tokens are accepted
    :raises SettingsError: the settings name no tenant
    :raises LookupError: the app has no problem documents, which every refusal is
    """
    if _NAME not in app.extensions:
        raise LookupError("Call use_problems(app, api) before use_guard(app, settings).")
    app.config.setdefault("PUBLIC_URL", settings.public_url.rstrip("/"))
    own = guard.Guard.from_settings(settings, guard.issuer_config(settings, None))
    guard.init_app(app, own)
    app.add_url_rule(f"/{guard.METADATA_PATH}", _NAME, guard.public(own.metadata))
    app.before_request(_validate_behind_guard)


def _answer(api: flask_restx.Api, error: Exception) -> Any:
    handler = errorhandlers.find(api, error)
    if handler is None:
        raise error
    return errorhandlers.answer(handler, error, api.make_response)


def _render_mask_error(error: MaskError) -> Response:
    return problems.render(masks.refusal(error))


def _validate_behind_guard() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    resource = getattr(view, "view_class", None)
    if resource is not None and issubclass(resource, flask_restx.Resource):
        bridge.adopt(resource)
