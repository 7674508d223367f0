"""An application that answers piece by piece, for tests/core/server/test_gateway.py."""

from collections.abc import Iterator
from typing import Any

from api.core.server.gateway import Gateway

PIECE = b"x" * 1000


def _pieces(path: str) -> Iterator[bytes]:
    for number in range(100):
        if (path, number) == ("/breaks", 50):
            raise RuntimeError("in the middle")
        yield PIECE


def _app(environ: dict[str, Any], start_response: Any) -> Iterator[bytes] | list[bytes]:
    path = environ["PATH_INFO"]
    if path == "/raises":
        raise RuntimeError("before anything was sent")
    if path == "/exits":
        raise SystemExit("a handler that ends")
    if path == "/status":
        start_response("1 WHAT", [])
    write = start_response("200 OK", [("Content-Type", "text/plain")])
    if path == "/written":
        write(b"written ")
        return [b"and ", b"returned"]
    return [] if path == "/empty" else [b"whole"] if path == "/whole" else _pieces(path)


def application() -> Gateway:
    return Gateway(_app, threads=2, max_body=1000, body_timeout=1)
