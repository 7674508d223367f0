"""What an access token must say: the table of its checks.

The API, `token explain` and the tests read this table, in this order. Sources: RFC 9068 section 4,
RFC 8725 section 3, RFC 7519 section 4.1, Auth0's guide to validating access tokens.
"""

from collections.abc import Callable
from typing import Any

from api.core.guard.checks import Check
from api.core.guard.claims import as_datetime, bound_key, is_id_token, is_number, unchecked_binding
from api.core.guard.jws import UnverifiedToken
from api.core.guard.token_rules import (
    ALGORITHM,
    TokenContext,
    has_key,
    has_no_extension,
    has_subject,
    is_bound_to_key_alone,
    is_for_us,
    is_not_expired,
    is_not_in_future,
    is_of_known_type,
    is_of_our_algorithm,
    is_of_our_issuer,
    is_of_our_organization,
    is_signed,
    is_unbound,
)
from api.core.text import shown

TokenCheck = Check[UnverifiedToken, TokenContext]
TokenText = Callable[[UnverifiedToken, TokenContext], str]


def _header(name: str) -> TokenText:
    return lambda token, _context: shown(token.header.get(name))


def _claim(name: str) -> TokenText:
    return lambda token, _context: shown(token.claims.get(name))


def _time(name: str) -> TokenText:
    return lambda token, _context: _date(token.claims.get(name))


def _date(value: Any) -> str:
    moment = as_datetime(value)
    return moment.isoformat(timespec="seconds") if moment else shown(value)


def _issuers(_token: UnverifiedToken, context: TokenContext) -> str:
    return " or ".join(context.requirements.issuers)


def _organizations(_token: UnverifiedToken, context: TokenContext) -> str:
    return " or ".join(sorted(context.requirements.organizations)) or "any"


def _audience_remedy(token: UnverifiedToken, context: TokenContext) -> str:
    if is_id_token(token.claims):
        return "this is an ID token, made for the application; send the access token"
    audience = context.requirements.audience
    return f"the token is for another API; request it with audience {audience}"


def _expiry_remedy(token: UnverifiedToken, _context: TokenContext) -> str:
    if is_number(token.claims.get("exp")):
        return "the token has expired; get a new one"
    return "the token has no time of expiry; get a new one"


def _future_remedy(name: str) -> TokenText:
    def remedy(token: UnverifiedToken, _context: TokenContext) -> str:
        if is_number(token.claims.get(name)):
            return "the token is from the future; set the clocks right"
        return f"{name} is not a number; get a new token"

    return remedy


def _key_remedy(token: UnverifiedToken, context: TokenContext) -> str:
    # A token from the future is refused whatever its key: its iat is what can be mended.
    if not IAT.passes(token, context):
        return IAT.remedy_for(token, context)
    return "no signing key of the issuer has this kid; get a new token"


def _bearer_remedy(token: UnverifiedToken, _context: TokenContext) -> str:
    unchecked = unchecked_binding(token.claims)
    if unchecked:
        return f"the token is bound to {unchecked}; get one that is not"
    # A jkt of another type than its standard's is still no leave to bear the token.
    return "the token is bound to a key; send it with the scheme DPoP and a proof"


def _dpop_remedy(token: UnverifiedToken, _context: TokenContext) -> str:
    unchecked = unchecked_binding(token.claims)
    if bound_key(token.claims) is not None:
        return f"the token is bound to a key and to {unchecked}; get one by DPoP alone"
    if unchecked:
        return f"the token is not bound to a key but to {unchecked}; get one by DPoP"
    return "the token is not bound to a key; get one by DPoP, or send this one as Bearer"


ALG = TokenCheck(
    "alg",
    source="RFC 8725 section 3.1",
    passes=is_of_our_algorithm,
    found=_header("alg"),
    expected=ALGORITHM,
    remedy="the token is not signed with RS256; have the issuer sign with it",
)
CRIT = TokenCheck(
    "crit",
    source="RFC 7515 section 4.1.11",
    passes=has_no_extension,
    found=_header("crit"),
    expected="absent",
    remedy="the token has critical extensions; issue it without crit",
)
TYP = TokenCheck(
    "typ",
    source="RFC 8725 section 3.11",
    passes=is_of_known_type,
    found=_header("typ"),
    expected="JWT, at+jwt or absent",
    remedy="the token is of another type; send an access token",
)
ISS = TokenCheck(
    "iss",
    source="RFC 9068 section 4",
    passes=is_of_our_issuer,
    found=_claim("iss"),
    expected=_issuers,
    remedy=lambda token, context: (
        f"the token is from another issuer; get one from {_issuers(token, context)}"
    ),
)
KEY = TokenCheck(
    "key",
    source="RFC 7515 section 4.1.4",
    passes=has_key,
    found=_header("kid"),
    expected="the kid of a signing key of the issuer",
    remedy=_key_remedy,
)
SIGNATURE = TokenCheck(
    "signature",
    source="RFC 9068 section 4",
    passes=is_signed,
    found=lambda token, context: "verifies" if is_signed(token, context) else "does not verify",
    expected="made with that key",
    remedy="the signature does not verify; send the token as it was issued",
)
AUD = TokenCheck(
    "aud",
    source="RFC 9068 section 4",
    passes=is_for_us,
    found=_claim("aud"),
    expected=lambda _token, context: context.requirements.audience,
    remedy=_audience_remedy,
)
EXP = TokenCheck(
    "exp",
    source="RFC 7519 section 4.1.4",
    passes=is_not_expired,
    found=_time("exp"),
    expected=lambda _token, context: f"after {_date(context.now)}",
    remedy=_expiry_remedy,
)
NBF = TokenCheck(
    "nbf",
    source="RFC 7519 section 4.1.5",
    passes=is_not_in_future("nbf"),
    found=_time("nbf"),
    expected=lambda _token, context: f"absent, or not after {_date(context.now)}",
    remedy=_future_remedy("nbf"),
)
IAT = TokenCheck(
    "iat",
    source="RFC 7519 section 4.1.6",
    passes=is_not_in_future("iat"),
    found=_time("iat"),
    expected=lambda _token, context: f"absent, or not after {_date(context.now)}",
    remedy=_future_remedy("iat"),
)
SUB = TokenCheck(
    "sub",
    source="RFC 9068 section 2.2",
    passes=has_subject,
    found=_claim("sub"),
    expected="a non-empty string",
    remedy="the token names no subject; get one for a user or application",
)
ORG_ID = TokenCheck(
    "org_id",
    source="Auth0 Organizations",
    passes=is_of_our_organization,
    found=_claim("org_id"),
    expected=_organizations,
    remedy="the token is of no organization that is let in; log in to one",
)
NOT_BOUND = TokenCheck(
    "cnf",
    source="RFC 9449 section 7.2, RFC 8705 section 3",
    passes=is_unbound,
    found=_claim("cnf"),
    expected="not bound to anything",
    remedy=_bearer_remedy,
)
BOUND_TO_KEY = TokenCheck(
    "cnf",
    source="RFC 9449 section 6",
    passes=is_bound_to_key_alone,
    found=_claim("cnf"),
    expected="bound to a key alone",
    remedy=_dpop_remedy,
)

# The issuer says whose keys to try, so it is checked before the signature; it proves nothing yet.
BEFORE_KEY = (ALG, CRIT, TYP, ISS)
# A token that was accepted is held against these each time that it comes.
OF_TIME = (EXP, NBF, IAT)
WITH_KEY = (KEY, SIGNATURE, AUD, *OF_TIME, SUB, ORG_ID)
