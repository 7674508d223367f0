"""Good and bad ways in which an issuer can answer a request."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from threading import Event

Conduct = Callable[[BaseHTTPRequestHandler], None]

SECONDS = 30


def answer(body: bytes, status: int = 200, **headers: str) -> Conduct:
    """Send a complete response."""

    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return respond


def hold(released: Event, then: Conduct) -> Conduct:
    """Wait until the test sets `released`, then answer as `then` does."""

    def respond(handler: BaseHTTPRequestHandler) -> None:
        released.wait(SECONDS)
        then(handler)

    return respond


def drip(enough: Event) -> Conduct:
    """Send a header one byte at a time until the test sets `enough`."""

    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.flush_headers()
        handler.wfile.write(b"X: ")
        while not enough.wait(0.05):
            handler.wfile.write(b"x")

    return respond


def break_off(handler: BaseHTTPRequestHandler) -> None:
    """Send half of a body, then close the connection."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"issuer": ')


def say_nothing(_handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without a response."""
