"""The address of a request: its path, its host and prefix, and the proxies in front."""

import re
from urllib.parse import quote

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import NotFound
from werkzeug.middleware.proxy_fix import ProxyFix

from api.core.problems import InvalidAddress

# RFC 3986 section 3.2.2 and 3.2.3: an IP literal, or a name, which may be empty; then a port.
_HOST = re.compile(
    r"(\[[A-Za-z0-9:.%~!$&'()*+,;=_-]+\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)"
    r"(?::([0-9]*))?"
)
# A prefix of two slashes would make a reference to another host.
_PREFIX = re.compile(r"(?:/[^/\\?#\x00-\x20\x7F][^\\?#\x00-\x20\x7F]*)?/?")
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def init_app(app: Flask, *, trusted_proxies: int = 0, public_url: str = "") -> None:
    """Let each resource have one path, and accept any host that RFC 3986 allows.

    :param app: the app
    :param trusted_proxies: how many proxies in front set X-Forwarded-For, -Proto, -Host, -Port and
        -Prefix
    :param public_url: where clients reach this API, whatever the requests say
    """
    # `/api//public` and `//api/public` are no other names for `/api/public`.
    app.url_map.merge_slashes = False
    app.config["PUBLIC_URL"] = public_url.rstrip("/")
    app.before_request(_refuse_other_names)
    app.before_request(_refuse_what_is_no_host)
    app.before_request(_refuse_what_is_no_prefix)
    app.after_request(_make_redirect_relative)
    if trusted_proxies:
        names = ("x_for", "x_proto", "x_host", "x_port", "x_prefix")
        trusted = dict.fromkeys(names, trusted_proxies)
        app.wsgi_app = ProxyFix(app.wsgi_app, **trusted)  # type: ignore[method-assign]


def root_url() -> str | None:
    """Return where this API is for the client, without a slash at the end, or None.

    Challenges lead there, and proofs are made for addresses below it. A request that names no host,
    as HTTP/1.0 allows, does not say where that is; PUBLIC_URL does.
    """
    public: str = current_app.config["PUBLIC_URL"]
    if public:
        return public
    match = _HOST.fullmatch(request.headers.get("Host", ""))
    if not match or not match[1]:
        return None
    port = "" if match[2] in (None, "", _DEFAULT_PORTS.get(request.scheme)) else f":{match[2]}"
    # A proxy writes the prefix as in a URL, with its percent signs.
    return f"{request.scheme}://{match[1]}{port}{quote(request.script_root, safe='/%')}"


def relative_reference(address: str) -> str:
    """Return a path of this API as a reference that is relative to the current request.

    Such a reference is right behind any prefix, even if no proxy tells of it (RFC 3986 section
    4.2). What is not a path comes back as it is.

    :param address: a path that begins with a slash, and maybe a query
    """
    if not address.startswith("/") or address.startswith("//"):
        return address
    path = re.split(r"[?#]", address, maxsplit=1)[0]
    here, there = quote(request.path).split("/")[1:-1], path.split("/")[1:]
    shared = 0
    while shared < min(len(here), len(there) - 1) and here[shared] == there[shared]:
        shared += 1
    steps = [".."] * (len(here) - shared) + there[shared:]
    # The first segment must not look like a scheme, and an empty reference is the request itself.
    start = "./" if not steps[0] or ":" in steps[0] else ""
    return start + "/".join(steps) + address[len(path) :]


def _refuse_other_names() -> None:
    # The development server mends the path before it gets here, and keeps what was sent.
    sent = request.environ.get("RAW_URI", ""), request.environ.get("PATH_INFO", "")
    if any(path.startswith("//") for path in sent):
        raise NotFound


def _refuse_what_is_no_host() -> None:
    # RFC 9112 section 3.2. Names with an underscore are in use, though they are none of the DNS.
    if not _HOST.fullmatch(request.environ.get("HTTP_HOST", "")):
        raise InvalidAddress


def _refuse_what_is_no_prefix() -> None:
    if not _PREFIX.fullmatch(request.environ.get("SCRIPT_NAME", "")):
        raise InvalidAddress(
            "The path prefix of the request (SCRIPT_NAME or X-Forwarded-Prefix) is not a path."
        )


def _make_redirect_relative(response: Response) -> Response:
    if not 300 <= response.status_code < 400:
        return response
    location, prefix = response.headers.get("Location", ""), request.script_root
    # url_for() writes the prefix that is known; a path written by hand has none.
    if location and not (prefix and location.startswith(f"{prefix}/")):
        response.headers["Location"] = relative_reference(location)
    return response
