"""HTTP byte by byte, for requests that no client library would send."""

import json
import socket
from http.client import HTTPMessage, HTTPResponse
from typing import Any, NamedTuple, Self

SECONDS = 30


class Answer(NamedTuple):
    """A response. Its body is the parsed JSON, or {}."""

    status: int
    headers: HTTPMessage
    body: dict[str, Any]


class Connection:
    """A connection to a port of this machine, from enter to exit."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, data: bytes) -> Self:
        self._socket.sendall(data)
        return self

    def end(self) -> Self:
        """Send nothing more, but still receive."""
        self._socket.shutdown(socket.SHUT_WR)
        return self

    def answer(self, method: str = "POST") -> Answer:
        """Wait for a complete response."""
        response = HTTPResponse(self._socket, method=method)
        response.begin()
        text = response.read()
        is_json = text and "json" in response.headers.get("Content-Type", "")
        return Answer(response.status, response.headers, json.loads(text) if is_json else {})

    def begins(self, expected: bytes) -> bool:
        """Return whether the next bytes received are these."""
        return self._socket.recv(len(expected), socket.MSG_WAITALL) == expected

    def is_closed(self) -> bool:
        """Return whether the server has closed the connection and nothing is left to read."""
        return self._socket.recv(1) == b""


def request(path: str, *lines: str, method: str = "POST", version: str = "1.1") -> bytes:
    """Return the head of a request with exactly these header lines."""
    return "\r\n".join([f"{method} {path} HTTP/{version}", *lines, "", ""]).encode("latin-1")
