"""What `token explain` says: the guard's own checks, and all of them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace

from api.core.guard import Auth0JWTBearerTokenValidator, Guard, SigningKeys, claims, jws
from api.core.guard.claims import Members, Verdict
from api.core.problems import SigningKeysUnavailable

# What a check stands on: it can say nothing where one of these did not pass.
NEEDS = {"key": {"alg", "iss"}, "signature": {"key"}}

NETWORK = "check AUTH0_DOMAIN and the network; "

# Which setting would have said what else to expect.
UNSET = {"iss": "AUTH0_DOMAIN", "aud": "AUTH0_AUDIENCE"}


@dataclass(frozen=True, slots=True)
class Row:
    """A check. result: pass, FAIL, skip where an earlier one leaves nothing to check, or note for
    what not every operation minds."""

    check: str
    result: str
    found: str
    expected: str
    remedy: str = ""

    def cells(self) -> tuple[str, ...]:
        return (self.check, self.result, self.found, self.expected, self.remedy)


def explain_token(
    guard: Guard,
    text: str,
    required: tuple[str, ...],
    known: Mapping[str, str],
) -> list[Row]:
    """A row for each check of the guard. required: scopes that must be granted; known: those
    of the API, to say what an operation might miss where none are required."""
    longest = guard.max_header - len("Bearer ")
    try:
        token = _read(text, longest)
    except jws.Unreadable as error:
        return [
            Row("format", "FAIL", _form(text, longest), "a signed JWT: three parts", str(error))
        ]
    good = Row("format", "pass", "a signed JWT", "a signed JWT: three parts")
    checks = list(_checks(_validator_for(guard, token), token))
    return [good, *checks, *_grants(token.claims, required, tuple(known))]


def without_tenant(rows: Iterable[Row]) -> list[Row]:
    """The rows, where none is set: a tenant's token may lack nothing but a setting."""
    return [replace(row, remedy=_remedy_without_tenant(row)) for row in rows]


def _remedy_without_tenant(row: Row) -> str:
    host = re.fullmatch(r"https://([A-Za-z0-9.-]+(?::[0-9]{1,5})?)/", row.found)
    if row.check == "iss" and row.result == "FAIL" and host:
        return (
            "it is compared with the embedded issuer, as AUTH0_DOMAIN is not set; "
            f"set AUTH0_DOMAIN={host[1]} to accept tokens of this issuer"
        )
    if row.check in UNSET and row.remedy.endswith(row.expected):
        return f"{row.remedy} (the embedded issuer's, as {UNSET[row.check]} is not set)"
    return row.remedy.removeprefix(NETWORK)


def _read(text: str, longest: int) -> jws.UnverifiedToken:
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


def _validator_for(guard: Guard, token: jws.UnverifiedToken) -> Auth0JWTBearerTokenValidator:
    """That of the scheme with which the token would be sent."""
    wanted = guard.bearer if claims.bound_key(token.claims) is None else guard.bound
    offered = guard.validators
    return offered.get(wanted.TOKEN_TYPE) or next(iter(offered.values()))


def _checks(validator: Auth0JWTBearerTokenValidator, token: jws.UnverifiedToken) -> Iterator[Row]:
    keys = {url: _Patient(found) for url, found in validator.keys.items()}
    patient = copy(validator)
    patient.keys = keys  # type: ignore[assignment]
    unmet: set[str] = set()
    for name, verdict in patient.examine(token):
        fault = next((key.fault for key in keys.values() if key.fault), None)
        if NEEDS.get(name, set()) & unmet:
            row = Row(name, "skip", "not checked", verdict.expected)
        else:
            row = _row(name, verdict._replace(remedy=fault) if name == "key" and fault else verdict)
        if row.result != "pass":
            unmet.add(name)
        yield _unproven(row) if name == "signature" and name in unmet else row


class _Patient:
    """Signing keys that note why they cannot be had, so that the other checks are made as well."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys
        self.fault: str | None = None

    def find(self, kid: str, _issued_before: float) -> object:
        try:
            # The keys were fetched a moment ago, for this token alone: that is answer enough.
            return self._keys.find(kid)
        except SigningKeysUnavailable:
            why = f"the signing keys cannot be had: {self._keys.last_fault}"
            self.fault = f"{NETWORK}{why}"
            return None


def _row(name: str, verdict: Verdict) -> Row:
    result = "pass" if verdict.remedy is None else "FAIL"
    return Row(name, result, verdict.found, verdict.expected, verdict.remedy or "")


def _unproven(row: Row) -> Row:
    return replace(row, found=f"{row.found}: the claims below are unproven")


def _grants(members: Members, required: tuple[str, ...], known: tuple[str, ...]) -> Iterator[Row]:
    missing = claims.missing_scopes(members, required or known)
    result = "pass" if not missing else "FAIL" if required else "note"
    wanted = " ".join(required) or "what the operation needs"
    remedy = f"ask the issuer for {' '.join(missing)}, or give it as permission" if missing else ""
    yield Row("scope", result, " ".join(claims.scopes(members)) or "none", wanted, remedy)
    listed = " ".join(claims.permissions(members)) or "none"
    yield Row("permissions", "pass", listed, "counts like scope")
