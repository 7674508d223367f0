"""The masking of tokens in the log.

Tokens get into a log by accident: some clients put one into a path, and some errors quote one.
"""

import re
from urllib.parse import unquote

MASK = "***"
# A path that is percent-encoded more often than this is masked as a whole.
ROUNDS = 4

# Such a path has no token, unless the segment before it names one.
_ORDINARY = re.compile(r"[a-z0-9/_-]*")

# Runs of characters that may be a token. Each run is examined only once, however long it is.
_RUN = re.compile(r"[\w.~=+-]{15,}", re.ASCII)
_ENCODED_RUN = re.compile(r"[\w.~=+%-]{15,}", re.ASCII)
# The header of a JWT begins with a brace, and then a quotation mark or white space; these are the
# same in base64url. The first one appears in no word, so it is also searched for within a run.
_COMMON_HEADER = "eyJ"
_HEADER = re.compile(r"(?<![A-Za-z0-9])e(?:y[AI-L]|w[ko0])")
_ANY_HEADER = re.compile(rf"{_COMMON_HEADER}|{_HEADER.pattern}")
_LEAST_HEADER = 15
_LEAST_SIGNATURE = 40

# A token is also recognised by the text before it: a scheme of Authorization, or a name of tokens
# and passwords, with any separator. Base64 may have a slash: the value continues after it, unless
# the next segment is a plain word.
_SCHEMES = ("bearer", "basic", "dpop", "digest", "negotiate")
_NAMES = ("token", "jwt", "assertion", "secret", "password", "api_key", "api-key", "apikey")
_WORDS = (*_SCHEMES, *_NAMES, "code=")
_NAMED = re.compile(
    rf"((?i:{'|'.join(_SCHEMES)}|(?:{'|'.join(_NAMES)})\w{{0,20}})[^\w./?&#-]"
    r"|(?i:(?:access|refresh|id)[_-]?tokens?)/"
    r"|[/?&;]code=)"
    r"[^/;&]+(?:/(?=[^/;&]*[A-Z0-9+=])[^/;&]+)*",
    re.ASCII,
)

# The same for prose, where `DPoP proofs` or `invalid_token:exp` is no token.
_WORDS_IN_LINE = ("token", "bearer", "basic", "dpop", "client_secret")
_NAMED_IN_LINE = re.compile(
    r"((?i:bearer|basic|dpop)(?:[ +:=]|%(?:25)*(?:20|2B|3A|3D))+"
    r"(?=[a-z._~-]*[A-Z0-9+/=%])(?=[\w.~+/=%-]{16})"
    r"|(?i:token)(?:=|%(?:25)*3D)"
    r"|(?i:(?:access_|refresh_|(?<!val)id_)token|client_secret)"
    r"[\"'\\]*\s?(?:[:=]|%(?:25)*3A)\s?[\"'\\]*)"
    r"[^\s\"'&;,\\]+",
    re.ASCII,
)


def mask_path(path: str) -> str:
    """Return a path, with or without a query, with its tokens masked.

    A token may be percent-encoded several times: the path is then returned without that encoding.

    :param path: the path of WSGI, in Latin-1
    """
    if _ORDINARY.fullmatch(path) and "token" not in path:
        return path
    plain = _decoded(path)
    if plain is None:
        return MASK
    masked = _NAMED.sub(rf"\1{MASK}", plain) if _has(_WORDS, plain) else plain
    # A JWT has dots.
    masked = _RUN.sub(_mask_run, masked) if "." in masked else masked
    return path if masked == plain else masked


def mask_line(line: str) -> str:
    """Return a line of the log with its tokens masked.

    :param line: the line
    """
    masked = _NAMED_IN_LINE.sub(rf"\1{MASK}", line) if _has(_WORDS_IN_LINE, line) else line
    if "ey" in masked or "ew" in masked or "%" in masked:
        return _ENCODED_RUN.sub(_mask_encoded_run, masked)
    return masked


def _has(words: tuple[str, ...], text: str) -> bool:
    """Return whether a text has one of the words. This is much faster than the patterns."""
    lowered = text.lower()
    return any(word in lowered for word in words)


def _decoded(path: str) -> str | None:
    """Return a path without percent-encoding; None if it is encoded more than ROUNDS times."""
    for _ in range(ROUNDS):
        if "%" not in path:
            return path
        path = unquote(path, "latin-1")
    return path if unquote(path, "latin-1") == path else None


def _mask_run(run: re.Match[str]) -> str:
    parts = run[0].split(".")
    return _masked(parts) if _is_jwt(parts) or _is_signed(parts) else run[0]


def _mask_encoded_run(run: re.Match[str]) -> str:
    decoded = _decoded(run[0])
    if decoded is None:
        return MASK
    parts = decoded.split(".")
    return _masked(parts) if _is_jwt(parts) else run[0]


def _masked(parts: list[str]) -> str:
    """Return the text before the header of a JWT, if there is any, and the mask."""
    header = _ANY_HEADER.search(parts[0])
    return parts[0][: header.start() if header else 0] + MASK


def _is_jwt(parts: list[str]) -> bool:
    """Return whether one of the parts of a text with dots is the header of a JWT."""
    return any(_COMMON_HEADER in part for part in parts[:-1]) or any(
        len(part) >= _LEAST_HEADER and _HEADER.search(part) for part in parts[:-2]
    )


def _is_signed(parts: list[str]) -> bool:
    """Return whether the parts have the lengths of a JWT, whose header may have other forms."""
    lengths = [len(part) for part in parts]
    return any(
        first >= _LEAST_HEADER and max(lengths[number + 2 : number + 5]) >= _LEAST_SIGNATURE
        for number, first in enumerate(lengths[:-2])
    )
