"""What `token explain` says: the result of every check of the guard, in words."""

import re
from collections.abc import Collection, Iterable, Iterator

from flask import Flask
from joserfc.jwk import RSAKey

from api.core.bridge import api_of
from api.core.cli.tables import Line, Outcome
from api.core.guard import (
    Auth0JWTBearerTokenValidator,
    ClaimCheck,
    Guard,
    SigningKeys,
    claims,
    jws,
)
from api.core.guard.checks import CheckResult
from api.core.guard.claims import Members
from api.core.guard.jws import UnverifiedToken
from api.core.guard.problems import SigningKeysUnavailable
from openapi.declaration import declaration_of
from openapi.methods import methods

FORM = "a signed JWT: three parts"

# What a check stands on: it can say nothing if one of these did not pass.
NEEDS = {"key": {"alg", "iss"}, "signature": {"key"}}

# The setting that would have said what else to expect.
SETTINGS = {"iss": "AUTH0_DOMAIN", "aud": "AUTH0_AUDIENCE"}

_TENANT = re.compile(r"https://([A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?)/")


def explain_token(
    guard: Guard,
    text: str,
    *,
    required: Collection[str],
    known: Collection[str],
    checks: Iterable[ClaimCheck],
    has_tenant: bool,
) -> list[Line]:
    """Return a line for each check of the guard.

    :param text: the token
    :param required: the scopes that must be granted
    :param known: the scopes of the API, of which operations may need some if none is required
    :param checks: the team's own checks, of which each operation has some or none
    :param has_tenant: whether the settings name a tenant; if they do not, a tenant's token may
        lack nothing but a setting
    """
    longest = guard.max_header - len("Bearer ")
    try:
        token = _read(text, longest)
    except jws.Unreadable as error:
        return [Line("format", Outcome.FAIL, _form(text, longest), FORM, str(error))]
    form = Line("format", Outcome.PASS, "a signed JWT", FORM)
    lines = _checks(_validator_for(guard, token), token, has_tenant=has_tenant)
    grants = _grants(token.claims, tuple(required), tuple(known))
    return [form, *lines, *grants, *(_of_claim(each.result(token.claims)) for each in checks)]


def claim_checks(app: Flask) -> list[ClaimCheck]:
    """Return the team's own checks of claims, those of every operation and view, each once.

    :param app: the app
    """
    declared = [
        *(method.declaration for method in methods(api_of(app))),
        *(declaration_of(view) for view in app.view_functions.values()),
    ]
    checks = [check for each in declared if each.access for check in each.access.checks]
    return [check for check in dict.fromkeys(checks) if isinstance(check, ClaimCheck)]


def _read(text: str, longest: int) -> UnverifiedToken:
    if not text:
        raise jws.Unreadable("no token is here; give it as the argument or on standard input")
    if len(text) > longest:
        raise jws.Unreadable("the token is too long for a header; ask for fewer scopes or claims")
    return jws.read(text)


def _form(text: str, longest: int) -> str:
    if not text:
        return "nothing"
    if len(text) > longest:
        return f"{len(text)} characters"
    parts = text.count(".") + 1
    if parts == 5:
        return "an encrypted JWT (JWE): five parts"
    return "an opaque token: one part" if parts == 1 else f"{parts} parts"


def _validator_for(guard: Guard, token: UnverifiedToken) -> Auth0JWTBearerTokenValidator:
    """The validator of the scheme with which the token would be sent."""
    validator = guard.bearer if claims.bound_key(token.claims) is None else guard.dpop
    accepted = guard.validators
    return accepted.get(validator.TOKEN_TYPE) or next(iter(accepted.values()))


class KeyLookup:
    """Looks up keys, and notes why they cannot be had, so that the other checks are made as well.

    `fault` is the reason; None while there is no fault.
    """

    def __init__(self) -> None:
        self.fault: str | None = None

    def __call__(self, keys: SigningKeys, kid: str, _issued_before: float) -> RSAKey | None:
        try:
            # The keys were fetched a moment ago, for this token alone: that is answer enough.
            return keys.find(kid)
        except SigningKeysUnavailable:
            self.fault = keys.last_fault
            return None


def _checks(
    validator: Auth0JWTBearerTokenValidator, token: UnverifiedToken, *, has_tenant: bool
) -> Iterator[Line]:
    lookup = KeyLookup()
    unmet: set[str] = set()
    for result in validator.examine(token, lookup):
        outcome = _outcome(result, unmet)
        if outcome is not Outcome.PASS:
            unmet.add(result.name)
        found = "not checked" if outcome is Outcome.SKIP else result.found
        if result.name == "signature" and outcome is not Outcome.PASS:
            found += ": the claims below are unproven"
        remedy = ""
        if outcome is Outcome.FAIL:
            remedy = _remedy(result, token, lookup.fault, has_tenant=has_tenant)
        yield Line(result.name, outcome, found, result.expected, remedy)


def _outcome(result: CheckResult, unmet: set[str]) -> Outcome:
    if NEEDS.get(result.name, set()) & unmet:
        return Outcome.SKIP
    return Outcome.PASS if result.passed else Outcome.FAIL


def _remedy(
    result: CheckResult, token: UnverifiedToken, keys_fault: str | None, *, has_tenant: bool
) -> str:
    if result.name == "key" and keys_fault is not None:
        hint = "check AUTH0_DOMAIN and the network; " if has_tenant else ""
        return f"{hint}the signing keys cannot be had: {keys_fault}"
    return result.remedy if has_tenant else _remedy_without_tenant(result, token.claims)


def _remedy_without_tenant(result: CheckResult, members: Members) -> str:
    """What to change if no tenant is set, and the token is held against the embedded issuer."""
    tenant = _tenant(members.get("iss")) if result.name == "iss" else None
    if tenant:
        return (
            "it is compared with the embedded issuer, as AUTH0_DOMAIN is not set; "
            f"set AUTH0_DOMAIN={tenant} to accept tokens of this issuer"
        )
    # An ID token is wrong for any API: no setting is to blame.
    if result.name not in SETTINGS or (result.name == "aud" and claims.is_id_token(members)):
        return result.remedy
    return f"{result.remedy} (the embedded issuer's, as {SETTINGS[result.name]} is not set)"


def _tenant(iss: object) -> str | None:
    """The value of AUTH0_DOMAIN with which that issuer would be accepted."""
    match = _TENANT.fullmatch(iss) if isinstance(iss, str) else None
    return match and match[1]


def _of_claim(result: CheckResult) -> Line:
    """A check of a claim, which only some operations make."""
    outcome = Outcome.PASS if result.passed else Outcome.NOTE
    return Line(result.name, outcome, result.found, result.expected, result.remedy)


def _grants(members: Members, required: tuple[str, ...], known: tuple[str, ...]) -> Iterator[Line]:
    missing = claims.missing_scopes(members, required or known)
    outcome = Outcome.PASS
    if missing:
        outcome = Outcome.FAIL if required else Outcome.NOTE
    yield Line(
        "scope",
        outcome,
        found=" ".join(claims.scopes(members)) or "none",
        expected=" ".join(required) or "what the operation needs",
        remedy=f"ask the issuer for {' '.join(missing)}, or give it as permission"
        if missing
        else "",
    )
    permissions = " ".join(claims.permissions(members)) or "none"
    yield Line("permissions", Outcome.PASS, permissions, "counts like scope")
