"""Loopback hosts, origins and redirect URIs."""

import ipaddress
import re
from urllib.parse import urlsplit

# RFC 8252 section 7.3 allows any port. The pattern allows no userinfo and no fragment, and no
# backslashes or spaces, which URL parsers read differently: as part of the path or of the host.
_REDIRECT_URI = re.compile(
    r"(?P<origin>http://(?P<host>127\.0\.0\.1|\[::1\]|localhost)(:[0-9]{1,5})?)"
    r"(/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*)?"
    r"(\?[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*)?",
    re.IGNORECASE,
)


def is_loopback(host: str) -> bool:
    """Return whether a server that listens on a host is reached only from this machine.

    :param host: "localhost" or an IP address; any other name may resolve to any address
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_loopback_host(netloc: str) -> bool:
    """Return whether a Host header is a loopback host.

    This also protects from DNS rebinding: a page whose name resolves to 127.0.0.1 sends its name.

    :param netloc: the Host header, or the authority of a URL, with or without a port
    """
    try:
        return is_loopback(urlsplit(f"//{netloc}").hostname or "")
    except ValueError:
        return False


def is_loopback_origin(origin: str) -> bool:
    """Return whether an Origin header is that of a page served by this machine.

    :param origin: the Origin header
    """
    scheme, _, netloc = origin.partition("://")
    return scheme in ("http", "https") and is_loopback_host(netloc)


def is_redirect_uri(uri: str) -> bool:
    """Return whether a browser may be redirected to a URI (RFC 8252 section 7.3).

    :param uri: the redirect URI of a native or development client
    """
    return _REDIRECT_URI.fullmatch(uri) is not None


def csp_source(redirect_uri: str) -> str:
    """Return the CSP source of a redirect URI, for form-action.

    Browsers apply form-action to the redirect that follows a form as well.

    :param redirect_uri: a URI for which `is_redirect_uri` is true
    :raises ValueError: it is another URI
    """
    match = _REDIRECT_URI.fullmatch(redirect_uri)
    if match is None:
        raise ValueError(f"Not a loopback redirect URI: {redirect_uri!r}.")
    # CSP cannot express an IPv6 address; the scheme is the narrowest source that includes one.
    return "http:" if match["host"] == "[::1]" else match["origin"]
