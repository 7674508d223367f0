"""The classes of the app and of its responses do what Flask's own do."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest
from flask import Flask, Response, session
from werkzeug.test import create_environ

from api.core.light import LightFlask, LightResponse

RESPONSES: dict[str, Callable[[type[Response]], Response]] = {
    "text": lambda kind: kind("ä"),
    "bytes": lambda kind: kind(b"abc", 404, {"X-A": "1", "x-b": "2"}),
    "empty": lambda kind: kind(),
    "list": lambda kind: kind(["a", "b"]),
    "generator": lambda kind: kind(letter for letter in "abc"),
    "without content": lambda kind: kind("a", 204),
    "not modified": lambda kind: kind("a", 304, {"Content-Language": "en"}),
    "location": lambda kind: kind("a", 201, {"Location": "/ä b"}),
    "content location": lambda kind: kind("a", headers={"Content-Location": "/ä"}),
    "own length": lambda kind: kind("a", headers={"Content-Length": "1"}),
    "no length": lambda kind: _without_length(kind("a")),
    "two of a name": lambda kind: kind("a", headers=[("Link", "<a>"), ("Link", "<b>")]),
}


def _without_length(response: Response) -> Response:
    del response.headers["Content-Length"]
    return response


def sent(response: Response, method: str) -> tuple[Any, ...]:
    """What a WSGI server is given."""
    started: list[Any] = []
    environ = create_environ(method=method)
    body: Iterable[bytes] = response(environ, lambda *given: started.extend(given))  # type: ignore[arg-type]
    return started, list(body)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("name", RESPONSES)
def test_same_as_flask(name: str, method: str) -> None:
    """A response is sent as Flask sends it: its status, its headers in their order, its body."""
    make = RESPONSES[name]
    light = make(LightResponse)
    assert sent(light, method) == sent(make(Response), method)
    assert sent(make(LightResponse), method) == sent(make(LightResponse), method)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_closed(method: str) -> None:
    """What waits for the end of a response is called at its end."""
    closed: list[int] = []
    response = LightResponse("a")
    response.call_on_close(lambda: closed.append(1))
    body = response(create_environ(method=method), lambda *_: None)  # type: ignore[arg-type]
    assert closed == []
    body.close()  # type: ignore[attr-defined]
    assert closed == [1]


def test_no_session() -> None:
    """An app has no session: none is read, kept or sent."""
    app = LightFlask("light")
    app.secret_key = "secret"
    with app.test_request_context(headers={"Cookie": "session=abc"}):
        assert not session
        with pytest.raises(RuntimeError):
            session["a"] = 1
        assert "Set-Cookie" not in app.process_response(app.make_response("a")).headers


def test_functions_and_coroutines() -> None:
    """A function is called as it is, and a coroutine function is made one, as Flask does."""
    app, flask = LightFlask("light"), Flask("flask")

    async def coroutine() -> int:
        return 1

    def function() -> int:
        return 1

    for each in (function, len, partial(function), app.make_response):
        assert app.ensure_sync(each) == flask.ensure_sync(each) == each
    for asynchronous in (coroutine, partial(coroutine)):
        assert app.ensure_sync(asynchronous)() == flask.ensure_sync(asynchronous)() == 1
