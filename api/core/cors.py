"""Cross-origin requests (CORS): what pages of other origins may send and read."""

from typing import Any

from flask import Flask, Response
from flask_cors import CORS

from openapi import operations
from openapi.schemes import authorizations

# What the machinery itself reads and answers, beside what every page may.
REQUEST_HEADERS = (
    *("Authorization", "DPoP", "Content-Type", "Content-Encoding"),
    *("If-Match", "If-None-Match", "Idempotency-Key"),
    *("X-Request-Id", "traceparent"),
)
RESPONSE_HEADERS = (
    *("WWW-Authenticate", "Retry-After", "X-Request-Id"),
    *("ETag", "Location", "Link"),
    *("Accept", "Accept-Encoding", "Accept-Patch", "Accept-Post"),
)


def init_app(
    app: Flask,
    api: Any,
    origins: tuple[str, ...],
    *,
    request_headers: tuple[str, ...] = (),
    response_headers: tuple[str, ...] = (),
) -> None:
    """Let pages of these origins call the app.

    They may send the headers that operations and security schemes declare, and read those that
    answers declare.

    :param app: the app
    :param api: its flask_restx.Api
    :param origins: scheme://host[:port] each; without any, nothing is said of origins
    :param request_headers: headers that they may send as well
    :param response_headers: headers that they may read as well
    """
    if not origins:
        return
    with app.app_context():
        sent, read = _sent(api), _read(api)
    CORS(
        app,
        origins=list(origins),
        allow_headers=_distinct(*REQUEST_HEADERS, *request_headers, *sent),
        expose_headers=_distinct(*RESPONSE_HEADERS, *response_headers, *read),
        max_age=600,
    )
    app.after_request(_vary_by_origin)


def _sent(api: Any) -> list[str]:
    """The headers of requests that operations declare, and those of keys in a header."""
    listed = operations(api)
    parameters = [each for operation in listed for each in operation.parameters]
    declared = [each.name for each in parameters if each.location == "header"]
    schemes = authorizations(api, listed).values()
    return [*declared, *(each["name"] for each in schemes if each.get("in") == "header")]


def _read(api: Any) -> list[str]:
    """The headers of answers and of problems that operations declare."""
    listed = operations(api)
    answers = [answer.headers for operation in listed for answer in operation.answers.values()]
    problems = [problem.response_headers for operation in listed for problem in operation.problems]
    return [name for headers in (*answers, *problems) for name in headers]


def _distinct(*names: str) -> list[str]:
    """The names without repetition, whatever their case, in their order."""
    return list({name.lower(): name for name in reversed(names)}.values())[::-1]


def _vary_by_origin(response: Response) -> Response:
    # Also where no origin was let in: a cache must not hand that answer to one that is.
    response.vary.add("Origin")
    return response
