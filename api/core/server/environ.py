"""The WSGI environment of a request (PEP 3333, RFC 3875)."""

import sys
from collections.abc import Iterable
from typing import Any

# The names of these two have no prefix HTTP_.
_PLAIN = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}

# Two Host headers are an error (RFC 9112 section 3.2). Joined with a space, they are no valid host.
_SEPARATORS = {"HTTP_COOKIE": "; ", "HTTP_HOST": ", "}

_OF_EVERY_REQUEST = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "Granian",
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    # The input ends with the body, even without a Content-Length.
    "wsgi.input_terminated": True,
}


def make_environ(scope: dict[str, Any]) -> dict[str, Any]:
    """Return the WSGI environment of a request, without `wsgi.input`.

    :param scope: the scope of the request (ASGI)
    """
    environ: dict[str, Any] = dict(_OF_EVERY_REQUEST)
    environ["REQUEST_METHOD"] = scope["method"]
    # WSGI strings have the bytes of UTF-8, decoded as Latin-1.
    environ["PATH_INFO"] = scope["path"].encode().decode("latin-1")
    environ["QUERY_STRING"] = scope["query_string"].decode("latin-1")
    environ["SERVER_PROTOCOL"] = "HTTP/1.0" if scope["http_version"] == "1" else "HTTP/1.1"
    environ["SERVER_NAME"], environ["SERVER_PORT"] = scope["server"]
    environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = scope["client"]
    environ["wsgi.url_scheme"] = scope["scheme"]
    environ["wsgi.errors"] = sys.stderr
    _add_headers(environ, scope["headers"])
    return environ


def _add_headers(environ: dict[str, Any], headers: Iterable[tuple[bytes, bytes]]) -> None:
    for name, raw in headers:
        # A name with an underscore would become that with a hyphen: a client could send
        # X_Forwarded_For, which only a proxy may set.
        if b"_" in name:
            continue
        key = _PLAIN.get(name) or f"HTTP_{name.decode().upper().replace('-', '_')}"
        value = raw.decode("latin-1")
        if key in environ:
            value = f"{environ[key]}{_SEPARATORS.get(key, ',')}{value}"
        environ[key] = value
    # Granian adds an empty Host header if a request has none, or the host of the request line. If
    # both are present and differ (RFC 9112 section 3.2.2), it has only the header.
    if environ.get("HTTP_HOST") == "":
        del environ["HTTP_HOST"]
