"""Cross-origin requests (CORS): what pages of other origins may send and read."""

from flask import Flask, Response
from flask_cors import CORS

# What the machinery itself reads and answers, beside what every page may.
REQUEST_HEADERS = (
    *("Authorization", "DPoP", "Content-Type", "Content-Encoding"),
    *("If-Match", "If-None-Match", "Idempotency-Key"),
)
RESPONSE_HEADERS = (
    *("WWW-Authenticate", "Retry-After", "X-Request-Id"),
    *("ETag", "Location", "Link"),
    *("Accept", "Accept-Encoding", "Accept-Patch", "Accept-Post"),
)


def init_app(
    app: Flask,
    origins: tuple[str, ...],
    *,
    request_headers: tuple[str, ...] = (),
    response_headers: tuple[str, ...] = (),
) -> None:
    """Let pages of these origins call the app.

    :param origins: scheme://host[:port] each; without any, nothing is said of origins
    :param request_headers: headers that they may send, beside the machinery's
    :param response_headers: headers that they may read, likewise
    """
    if not origins:
        return
    CORS(
        app,
        origins=list(origins),
        allow_headers=[*REQUEST_HEADERS, *request_headers],
        expose_headers=[*RESPONSE_HEADERS, *response_headers],
        max_age=600,
    )
    app.after_request(_vary_by_origin)


def _vary_by_origin(response: Response) -> Response:
    # Also where no origin was let in: a cache must not hand that answer to one that is.
    response.vary.add("Origin")
    return response
