"""What `token explain` says: the guard's own checks, and all of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.guard import Auth0JWTBearerTokenValidator, SigningKeys, claims, jws
from api.guard.claims import Members, Verdict
from api.problems import SigningKeysUnavailable


@dataclass(frozen=True, slots=True)
class Row:
    """A check. result: pass, FAIL, or note for what not every operation minds."""

    check: str
    result: str
    found: str
    expected: str
    remedy: str = ""

    def cells(self) -> tuple[str, ...]:
        return (self.check, self.result, self.found, self.expected, self.remedy)


def explain_token(
    validator: Auth0JWTBearerTokenValidator,
    text: str,
    required: tuple[str, ...],
    known: Mapping[str, str],
) -> list[Row]:
    """A row for each check of the guard. required: scopes that must be granted; known: those
    of the API, to say what an operation might miss where none are required."""
    try:
        token = jws.read(text)
    except jws.Unreadable as error:
        return [Row("format", "FAIL", _form(text), "a signed JWT: three parts", str(error))]
    form = Row("format", "pass", "a signed JWT", "a signed JWT: three parts")
    checks = list(_checks(validator, token))
    return [form, *checks, *_grants(token.claims, required, tuple(known))]


def _form(text: str) -> str:
    parts = text.count(".") + 1
    if parts == 5:
        return "an encrypted JWT (JWE): five parts"
    if not text:
        return "nothing"
    return "an opaque token: one part" if parts == 1 else f"{parts} parts"


def _checks(validator: Auth0JWTBearerTokenValidator, token: jws.UnverifiedToken) -> Iterator[Row]:
    keys = {url: _Patient(found) for url, found in validator.keys.items()}
    patient = Auth0JWTBearerTokenValidator(validator.expected, keys, validator.now)  # type: ignore[arg-type]
    for name, verdict in patient.examine(token):
        fault = next((key.fault for key in keys.values() if key.fault), None)
        yield _row(name, verdict._replace(remedy=fault) if name == "key" and fault else verdict)


class _Patient:
    """Signing keys that note why they cannot be had, so that the other checks are made as well."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys
        self.fault: str | None = None

    def find(self, kid: str) -> object:
        try:
            return self._keys.find(kid)
        except SigningKeysUnavailable:
            self.fault = f"the signing keys cannot be had: {self._keys.last_fault}"
            return None


def _row(name: str, verdict: Verdict) -> Row:
    result = "pass" if verdict.remedy is None else "FAIL"
    return Row(name, result, verdict.found, verdict.expected, verdict.remedy or "")


def _grants(members: Members, required: tuple[str, ...], known: tuple[str, ...]) -> Iterator[Row]:
    missing = claims.missing_scopes(members, required or known)
    result = "pass" if not missing else "FAIL" if required else "note"
    wanted = " ".join(required) or "what the operation needs"
    remedy = f"ask the issuer for {' '.join(missing)}, or give it as permission" if missing else ""
    yield Row("scope", result, " ".join(claims.scopes(members)) or "none", wanted, remedy)
    listed = " ".join(claims.permissions(members)) or "none"
    yield Row("permissions", "pass", listed, "counts like scope")
