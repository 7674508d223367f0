"""Caches: what they may keep of an answer that does not say it itself."""

import re

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
    elif "Authorization" in request.headers and _is_of_send_file(response, control):
        # So says send_file() of every file; this one may be for its caller alone.
        control = f"private, {control.removeprefix('public, ')}"
    response.headers["Cache-Control"] = control
    if "no-store" not in control:
        # A stored answer to one caller must not be given to another.
        response.vary.add("Authorization")
    return response


def _is_of_send_file(response: Response, control: str) -> bool:
    if control == "no-cache":
        return True
    return response.direct_passthrough and bool(re.fullmatch(r"public, max-age=\d+", control))
