"""The rules of an access token: pure functions that say whether a token keeps them.

None of them raises anything, whatever the token holds. `token_checks` has the words.
"""

from collections.abc import Callable
from dataclasses import dataclass

from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from api.core.guard.claims import (
    audiences,
    bound_key,
    confirmation,
    is_number,
    unchecked_binding,
)
from api.core.guard.jws import UnverifiedToken

ALGORITHM = "RS256"
RS256 = JWSRegistry(algorithms=[ALGORITHM]).get_alg(ALGORITHM)


@dataclass(frozen=True, slots=True)
class TokenRequirements:
    """What this API demands of a token.

    :param issuers: each `iss` that is accepted
    :param audience: the Identifier of this API, which `aud` must name
    :param leeway: seconds by which clocks may differ, both ways
    :param organizations: each `org_id` that is let in; empty for all
    """

    issuers: tuple[str, ...]
    audience: str
    leeway: float = 5.0
    organizations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TokenContext:
    """What a token is held against.

    :param now: seconds since the epoch
    :param key: the issuer's key of the token's kid, once it has been looked up
    """

    requirements: TokenRequirements
    now: float
    key: RSAKey | None = None


TokenPredicate = Callable[[UnverifiedToken, TokenContext], bool]


def is_of_our_algorithm(token: UnverifiedToken, _context: TokenContext) -> bool:
    """The algorithm is the one that we chose: it is never the token's or the key's to choose."""
    return bool(token.header.get("alg") == ALGORITHM)


def has_no_extension(token: UnverifiedToken, _context: TokenContext) -> bool:
    """There is no critical extension: none is understood here."""
    return "crit" not in token.header


def is_of_known_type(token: UnverifiedToken, _context: TokenContext) -> bool:
    """The type is absent, `at+jwt` (RFC 9068) or Auth0's `JWT`."""
    if "typ" not in token.header:
        return True
    typ = token.header["typ"]
    return isinstance(typ, str) and typ.lower().removeprefix("application/") in {"jwt", "at+jwt"}


def is_of_our_issuer(token: UnverifiedToken, context: TokenContext) -> bool:
    """The issuer is one of ours exactly, its trailing slash included."""
    iss = token.claims.get("iss")
    return isinstance(iss, str) and iss in context.requirements.issuers


def has_key(_token: UnverifiedToken, context: TokenContext) -> bool:
    """The issuer has a signing key of the token's kid."""
    return context.key is not None


def is_signed(token: UnverifiedToken, context: TokenContext) -> bool:
    """The signature verifies with the issuer's key; without a key nothing does."""
    key = context.key
    return key is not None and RS256.verify(token.signing_input, token.signature, key)


def is_for_us(token: UnverifiedToken, context: TokenContext) -> bool:
    """The token is meant for this API."""
    return context.requirements.audience in audiences(token.claims)


def is_not_expired(token: UnverifiedToken, context: TokenContext) -> bool:
    """The token expires later than now, the leeway granted."""
    exp = token.claims.get("exp")
    # Nothing is added to exp: an integer may be too large to become a float.
    return is_number(exp) and context.now - context.requirements.leeway < exp


def is_not_in_future(name: str) -> TokenPredicate:
    """Return a rule: a time is absent, or not later than now, the leeway granted.

    A token from the future has a wrong clock or a forger behind it.

    :param name: the claim that holds the time
    """

    def passes(token: UnverifiedToken, context: TokenContext) -> bool:
        if name not in token.claims:
            return True
        time = token.claims[name]
        return is_number(time) and time <= context.now + context.requirements.leeway

    return passes


def has_subject(token: UnverifiedToken, _context: TokenContext) -> bool:
    """The token is somebody's."""
    sub = token.claims.get("sub")
    return isinstance(sub, str) and sub != ""


def is_of_our_organization(token: UnverifiedToken, context: TokenContext) -> bool:
    """The caller logged in through an organization that is let in."""
    organizations = context.requirements.organizations
    org = token.claims.get("org_id")
    return not organizations or (isinstance(org, str) and org in organizations)


def is_unbound(token: UnverifiedToken, _context: TokenContext) -> bool:
    """The token is bound to nothing: one that is must not be had by bearing it.

    RFC 7800 lets members of `cnf` that are not understood be ignored; this API does not.
    """
    return not confirmation(token.claims)


def is_bound_to_key_alone(token: UnverifiedToken, _context: TokenContext) -> bool:
    """The token is bound to a key, which a proof proves, and to nothing else, which it does not."""
    return bound_key(token.claims) is not None and unchecked_binding(token.claims) is None
