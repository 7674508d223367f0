"""Caches: what they may keep of an answer that does not say it itself."""

from flask import Flask, Response, request


def init_app(app: Flask) -> None:
    """Let caches keep no answer, unless its Cache-Control allows it.

    :param app: the app
    """
    app.after_request(_restrict)


def _restrict(response: Response) -> Response:
    control = response.headers.get("Cache-Control")
    if control is None:
        # With a validator, the caller's own cache can ask whether the answer has changed.
        has_validator = bool(response.get_etag()[0] or response.last_modified)
        control = "private, no-cache" if has_validator else "no-store"
    elif control == "no-cache" and "Authorization" in request.headers:
        # So says send_file() of every file; this one may be for its caller alone.
        control = "private, no-cache"
    response.headers["Cache-Control"] = control
    if "no-store" not in control:
        # A stored answer to one caller must not be given to another.
        response.vary.add("Authorization")
    return response
