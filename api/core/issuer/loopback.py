"""Who may speak to an issuer that asks for no password, and where it may send a browser."""

import ipaddress
import re
from urllib.parse import urlsplit

# RFC 8252, section 7.3: any port. The grammar has no place for userinfo or a fragment, nor for
# the backslashes and spaces that one URL parser reads as path and the next as host.
_REDIRECT_URI = re.compile(
    r"(?P<origin>http://(?P<host>127\.0\.0\.1|\[::1\]|localhost)(:[0-9]{1,5})?)"
    r"(/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*)?"
    r"(\?[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*)?",
    re.IGNORECASE,
)


def is_loopback_host(netloc: str) -> bool:
    """Whether a `Host` header, or the authority of a URL, names this very machine.

    A page under a foreign name that resolves to 127.0.0.1 (DNS rebinding) still sends that name.
    """
    try:
        host = urlsplit(f"//{netloc}").hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_loopback_origin(origin: str) -> bool:
    """Whether an `Origin` header names a page that this very machine serves."""
    scheme, _, netloc = origin.partition("://")
    return scheme in ("http", "https") and is_loopback_host(netloc)


def is_redirect_uri(uri: str) -> bool:
    """Whether a native or development client may be sent to `uri` (RFC 8252, section 7.3)."""
    return _REDIRECT_URI.fullmatch(uri) is not None


def csp_source(redirect_uri: str) -> str:
    """The CSP source for the redirect that follows a form: browsers check that one as well.

    Raises ValueError when `is_redirect_uri` does not hold.
    """
    match = _REDIRECT_URI.fullmatch(redirect_uri)
    if match is None:
        raise ValueError(f"Not a loopback redirect URI: {redirect_uri!r}.")
    # The grammar of CSP has no IPv6 address; the scheme is the narrowest source that covers one.
    return "http:" if match["host"] == "[::1]" else match["origin"]
