"""What Flask-RESTX's parsers and webargs refuse of a request, as problems that name each value."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.response import Response as AnyResponse

from api.core import problems
from api.core.problems import MalformedBody, Problem, ValidationFailed

_RESTX = "Input payload validation failed"
_RESTX_STRICT = "Unknown arguments: "


def init_app(app: Flask) -> None:
    """Answer these refusals as problems.

    :param app: the app
    """
    for status in (400, 422):
        app.register_error_handler(status, _render)
    app.register_error_handler(RecursionError, _render_recursion)


def _render(error: HTTPException) -> AnyResponse:
    return problems.respond(_as_problem(error) or error)


def _render_recursion(error: RecursionError) -> Response:
    """Answer 400 where webargs has read JSON that is nested too deeply."""
    if request.is_json:
        # Strictly read, it is a MalformedBody.
        try:
            request.get_json()
        except Problem as problem:
            return problems.render(problem)
    return problems.render(error)


def _as_problem(error: HTTPException) -> Problem | None:
    data = getattr(error, "data", None)
    if isinstance(data, Mapping) and data.get("message") == _RESTX:
        return ValidationFailed(errors=problems.validation_errors(data.get("errors"), "parameter"))
    if isinstance(data, Mapping) and "schema" in data:
        return ValidationFailed(errors=_of_webargs(data.get("messages")))
    if isinstance(data, Mapping) and data.get("messages") == {"json": ["Invalid JSON body."]}:
        return MalformedBody()
    if str(error.description).startswith(_RESTX_STRICT):
        unknown = getattr(request, "unparsed_arguments", ())
        errors = [{"parameter": name, "detail": "Unknown field."} for name in unknown]
        return ValidationFailed(errors=errors) if errors else None
    return None


def _of_webargs(messages: Any) -> list[dict[str, str]]:
    """The messages of webargs, by location and then by field."""
    return [
        error
        for location, of_location in dict(messages).items()
        for error in problems.validation_errors(
            of_location, "pointer" if location.startswith("json") else "parameter"
        )
    ]
