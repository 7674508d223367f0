"""The error handlers of an Api and its namespaces: which of them answers an exception."""

from collections.abc import Callable, Iterator
from typing import Any

import flask_restx
from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from api.core.coroutines import awaited
from api.core.declarations import named
from api.core.problems import Problem
from api.core.response.plain import answer_plainly
from api.core.serialisation import AnswerError

Handler = Callable[[Exception], Any]


def find(api: flask_restx.Api, error: Exception) -> Handler | None:
    """Return the function that `errorhandler` registered for an exception.

    The nearest class counts, whatever the order of registration. The handlers of the request's own
    namespace go before those of the Api, and these before those of other namespaces.

    :param api: the Api
    :param error: the exception
    """
    own = _own_namespaces(api)
    others = [each for each in api.namespaces if each not in own]
    registries: list[dict[Any, Handler]] = [each.error_handlers for each in (*own, api, *others)]
    if not any(registries) and not _default(api, own):
        return None
    if not api._has_fr_route():
        return None
    for kind in type(error).__mro__:
        # The guard and the contract have refused the request: only who names that changes it.
        if isinstance(error, Problem) and not issubclass(kind, Problem):
            return None
        for registry in registries:
            if kind in registry:
                return registry[kind]
    return None if isinstance(error, HTTPException) else _default(api, own)


def answer(
    handler: Handler, error: Exception, make_response: Callable[..., AnyResponse]
) -> AnyResponse:
    """Return the response of what an error handler returns, by default with the status 500.

    :param handler: the function
    :param error: the exception that it answers
    :param make_response: makes a response of an accepted media type, of a value, status and headers
    :raises AnswerError: the value cannot be written
    """
    try:
        response = answer_plainly(awaited(handler(error)), make_response, success=500)
    except AnswerError as fault:
        raise AnswerError(f"{named(handler)} returned {fault}") from error
    if response.status_code >= 500:
        current_app.logger.error("unhandled exception", exc_info=error)
    return response


def _default(api: flask_restx.Api, own: list[Any]) -> Handler | None:
    handlers: Iterator[Handler | None] = (each.default_error_handler for each in own)
    return next(filter(None, handlers), None) or api._default_error_handler


def _own_namespaces(api: flask_restx.Api) -> list[Any]:
    """Return the namespaces of the Resource that the current request has called."""
    view = current_app.view_functions.get(request.endpoint or "")
    resource = getattr(view, "view_class", None)
    return [
        namespace
        for namespace in api.namespaces
        if any(route.resource is resource for route in namespace.resources)
    ]
