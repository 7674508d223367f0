"""How the claims of an access token are read.

Every function takes any JSON object and raises nothing, whatever the type of its members.
"""

import math
from datetime import UTC, datetime
from typing import Any, TypeGuard

Members = dict[str, Any]

# Claims that OpenID Connect Core puts into ID tokens, and no issuer into access tokens.
_ID_TOKEN_ONLY = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})


def audiences(claims: Members) -> tuple[str, ...]:
    """Return `aud` as a tuple: one string, or a list of strings. Any other value names nobody."""
    aud = claims.get("aud")
    return (aud,) if isinstance(aud, str) else strings(aud)


def scopes(claims: Members) -> tuple[str, ...]:
    """Return the words of `scope`, split at U+0020 alone (RFC 6749 section 3.3)."""
    scope = claims.get("scope")
    return tuple(filter(None, scope.split(" "))) if isinstance(scope, str) else ()


def permissions(claims: Members) -> tuple[str, ...]:
    """Return `permissions` (Auth0 RBAC). Anything but a list of strings grants nothing."""
    return strings(claims.get("permissions"))


def missing_scopes(claims: Members, required: tuple[str, ...]) -> tuple[str, ...]:
    """Return the scopes that neither `scope` nor `permissions` grants, matched word by word.

    :param required: the scopes that must be granted
    """
    granted = {*scopes(claims), *permissions(claims)}
    return tuple(scope for scope in required if scope not in granted)


def is_id_token(claims: Members) -> bool:
    """Return whether the claims are those of an ID token, which is made for the application."""
    return not _ID_TOKEN_ONLY.isdisjoint(claims)


def confirmation(claims: Members) -> Members:
    """Return the members of `cnf` (RFC 7800): what the token is bound to.

    A `cnf` of null or {} binds to nothing. One that is no object, which its standard demands, is
    itself a binding that cannot be checked.
    """
    cnf = claims.get("cnf")
    if cnf is None:
        return {}
    return cnf if isinstance(cnf, dict) else {"cnf": cnf}


def unchecked_binding(claims: Members) -> str | None:
    """Return in words what the token is bound to beside the key of DPoP, or None.

    Nothing of it is checked here. The words hold nothing of the token.
    """
    others = confirmation(claims).keys() - {"jkt"}
    if not others:
        return None
    kind = "a certificate" if others == {"x5t#S256"} else "something"
    return f"{kind} that cannot be checked here"


def bound_key(claims: Members) -> str | None:
    """Return the thumbprint of the key that the token is bound to (RFC 9449 section 6.1)."""
    jkt = confirmation(claims).get("jkt")
    return jkt if isinstance(jkt, str) else None


def strings(value: Any) -> tuple[str, ...]:
    """Return a list of strings as a tuple, and of any other value nothing."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return ()


def is_number(value: Any) -> TypeGuard[int | float]:
    """Return whether a value is a finite JSON number.

    Python counts true and false as numbers, JSON does not.
    """
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))


def as_datetime(value: Any) -> datetime | None:
    """Return a NumericDate (RFC 7519 section 2) in UTC, or None if no calendar has a day for it."""
    try:
        return datetime.fromtimestamp(value, UTC) if is_number(value) else None
    except (OverflowError, ValueError, OSError):
        return None
