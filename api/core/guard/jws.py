"""The form of an access token: a JWS in compact serialisation, read strictly (RFC 7515)."""

import json
from dataclasses import dataclass, field
from typing import Any

from api.core import strictjson
from api.core.guard import base64url


class Unreadable(ValueError):
    """The token has not the form of a signed JWT. The text says what to change."""


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """A token that has been read and not yet checked.

    :param signing_input: the bytes that the signature is of
    """

    header: dict[str, Any] = field(repr=False)
    claims: dict[str, Any] = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def read(token: str) -> UnverifiedToken:
    """Take a compact JWS apart.

    It must have three parts of strict base64url (RFC 7515 section 2). The first two must hold JSON
    objects in UTF-8: each member once, no NaN, nesting bounded, no lone surrogates.

    :raises Unreadable: the token has another form
    """
    parts = token.split(".")
    if len(parts) == 5:
        raise Unreadable("the token is encrypted; request it with the audience of this API")
    if len(parts) != 3:
        raise Unreadable("the token is opaque, not a JWT; request it with the audience of this API")
    header, payload, signature = parts
    return UnverifiedToken(
        header=_object(header, "header"),
        claims=_object(payload, "payload"),
        signing_input=f"{header}.{payload}".encode("ascii"),
        signature=_bytes(signature, "signature"),
    )


def read_claims(token: str) -> dict[str, Any]:
    """Return the claims of a token that `read` has accepted before.

    :param token: the same token
    """
    return _object(token.split(".")[1], "payload")


def _object(part: str, name: str) -> dict[str, Any]:
    data = _bytes(part, name)
    try:
        value = strictjson.loads(data)
        if b"\\u" in data:
            # An escaped lone surrogate (RFC 7493 section 2.1) could never be written out again.
            json.dumps(value, ensure_ascii=False).encode()
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Unreadable(f"the {name} is no strict JSON object; send the token as it was issued")
    return value


def _bytes(part: str, name: str) -> bytes:
    try:
        return base64url.decode(part)
    except ValueError:
        remedy = "send the token as it was issued"
        raise Unreadable(f"the {name} is not base64url; {remedy}") from None
