"""What an access token must say: one row a check, a pure function each.

The API, `token explain` and the tests read these two tables, in this order. A check returns a
Verdict and raises nothing, whatever type a member has. Sources: RFC 9068 section 4, RFC 8725
section 3, RFC 7519 section 4.1, Auth0's guide to validating access tokens.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeGuard

from api.core.text import shown

ALGORITHM = "RS256"

Members = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Expected:
    """What this API demands of a token. leeway: seconds, both ways."""

    issuers: tuple[str, ...]
    audience: str
    leeway: float = 5.0
    organizations: frozenset[str] = frozenset()


class Verdict(NamedTuple):
    """found, expected: for people on a terminal. remedy: None where the check passes, else what
    is wrong and what to change, in words of ours: nothing of the token is in it."""

    found: str
    expected: str
    remedy: str | None = None


Check = Callable[[Members, Expected, float], Verdict]


class Rule(NamedTuple):
    """A check of one member, by the member's name. `now`: seconds since the epoch."""

    name: str
    check: Check


def check_alg(header: Members, _expected: Expected, _now: float) -> Verdict:
    """RFC 8725 section 3.1: the algorithm is ours to choose, never the token's or the key's."""
    alg = header.get("alg")
    remedy = "the token is not signed with RS256; have the issuer sign with it"
    return Verdict(shown(alg), ALGORITHM, None if alg == ALGORITHM else remedy)


def check_crit(header: Members, _expected: Expected, _now: float) -> Verdict:
    """RFC 7515 section 4.1.11: no critical extension is understood here."""
    absent = "crit" not in header
    remedy = None if absent else "the token has critical extensions; issue it without crit"
    return Verdict(shown(header.get("crit")), "absent", remedy)


def check_typ(header: Members, _expected: Expected, _now: float) -> Verdict:
    """RFC 8725 section 3.11: `at+jwt` (RFC 9068) or Auth0's `JWT`."""
    typ = header.get("typ")
    known = isinstance(typ, str) and typ.lower().removeprefix("application/") in {"jwt", "at+jwt"}
    passes = "typ" not in header or known
    remedy = None if passes else "the token is of another type; send an access token"
    return Verdict(shown(typ), "JWT, at+jwt or absent", remedy)


def check_iss(claims: Members, expected: Expected, _now: float) -> Verdict:
    """RFC 9068 section 4: the issuer exactly, its trailing slash included."""
    iss = claims.get("iss")
    wanted = " or ".join(expected.issuers)
    passes = isinstance(iss, str) and iss in expected.issuers
    remedy = None if passes else f"the token is from another issuer; get one from {wanted}"
    return Verdict(shown(iss), wanted, remedy)


def check_aud(claims: Members, expected: Expected, _now: float) -> Verdict:
    """RFC 9068 section 4: the token is meant for this API."""
    aud = claims.get("aud")
    wanted = expected.audience
    if wanted in audiences(claims):
        return Verdict(shown(aud), wanted)
    if _ID_TOKEN_ONLY & claims.keys():
        return Verdict(shown(aud), wanted, _ID_TOKEN)
    return Verdict(
        shown(aud), wanted, f"the token is for another API; request it with audience {wanted}"
    )


def check_exp(claims: Members, expected: Expected, now: float) -> Verdict:
    """RFC 7519 section 4.1.4."""
    exp = claims.get("exp")
    wanted = f"after {_moment(now)}"
    if not is_number(exp):
        return Verdict(shown(exp), wanted, "the token has no time of expiry; get a new one")
    # Nothing is added to exp: an integer may be too large to become a float.
    passes = now - expected.leeway < exp
    return Verdict(_moment(exp), wanted, None if passes else "the token has expired; get a new one")


def check_nbf(claims: Members, expected: Expected, now: float) -> Verdict:
    """RFC 7519 section 4.1.5."""
    return _not_in_future("nbf", claims, expected, now)


def check_iat(claims: Members, expected: Expected, now: float) -> Verdict:
    """RFC 7519 section 4.1.6; a token from the future has a clock or a forger behind it."""
    return _not_in_future("iat", claims, expected, now)


def check_sub(claims: Members, _expected: Expected, _now: float) -> Verdict:
    """RFC 9068 section 2.2: a token is somebody's."""
    sub = claims.get("sub")
    passes = isinstance(sub, str) and sub != ""
    remedy = None if passes else "the token names no subject; get one for a user or application"
    return Verdict(shown(sub), "a non-empty string", remedy)


def check_org(claims: Members, expected: Expected, _now: float) -> Verdict:
    """Auth0 Organizations: the caller logged in through one that is let in."""
    org = claims.get("org_id")
    if not expected.organizations:
        return Verdict(shown(org), "any")
    passes = isinstance(org, str) and org in expected.organizations
    remedy = None if passes else "the token is of no organization that is let in; log in to one"
    return Verdict(shown(org), " or ".join(sorted(expected.organizations)), remedy)


def check_unbound(claims: Members, _expected: Expected, _now: float) -> Verdict:
    """RFC 9449 section 7.2, RFC 8705 section 3: a token that is bound to something is not to be had
    by bearing it. RFC 7800 lets members of `cnf` that are not understood be ignored; we do not."""
    unchecked = unchecked_binding(claims)
    remedy = None
    if unchecked:
        remedy = f"the token is bound to {unchecked}; get one that is not"
    elif confirmation(claims):
        # A jkt of another type than its standard's is still no leave to bear the token.
        remedy = "the token is bound to a key; send it with the scheme DPoP and a proof"
    return Verdict(shown(claims.get("cnf")), "not bound to anything", remedy)


def check_bound(claims: Members, _expected: Expected, _now: float) -> Verdict:
    """RFC 9449 section 6: a proof needs a token that says whose; and it proves the key alone, not
    what else the token is bound to."""
    unchecked = unchecked_binding(claims)
    remedy = None
    if bound_key(claims) is None:
        remedy = "the token is not bound to a key; get one by DPoP, or send this one as Bearer"
        if unchecked:
            remedy = f"the token is not bound to a key but to {unchecked}; get one by DPoP"
    elif unchecked:
        remedy = f"the token is bound to a key and to {unchecked}; get one by DPoP alone"
    return Verdict(shown(claims.get("cnf")), "bound to a key alone", remedy)


HEADER_RULES = (Rule("alg", check_alg), Rule("crit", check_crit), Rule("typ", check_typ))

# The issuer says whose keys to try, so it is looked at before the signature; it proves nothing yet.
ISSUER_RULE = Rule("iss", check_iss)

CLAIM_RULES = (
    Rule("aud", check_aud),
    Rule("exp", check_exp),
    Rule("nbf", check_nbf),
    Rule("iat", check_iat),
    Rule("sub", check_sub),
    Rule("org_id", check_org),
)


def audiences(claims: Members) -> tuple[str, ...]:
    """`aud` as strings: one, or a list that holds nothing else; any other value names none."""
    aud = claims.get("aud")
    return (aud,) if isinstance(aud, str) else strings(aud)


def scopes(claims: Members) -> tuple[str, ...]:
    """The words of `scope`, split at U+0020 alone (RFC 6749 section 3.3)."""
    scope = claims.get("scope")
    return tuple(filter(None, scope.split(" "))) if isinstance(scope, str) else ()


def permissions(claims: Members) -> tuple[str, ...]:
    """`permissions` of Auth0 RBAC; anything but a list of strings grants nothing."""
    return strings(claims.get("permissions"))


def missing_scopes(claims: Members, required: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `required` that neither scope nor permission grants, matched word by word."""
    granted = {*scopes(claims), *permissions(claims)}
    return tuple(scope for scope in required if scope not in granted)


def confirmation(claims: Members) -> Members:
    """The members of `cnf` (RFC 7800): what the token is bound to. Nothing where it is null or {}.

    A `cnf` that is no object, which its standard demands, is itself what cannot be checked.
    """
    cnf = claims.get("cnf")
    if cnf is None:
        return {}
    return cnf if isinstance(cnf, dict) else {"cnf": cnf}


def unchecked_binding(claims: Members) -> str | None:
    """What the token is bound to beside the key of DPoP, in words: none of it is checked here."""
    others = confirmation(claims).keys() - {"jkt"}
    if not others:
        return None
    kind = "a certificate" if others == {"x5t#S256"} else "something"
    return f"{kind} that cannot be checked here"


def bound_key(claims: Members) -> str | None:
    """The thumbprint of the key that the token is bound to (RFC 9449 section 6.1), if any."""
    jkt = confirmation(claims).get("jkt")
    return jkt if isinstance(jkt, str) else None


def strings(value: Any) -> tuple[str, ...]:
    """A list of strings as a tuple; of any other value, nothing."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return ()


def is_number(value: Any) -> TypeGuard[int | float]:
    """A finite JSON number; Python counts true and false as numbers, JSON does not."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))


def as_datetime(value: Any) -> datetime | None:
    """A NumericDate (RFC 7519 section 2) in UTC; None where no calendar has a day for it."""
    try:
        return datetime.fromtimestamp(value, UTC) if is_number(value) else None
    except (OverflowError, ValueError, OSError):
        return None


# Claims that OpenID Connect Core puts into ID tokens, and no issuer into access tokens.
_ID_TOKEN_ONLY = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})
_ID_TOKEN = "this is an ID token, made for the application; send the access token"  # noqa: S105


def _not_in_future(name: str, claims: Members, expected: Expected, now: float) -> Verdict:
    wanted = f"absent, or not after {_moment(now)}"
    if name not in claims:
        return Verdict("absent", wanted)
    value = claims[name]
    if not is_number(value):
        return Verdict(shown(value), wanted, f"{name} is not a number; get a new token")
    passes = value <= now + expected.leeway
    remedy = None if passes else "the token is from the future; set the clocks right"
    return Verdict(_moment(value), wanted, remedy)


def _moment(value: Any) -> str:
    when = as_datetime(value)
    return when.isoformat(timespec="seconds") if when else shown(value)
