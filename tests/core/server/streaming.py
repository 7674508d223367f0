"""A WSGI application that answers in pieces, for tests/core/server/test_gateway.py."""

import threading
import time
from collections.abc import Iterator
from typing import Any

from api.core.server import gateway
from api.core.server.gateway import Gateway

PIECE = b"x" * 1000

released = threading.Event()


def _pieces(path: str) -> Iterator[bytes]:
    for number in range(100):
        if (path, number) == ("/breaks", 50):
            raise RuntimeError("in the middle")
        yield PIECE


def _events() -> Iterator[bytes]:
    released.clear()
    yield b"data: first\n\n"
    released.wait(30)
    yield b"data: second\n\n"


def _ticks() -> Iterator[bytes]:
    while True:
        yield b"tick"
        time.sleep(0.05)


def _endless() -> Iterator[bytes]:
    while True:
        yield PIECE * 100


def _app(environ: dict[str, Any], start_response: Any) -> Iterator[bytes] | list[bytes]:
    path = environ["PATH_INFO"]
    if path == "/raises":
        raise RuntimeError("before anything was sent")
    if path == "/exits":
        raise SystemExit("a handler that ends")
    if path == "/status":
        start_response("1 WHAT", [])
    if path == "/header":
        start_response("200 OK", [("X-Name", "two\nlines")])
        return [b"never sent"]
    if path == "/release":
        released.set()
    length = [("Content-Length", "4")] if path == "/sized" else []
    kind = "text/event-stream" if path == "/events" else "text/plain"
    write = start_response("200 OK", [("Content-Type", kind), *length])
    if path == "/written":
        write(b"written ")
        return [b"and ", b"returned"]
    streams = {"/events": _events, "/ticks": _ticks, "/endless": _endless}
    if path in streams:
        return streams[path]()
    if path == "/sized":
        return iter([b"four"])
    if path == "/nothing":
        return iter([])
    return [] if path == "/empty" else [b"whole"] if path in _WHOLE else _pieces(path)


_WHOLE = ("/whole", "/release")


def application() -> Gateway:
    gateway.SEND_TIMEOUT = 1.0
    return Gateway(_app, threads=2, max_body=lambda _environ: 1000, body_timeout=1)
