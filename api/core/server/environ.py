"""A request as WSGI describes it (PEP 3333, RFC 3875)."""

import io
import sys
from collections.abc import Iterable
from typing import Any, Protocol

# These two have no HTTP_ in front.
_PLAIN = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}

# RFC 9112 section 3.2: two Host headers are an error. With a blank between them they are no host.
_SEPARATORS = {"cookie": "; ", "host": ", "}

_OF_EVERY_REQUEST = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "Granian",
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    # The input ends where the body ends, also where there is no Content-Length.
    "wsgi.input_terminated": True,
}


class Headers(Protocol):
    """The headers of a request as Granian has them, each as often as it was sent."""

    def __len__(self) -> int: ...

    def __contains__(self, name: str) -> bool: ...

    def keys(self) -> list[str]: ...

    def items(self) -> list[tuple[str, str]]: ...

    def get(self, name: str, default: Any = None) -> Any: ...


class Scope(Protocol):
    """What Granian tells of a request (RSGI)."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    authority: str | None

    @property
    def headers(self) -> Headers: ...


def make_environ(scope: Scope, body: io.IOBase) -> dict[str, Any]:
    """Return the WSGI environment of a request.

    :param scope: the request without its body.
    :param body: what the application reads as `wsgi.input`.
    """
    environ: dict[str, Any] = dict(_OF_EVERY_REQUEST)
    environ["REQUEST_METHOD"] = scope.method
    # WSGI has the bytes of UTF-8 in a string of Latin-1.
    environ["PATH_INFO"] = scope.path.encode().decode("latin-1")
    environ["QUERY_STRING"] = scope.query_string
    environ["SERVER_PROTOCOL"] = "HTTP/1.0" if scope.http_version == "1" else "HTTP/1.1"
    environ["SERVER_NAME"], environ["SERVER_PORT"] = _address(scope.server)
    environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = _address(scope.client)
    environ["wsgi.url_scheme"] = scope.scheme
    environ["wsgi.input"] = body
    environ["wsgi.errors"] = sys.stderr
    _add_headers(environ, scope.headers)
    if scope.authority:
        # RFC 9112 section 3.2.2: what the request line names counts, and not the Host header.
        environ["HTTP_HOST"] = scope.authority
    return environ


def _add_headers(environ: dict[str, Any], headers: Headers) -> None:
    items = headers.items()
    if len(headers) > len(items):
        # Granian leaves out a value that is not ASCII. It counts as there, and empty.
        items += [(name, "") for name in headers.keys() if headers.get(name) is None]  # noqa: SIM118
    for name, value in _joined(items):
        environ[_PLAIN.get(name) or f"HTTP_{name.upper().replace('-', '_')}"] = value


def _joined(items: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    joined: dict[str, str] = {}
    for name, value in items:
        # An underscore would pass for a hyphen: X_Forwarded_For for what only a proxy may say.
        if "_" in name:
            continue
        separator = _SEPARATORS.get(name, ",")
        joined[name] = f"{joined[name]}{separator}{value}" if name in joined else value
    return joined.items()


def _address(address: str) -> tuple[str, str]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), port
