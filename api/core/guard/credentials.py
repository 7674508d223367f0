"""The header Authorization, read (RFC 9110 section 11.4, RFC 6750 section 2.1)."""

import re

from flask import request

from api.core.guard.extension import current_guard
from api.core.guard.problems import AuthorizationMissing, InvalidRequest
from api.core.guard.validator import Auth0JWTBearerTokenValidator
from api.core.sizes import in_words

_CREDENTIALS = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?: +(.*))?", re.DOTALL)
_TOKEN68 = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_QUOTED = re.compile(r'"[^"]*"')
# WSGI joins repeated headers with a comma: what is no parameter behind one is a second header.
_SECOND_HEADER = re.compile(r",(?!\s*[!#$%&'*+.^_`|~0-9A-Za-z-]+\s*=)")


def sent_token() -> tuple[Auth0JWTBearerTokenValidator, str]:
    """Return the validator and the token of the current request.

    A token in the query string or in a form is not read.

    :raises InvalidRequest: the header is malformed
    :raises AuthorizationMissing: there is no header, or none of a scheme that is accepted
    """
    header = request.environ.get("HTTP_AUTHORIZATION")
    if header is None:
        raise _missing()
    guard = current_guard()
    scheme, token = _credentials(header, guard.max_header)
    validator = guard.validators.get(scheme.lower())
    if validator is None:
        raise _missing()
    if not token or not _TOKEN68.fullmatch(token):
        raise InvalidRequest(f"Send exactly one header Authorization: {validator.scheme} TOKEN.")
    return validator, token


def used_scheme() -> str | None:
    """Return the scheme of the current request, in the spelling of its standard."""
    scheme = request.headers.get("Authorization", "").partition(" ")[0].lower()
    validator = current_guard().validators.get(scheme)
    return validator and validator.scheme


def _missing() -> AuthorizationMissing:
    [first, *_] = current_guard().validators.values()
    form = f"Authorization: {first.scheme} TOKEN"
    return AuthorizationMissing(f"Send an access token in the header {form}.")


def _credentials(header: str, limit: int) -> tuple[str, str | None]:
    if len(header) > limit:
        raise InvalidRequest(f"The Authorization header is over {in_words(limit)}.")
    match = _CREDENTIALS.fullmatch(header)
    if match is None or ("," in header and _SECOND_HEADER.search(_QUOTED.sub("", header))):
        raise InvalidRequest
    return match[1], match[2]
