"""The validator: every check in its order, with the time and the keys in a test's hand."""

from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from api.core.guard import (
    AccessToken,
    Auth0JWTBearerTokenValidator,
    SigningKeys,
    TokenRequirements,
    jws,
    token_checks,
)
from api.core.guard.checks import Check
from api.core.guard.keyset import NEVER
from api.core.guard.problems import InsufficientScope, InvalidToken, SigningKeysUnavailable
from api.core.guard.validator import find_key
from api.core.testing import Clock
from tests.core.guard.corpus.case import foreign_key
from tests.core.guard.doubles import ISSUER, Documents
from tests.core.support.tenant import AUDIENCE, sign

OTHER = "https://other.example/"
NOW = 1_800_000_000
ORDER = ["alg", "crit", "typ", "iss", "key", "signature"]
ORDER += ["aud", "exp", "nbf", "iat", "sub", "org_id", "cnf"]
HEADER = {"alg": "RS256", "typ": "JWT", "kid": "a"}
CLAIMS = {"iss": ISSUER, "sub": "auth0|ann", "aud": AUDIENCE, "iat": NOW, "exp": NOW + 60}

Validator = Auth0JWTBearerTokenValidator
MakeToken = Callable[..., str]


class OneKey:
    """An issuer with one key, or with none to be had."""

    def __init__(self, key: RSAKey | None) -> None:
        self._key = key

    def find(self, kid: str, issued_before: float) -> RSAKey | None:
        self.issued_before = issued_before
        if self._key is None:
            raise SigningKeysUnavailable
        return {"a": self._key}.get(kid)

    def holds(self, key: RSAKey) -> bool:
        return key is self._key


@pytest.fixture
def now() -> Clock:
    return Clock(NOW)


@pytest.fixture
def validator(key: RSAKey, now: Clock) -> Any:
    requirements = TokenRequirements((ISSUER, OTHER), AUDIENCE)
    keys: dict[str, Any] = {ISSUER: OneKey(key), OTHER: OneKey(foreign_key())}
    return Auth0JWTBearerTokenValidator(requirements, keys, now)


@pytest.fixture
def token(key: RSAKey) -> Any:
    """`token({"typ": "at+jwt"}, exp=5)`: signed, its header and claims as changed."""
    return lambda header=(), **claims: sign(HEADER | dict(header), CLAIMS | claims, key)


def failed(results: Any) -> Any:
    """The names of the checks that did not pass; each of them has a remedy, and no other has."""
    results = list(results)
    assert all(bool(result.remedy) is not result.passed for result in results)
    return [result.name for result in results if not result.passed]


def refusal(validator: Validator, token: str) -> Any:
    with pytest.raises(InvalidToken) as caught:
        validator.authenticate_token(token)
    return caught.value.error_description


def test_accepted(validator: Validator, token: MakeToken) -> None:
    """A token that passes every check is returned with its claims."""
    assert validator.authenticate_token(token()).claims == CLAIMS


def test_order(validator: Validator, token: MakeToken) -> None:
    """The checks run in one order, and continue after a failure for a caller who goes on."""
    results = list(validator.examine(jws.read(token({"alg": "none"}, exp=0)), find_key))
    assert [result.name for result in results] == ORDER
    assert failed(results) == ["alg", "exp"]


def test_no_key_no_signature(validator: Validator, token: MakeToken) -> None:
    """A token without a known key fails the check of its signature as well."""
    results = validator.examine(jws.read(token({"kid": "unknown"})), find_key)
    assert failed(results) == ["key", "signature"]


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({}, {"iss": None}),
        ({}, {"iss": 5}),
        ({}, {"iss": [ISSUER]}),
        ({}, {"iss": {}}),
        ({}, {"iss": "https://stranger.example/"}),
        ({"kid": None}, {}),
        ({"kid": 5}, {}),
        ({"kid": ["a"]}, {}),
        ({"kid": {}}, {}),
    ],
)
def test_no_such_key(validator: Validator, token: MakeToken, header: Any, claims: Any) -> None:
    """An unknown issuer or kid, of whatever type, has no key."""
    results = list(validator.examine(jws.read(token(header, **claims)), find_key))
    assert [result.name for result in results] == ORDER
    assert failed(results)[-2:] == ["key", "signature"]


def test_the_key_finder_is_the_callers(validator: Validator, token: MakeToken, key: RSAKey) -> None:
    """The caller of examine() passes the function that finds the key."""
    asked = []

    def find(keys: Any, kid: Any, issued_before: Any) -> Any:
        asked.append((keys, kid, issued_before))
        return key

    results = list(validator.examine(jws.read(token({"kid": "unknown"})), find))
    assert failed(results) == []
    assert asked == [(validator.keys[ISSUER], "unknown", NOW + 5)]


def test_nothing_is_worded_for_an_accepted_token(
    validator: Validator, token: MakeToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No sentence and no date is made for a token that is accepted."""
    made = token()
    monkeypatch.setattr(Check, "result", None)
    monkeypatch.setattr(Check, "remedy_for", None)
    monkeypatch.setattr(token_checks, "shown", None)
    monkeypatch.setattr(token_checks, "as_datetime", None)
    assert validator.authenticate_token(made).claims == CLAIMS


@pytest.mark.parametrize(
    ("name", "header", "claims"),
    [
        ("alg", {"alg": "none", "crit": []}, {}),
        ("crit", {"crit": [], "typ": "x"}, {}),
        ("typ", {"typ": "x"}, {"iss": "x"}),
        ("iss", {"kid": "x"}, {"iss": "x"}),
        ("key", {"kid": "x"}, {"aud": "x"}),
        ("aud", {}, {"aud": "x", "exp": 0}),
        ("exp", {}, {"exp": 0, "nbf": NOW + 60}),
        ("nbf", {}, {"nbf": NOW + 60, "iat": NOW + 60}),
        ("iat", {}, {"iat": NOW + 60, "sub": ""}),
        ("sub", {}, {"sub": ""}),
    ],
)
def test_first_failure(
    validator: Validator,
    token: MakeToken,
    name: str,
    header: dict[str, Any],
    claims: dict[str, Any],
) -> None:
    """A refusal names the first check that failed."""
    assert refusal(validator, token(header, **claims)).startswith(f"{name}: ")


def test_forged(validator: Validator) -> None:
    """A token of another key is refused for its signature, before its claims are looked at."""
    forged = sign(HEADER, CLAIMS | {"aud": "x"}, foreign_key())
    assert refusal(validator, forged).startswith("signature: ")


def test_format(validator: Validator) -> None:
    """A token that cannot be read is refused for its format."""
    assert refusal(validator, "opaque").startswith("format: ")


def test_keys_of_its_issuer(validator: Validator, token: MakeToken) -> None:
    """A token is verified with the keys of the issuer that it names, and with no other's."""
    assert refusal(validator, token(iss=OTHER)).startswith("signature: ")
    other = sign(HEADER, CLAIMS | {"iss": OTHER}, foreign_key())
    assert validator.authenticate_token(other).issuer == OTHER


def test_no_keys_for_strangers(now: Clock) -> None:
    """A token that fails before its key is needed causes no fetch."""
    documents = Documents()
    keys = {ISSUER: SigningKeys(ISSUER, documents)}
    validator = Auth0JWTBearerTokenValidator(TokenRequirements((ISSUER,), AUDIENCE), keys, now)
    for header, claims in (({"alg": "none"}, {}), ({"typ": "x"}, {}), ({}, {"iss": OTHER})):
        refusal(validator, sign(HEADER | header, CLAIMS | claims, foreign_key()))
    assert documents.requests == []


@pytest.mark.parametrize(
    ("iat", "issued_before"),
    [
        *((NOW, NOW + 5), (NOW - 60, NOW - 55), (NOW + 5, NOW + 10), (NOW - 0.5, NOW + 4.5)),
        *((0, 5), (-1, 5), (-(10**400), 5), (-1e308, 5)),
        *((NOW + 6, NEVER), (10**400, NEVER), (1e308, NEVER)),
        *((True, NEVER), ("0", NEVER), ([NOW], NEVER), (None, NEVER), (float("inf"), NEVER)),
    ],
)
def test_age_of_an_unknown_kid(
    key: RSAKey, now: Clock, token: MakeToken, iat: Any, issued_before: float
) -> None:
    """The time by which keys must have been fetched to refuse a token is its iat and the leeway. A
    token without a usable iat, or with one in the future, is refused without waiting."""
    keys: Any = OneKey(key)
    requirements = TokenRequirements((ISSUER,), AUDIENCE)
    validator = Auth0JWTBearerTokenValidator(requirements, {ISSUER: keys}, now)
    assert refusal(validator, token({"kid": "unknown"}, iat=iat)).startswith("key: ")
    assert keys.issued_before == issued_before


@pytest.mark.parametrize(("leeway", "seconds"), [(0, 1), (0.5, 1), (60, 60)])
def test_iat_in_whole_seconds(
    key: RSAKey, now: Clock, token: MakeToken, leeway: float, seconds: float
) -> None:
    """A token may be a second younger than its iat says, however small the leeway."""
    keys: Any = OneKey(key)
    requirements = TokenRequirements((ISSUER,), AUDIENCE, leeway=leeway)
    refusal(Auth0JWTBearerTokenValidator(requirements, {ISSUER: keys}, now), token({"kid": "b"}))
    assert keys.issued_before == NOW + seconds


def test_unknown_kid_from_the_future(validator: Validator, token: MakeToken) -> None:
    """A token with an unknown kid and a wrong iat is refused for its iat, which the caller can
    correct."""
    future = refusal(validator, token({"kid": "unknown"}, iat=NOW + 60))
    assert future == "key: the token is from the future; set the clocks right"
    assert "iat is not a number" in refusal(validator, token({"kid": "unknown"}, iat="0"))


def test_keys_cannot_be_had(now: Clock, token: MakeToken) -> None:
    """A token is neither accepted nor refused while the keys are unavailable."""
    keys: dict[str, Any] = {ISSUER: OneKey(None)}
    validator = Auth0JWTBearerTokenValidator(TokenRequirements((ISSUER,), AUDIENCE), keys, now)
    with pytest.raises(SigningKeysUnavailable):
        validator.authenticate_token(token())


@pytest.mark.parametrize(
    ("seconds", "accepted"), [(59, True), (64.5, True), (65, False), (3600, False), (-6, False)]
)
def test_time_passes(
    validator: Validator, now: Clock, token: MakeToken, seconds: float, accepted: bool
) -> None:
    """A token is accepted from 5 s before its iat until 5 s after its exp."""
    made = token()
    assert validator.authenticate_token(made)
    now.now += seconds
    if accepted:
        assert validator.authenticate_token(made)
    else:
        refusal(validator, made)


def test_organizations(key: RSAKey, now: Clock, token: MakeToken) -> None:
    """A token of another organization, or of none, is refused if organizations are set."""
    requirements = TokenRequirements((ISSUER,), AUDIENCE, organizations=frozenset({"org_1"}))
    keys: Any = {ISSUER: OneKey(key)}
    validator = Auth0JWTBearerTokenValidator(requirements, keys, now)
    assert validator.authenticate_token(token(org_id="org_1")).organization == "org_1"
    assert refusal(validator, token(org_id="org_2")).startswith("org_id: ")
    assert refusal(validator, token()).startswith("org_id: ")


@pytest.mark.parametrize(
    ("alternatives", "granted"),
    [
        ((), True),
        (("a",), True),
        (("a b",), True),
        (("c", "a"), True),
        (("c",), False),
        (("a c",), False),
        (("a c", "c b"), False),
    ],
)
def test_scopes(
    validator: Validator, token: MakeToken, alternatives: tuple[str, ...], granted: bool
) -> None:
    """A token must grant all the scopes of one alternative, and the refusal names them."""
    accepted = validator.authenticate_token(token(scope="a b"))
    if granted:
        validator.validate_token(accepted, alternatives, None)
    else:
        with pytest.raises(InsufficientScope, match=f"the scope {' or '.join(alternatives)}"):
            validator.validate_token(accepted, alternatives, None)


def test_realm(now: Clock) -> None:
    """The realm is the audience, with characters that may be quoted in a challenge."""
    validator = Auth0JWTBearerTokenValidator(TokenRequirements((ISSUER,), 'urn:"ä"'), {}, now)
    assert validator.realm == "urn:'?'"


def test_repr_has_no_token(validator: Validator, token: MakeToken) -> None:
    """The repr of a token object does not show the token."""
    text = token({}, sub="auth0|private")
    read = jws.read(text)
    assert "private" not in repr(read)
    assert "private" not in repr(AccessToken(read.claims))
