"""Addresses of requests, compared as RFC 3986 section 6.2 has it."""

import re
from urllib.parse import unquote_to_bytes, urlsplit

_DEFAULT_PORTS = {"https": 443, "http": 80}
# RFC 3986 section 2: urlsplit would leave out blanks and line breaks without a word.
_URI = re.compile(r"[!-~]+")


def normalised(url: str) -> tuple[str, str, int, tuple[bytes, ...]] | None:
    """Return what all spellings of one address share: scheme, host, port and path.

    Query and fragment are left out (RFC 9449 section 4.3). What is no http(s) address is None.
    """
    if not _URI.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username is not None:
        return None
    if port is None:
        port = _DEFAULT_PORTS[parts.scheme]
    return parts.scheme, parts.hostname, port, _segments(parts.path or "/")


def _segments(path: str) -> tuple[bytes, ...]:
    """The segments of a path that begins with a slash (RFC 3986 section 5.2.4).

    They are split before they are unquoted: `%2F` separates nothing.
    """
    segments = [unquote_to_bytes(segment) for segment in path.split("/")]
    kept: list[bytes] = []
    for segment in segments:
        if segment == b"..":
            kept = kept[:1] + kept[1:-1]
        elif segment != b".":
            kept.append(segment)
    if segments[-1] in (b".", b".."):
        kept.append(b"")
    return tuple(kept)
