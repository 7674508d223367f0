"""The address of a request: its path, the host that it was sent to, and the proxies in front."""

import re
from urllib.parse import quote

from flask import Flask, request
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import get_host

# RFC 3986 section 3.2.2 and 3.2.3: an IP literal, or a name, which may be empty; then a port.
_HOST = re.compile(
    r"(?:\[[A-Za-z0-9:.%~!$&'()*+,;=_-]+\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)"
    r"(?::[0-9]*)?"
)


def init_app(app: Flask, *, trusted_proxies: int = 0) -> None:
    """Let each resource have one path, and accept any host that RFC 3986 allows.

    :param app: the app
    :param trusted_proxies: how many proxies in front set X-Forwarded-For, -Proto and -Host
    """
    # `/api//public` and `//api/public` are no other names for `/api/public`.
    app.url_map.merge_slashes = False
    app.before_request(_refuse_other_names)
    app.before_request(_refuse_what_is_no_host)
    if trusted_proxies:
        count = trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def root_url() -> str:
    """Return where this API is for the client, without a slash at the end.

    Challenges lead there, and proofs are made for addresses below it.

    A request without a Host header (HTTP/1.0), or with one that no URL of ours can hold, was sent
    to the server's own address.
    """
    host = request.host or get_host(request.scheme, None, request.server)
    return f"{request.scheme}://{host}{quote(request.script_root)}"


def _refuse_other_names() -> None:
    # The development server mends the path before it gets here, and keeps what was sent.
    sent = request.environ.get("RAW_URI", ""), request.environ.get("PATH_INFO", "")
    if any(path.startswith("//") for path in sent):
        raise NotFound


def _refuse_what_is_no_host() -> None:
    # RFC 9112 section 3.2. Names with an underscore are in use, though they are none of the DNS.
    if not _HOST.fullmatch(request.headers.get("Host", "")):
        raise BadRequest
