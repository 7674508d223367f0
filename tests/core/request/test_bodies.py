"""The body of a request is bounded and complete, whoever reads it and whatever server there is."""

import io
import threading
import wsgiref.simple_server
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from marshmallow import INCLUDE, Schema, fields
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from api.core.bridge import Namespace, Resource
from api.core.declarations import DeclarationError
from api.core.factory import create_app
from api.core.guard import public
from api.core.issuer import EmbeddedIssuer
from api.core.request import bodies
from api.core.settings import Settings
from tests.core.demo import application, greetings
from tests.core.support.sockets import Connection
from tests.core.support.sockets import request as head_of

View = Callable[..., Any]

OF_APP = 4096
PROBLEM = "application/problem+json"


class Anything(Schema):
    class Meta:
        unknown = INCLUDE


class Size(Schema):
    read = fields.Int()


def _contract(_self: Any, body: Any) -> dict[str, Any]:
    """Read by a schema"""
    return {}


def _payload(_self: Any) -> dict[str, Any]:
    """Read by Flask-RESTX"""
    request.get_json()
    return {}


def _form(_self: Any) -> dict[str, Any]:
    """Read as a form"""
    return {"read": len(request.form)}


def _pieces(_self: Any) -> dict[str, Any]:
    """Read in pieces"""
    while request.stream.read(100):
        pass
    return {}


def _namespace() -> Namespace:
    ns = Namespace("things", "Things", path="/things")
    stock: dict[str, View] = {"payload": _payload, "form": _form, "pieces": _pieces}
    for size in (None, 1024, 256 * 1024):
        views: dict[str, View] = {}
        views["contract"] = ns.operation(body=Anything, returns=Size, max_body=size)(_contract)
        for name, view in stock.items():
            views[name] = ns.operation(max_body=size, returns=Size)(view) if size else view
        for name, view in views.items():
            post = public(view)
            ns.add_resource(type(f"{name}{size}", (Resource,), {"post": post}), f"/{name}/{size}")
    return ns


@pytest.fixture
def app(issuer: EmbeddedIssuer) -> Flask:
    """One operation for each way to read a body and each limit, TESTING off."""
    settings = Settings(max_body=OF_APP)
    return create_app(replace(application, namespaces=(_namespace(),)), settings, issuer=issuer)


@pytest.fixture
def caller(app: Flask) -> FlaskClient:
    return app.test_client()


def send(
    client: FlaskClient, path: str, body: bytes, *, framing: str = "length", **environ: Any
) -> TestResponse:
    """Send a body as a server passes it on: with its length, or in chunks with an end."""
    form = "/form/" in path
    more: dict[str, Any] = {
        "content_type": "application/x-www-form-urlencoded" if form else "application/json"
    }
    if framing == "length":
        more["data"] = body
    else:
        more["input_stream"] = io.BytesIO(body)
        more["headers"] = {"Transfer-Encoding": "chunked"}
    if framing == "chunked":
        environ["wsgi.input_terminated"] = True
    return client.post(path, environ_overrides=environ, **more)


def sized(path: str, size: int) -> bytes:
    return b"a=".ljust(size, b"b") if "/form/" in path else b"{}".ljust(size)


@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("reader", ["contract", "payload", "form", "pieces"])
@pytest.mark.parametrize(
    ("limit", "size", "words"),
    [(None, OF_APP, "4 KiB"), (1024, 1024, "1 KiB"), (256 * 1024, 256 * 1024, "256 KiB")],
)
def test_limit(
    caller: FlaskClient, reader: str, framing: str, limit: int | None, size: int, words: str
) -> None:
    """A body at the limit of its operation is read, and one byte more is 413 with that limit."""
    path = f"/things/{reader}/{limit}"
    assert send(caller, path, sized(path, size), framing=framing).status_code == 200
    for larger in (size + 1, size * 2):
        refused = send(caller, path, sized(path, larger), framing=framing)
        assert (refused.status_code, refused.mimetype) == (413, PROBLEM)
        detail = f"The request body is over the limit of {words}."
        assert refused.get_json()["detail"] == detail


@pytest.mark.parametrize("reader", ["contract", "payload", "form", "pieces"])
def test_a_body_without_an_end_is_411(caller: FlaskClient, reader: str) -> None:
    """A chunked body that the server does not decode is 411, and not read as empty."""
    path = f"/things/{reader}/1024"
    refused = send(caller, path, sized(path, 10), framing="unknown")
    assert (refused.status_code, refused.mimetype) == (411, PROBLEM)


@pytest.mark.parametrize("reader", ["contract", "payload", "form", "pieces"])
def test_a_body_that_breaks_off_is_400(caller: FlaskClient, reader: str) -> None:
    """A body that ends before its Content-Length is 400."""
    path = f"/things/{reader}/1024"
    refused = send(caller, path, sized(path, 10), CONTENT_LENGTH="20")
    assert (refused.status_code, refused.mimetype) == (400, PROBLEM)
    assert refused.get_json()["detail"] == "The request body breaks off before its end."


def test_a_large_field_of_a_form(caller: FlaskClient) -> None:
    """A field of a form may be as large as the body."""
    answer = caller.post(
        f"/things/form/{256 * 1024}",
        data={"a": "b" * 200_000},
        content_type="multipart/form-data",
    )
    assert (answer.status_code, answer.json) == (200, {"read": 1})


def test_a_form_of_too_many_parts_is_413(caller: FlaskClient, app: Flask) -> None:
    """A form of more parts than are read is 413, and the answer says how many."""
    app.config["MAX_FORM_PARTS"] = 3
    data = {str(number): "a" for number in range(4)}
    refused = caller.post("/things/form/None", data=data, content_type="multipart/form-data")
    assert (refused.status_code, refused.get_json()["detail"]) == (
        413,
        "The form has over 3 parts.",
    )


@pytest.mark.parametrize(
    ("path", "method", "size"),
    [
        ("/things/contract/1024", "POST", 1024),
        (f"/things/form/{256 * 1024}", "POST", 256 * 1024),
        ("/things/contract/None", "POST", OF_APP),
        ("/things/contract/1024", "GET", OF_APP),
        ("/nowhere", "POST", OF_APP),
        ("/\xff", "POST", OF_APP),
    ],
)
def test_a_server_learns_the_limit(app: Flask, path: str, method: str, size: int) -> None:
    """A server that reads bodies first learns the limit of each operation."""
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method}
    assert bodies.max_size(app)(environ) == size


def test_a_server_learns_one_limit(issuer: EmbeddedIssuer) -> None:
    """Without an operation that has a limit of its own, no address is looked up."""
    without = replace(application, namespaces=greetings.NAMESPACES)
    app = create_app(without, Settings(max_body=OF_APP), issuer=issuer)
    assert bodies.max_size(app)({}) == OF_APP


@pytest.mark.parametrize("size", [0, -1, True, 1.5, "5 MiB"])
def test_a_limit_is_a_number_of_bytes(size: Any) -> None:
    """A limit that is no number of bytes is refused at the start."""
    with pytest.raises(DeclarationError, match="max_body= takes a number of bytes"):
        Namespace("things", "Things", path="/things").operation(max_body=size)(_payload)


@contextmanager
def _serving(app: Flask, server: str) -> Iterator[int]:
    """The app behind a server that is not ours; yields its port."""
    if server == "werkzeug":
        running: Any = make_server("127.0.0.1", 0, app, threaded=True)
    else:
        running = wsgiref.simple_server.make_server(
            "127.0.0.1", 0, app, handler_class=_QuietHandler
        )
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    try:
        yield running.server_port
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


class _QuietHandler(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.mark.parametrize("reader", ["contract", "payload", "form", "pieces"])
@pytest.mark.parametrize(
    ("server", "framing", "size", "status"),
    [
        ("werkzeug", "chunked", 1024, 200),
        ("werkzeug", "chunked", 1025, 413),
        ("werkzeug", "length", 1024, 200),
        ("werkzeug", "length", 1025, 413),
        # This one does not decode chunks.
        ("wsgiref", "chunked", 1024, 411),
        ("wsgiref", "length", 1024, 200),
        ("wsgiref", "length", 1025, 413),
    ],
)
def test_a_server_of_another_make(
    app: Flask, reader: str, server: str, framing: str, size: int, status: int
) -> None:
    """The limit of an operation holds behind any WSGI server."""
    path = f"/things/{reader}/1024"
    body = sized(path, size)
    form = "/form/" in path
    lines = ["Host: localhost", "Connection: close"]
    lines.append(
        f"Content-Type: {'application/x-www-form-urlencoded' if form else 'application/json'}"
    )
    if framing == "length":
        lines.append(f"Content-Length: {size}")
    else:
        lines.append("Transfer-Encoding: chunked")
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (size, body)
    with _serving(app, server) as port, Connection(port) as connection:
        answer = connection.send(head_of(path, *lines) + body).answer()
    assert answer.status == status
    if status >= 400:
        assert answer.headers["Content-Type"] == PROBLEM
