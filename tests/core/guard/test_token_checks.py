"""The checks of an access token, each from both sides of its boundary."""

from typing import Any

import pytest

from api.core.guard.checks import CheckResult
from api.core.guard.jws import UnverifiedToken
from api.core.guard.problems import quotable
from api.core.guard.token_checks import (
    BEFORE_KEY,
    BOUND_TO_KEY,
    NOT_BOUND,
    WITH_KEY,
    TokenCheck,
)
from api.core.guard.token_rules import TokenContext, TokenRequirements
from api.core.text import shown

NOW = 1_800_000_000.5
ISSUER = "https://tenant.eu.auth0.com/"
CUSTOM = "https://login.example.com/"
AUDIENCE = "https://api.example.com/"
ORGANIZATIONS = frozenset({"org_1", "org_2"})
REQUIREMENTS = TokenRequirements((ISSUER, CUSTOM), AUDIENCE, organizations=ORGANIZATIONS)
# Those that look at the member whose name they have.
CHECKS = {
    check.name: check
    for check in (*BEFORE_KEY, *WITH_KEY)
    if check.name not in {"key", "signature"}
}
ABSENT = object()
ODD: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 10**400, -(10**400), 1e308, float("inf"), float("-inf")),
    *("", " ", "a" * 5000, "\ud800", "\0", [], [None], [[]], {}, {"a": [1]}),
]


def apply(
    check: TokenCheck, members: dict[str, Any], requirements: TokenRequirements = REQUIREMENTS
) -> CheckResult:
    """The result for a token with these members in its header and in its claims."""
    token = UnverifiedToken(members, members, b"", b"")
    return check.result(token, TokenContext(requirements, NOW))


def result_of(name: str, value: Any, requirements: TokenRequirements = REQUIREMENTS) -> CheckResult:
    """The result of the check of that name for that value of its member."""
    return apply(CHECKS[name], {} if value is ABSENT else {name: value}, requirements)


@pytest.mark.parametrize(
    "check", [*BEFORE_KEY, *WITH_KEY, NOT_BOUND, BOUND_TO_KEY], ids=lambda check: check.name
)
def test_each_check_has_a_source(check: TokenCheck) -> None:
    """Each check names the standard that requires it."""
    assert check.source.startswith(("RFC ", "Auth0 "))


def test_names() -> None:
    """Each check has the name of the member that it looks at, and they stand in this order."""
    assert list(CHECKS) == [
        "alg",
        "crit",
        "typ",
        "iss",
        "aud",
        "exp",
        "nbf",
        "iat",
        "sub",
        "org_id",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("alg", "RS256"),
        ("crit", ABSENT),
        *(("typ", typ) for typ in (ABSENT, "JWT", "jwt", "at+jwt", "Application/AT+JWT")),
        *(("iss", iss) for iss in (ISSUER, CUSTOM)),
        *(("aud", aud) for aud in (AUDIENCE, [AUDIENCE], ["x", AUDIENCE])),
        *(("exp", exp) for exp in (NOW + 1, NOW, NOW - 4.5, int(NOW) - 4, 10**400, 1e308)),
        *(("nbf", nbf) for nbf in (ABSENT, 0, NOW, NOW + 5, int(NOW) + 5, -(10**400))),
        *(("iat", iat) for iat in (ABSENT, 0, NOW, NOW + 5, int(NOW) + 5, -(10**400))),
        *(("sub", sub) for sub in ("a", " ", "auth0|ann")),
        *(("org_id", org) for org in ("org_1", "org_2")),
    ],
)
def test_passes(name: Any, value: Any) -> None:
    """A member within its bounds passes, and has no remedy."""
    result = result_of(name, value)
    assert (result.passed, result.remedy) == (True, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("alg", alg) for alg in (ABSENT, "none", "HS256", "rs256", ["RS256"])),
        *(("crit", crit) for crit in (None, [], 1, ["b64"])),
        *(("typ", typ) for typ in (None, "", "at", "dpop+jwt", "application/application/jwt")),
        *(("iss", iss) for iss in (ABSENT, ISSUER[:-1], ISSUER.upper(), [ISSUER], f"{ISSUER} ")),
        *(("aud", aud) for aud in (ABSENT, [], AUDIENCE[:-1], {AUDIENCE: 1}, [AUDIENCE, 1])),
        *(("exp", exp) for exp in (ABSENT, None, True, str(NOW), float("inf"), float("nan"))),
        *(("exp", exp) for exp in (NOW - 5, NOW - 6, int(NOW) - 5, -(10**400), 0)),
        *(("nbf", nbf) for nbf in (None, True, str(NOW), float("-inf"))),
        *(("nbf", nbf) for nbf in (NOW + 5.001, int(NOW) + 6, 10**400)),
        *(("iat", iat) for iat in (None, False, "0", float("-inf"))),
        *(("iat", iat) for iat in (NOW + 5.001, int(NOW) + 6, 10**400)),
        *(("sub", sub) for sub in (ABSENT, None, "", 1, ["a"])),
        *(("org_id", org) for org in (ABSENT, None, "org_3", ["org_1"], "ORG_1")),
    ],
)
def test_fails(name: Any, value: Any) -> None:
    """A member out of its bounds fails, and the remedy says what to change."""
    result = result_of(name, value)
    assert not result.passed
    assert result.remedy


@pytest.mark.parametrize(
    ("leeway", "exp", "passes"),
    [(0, NOW, False), (0, NOW + 0.25, True), (60, NOW - 60, False), (60, NOW - 59.75, True)],
)
def test_leeway(leeway: int, exp: Any, passes: bool) -> None:
    """A token is accepted after its expiry for as long as the leeway that is set."""
    requirements = TokenRequirements((ISSUER,), AUDIENCE, leeway=leeway)
    assert result_of("exp", exp, requirements).passed is passes


@pytest.mark.parametrize("check", [NOT_BOUND, BOUND_TO_KEY], ids=["Bearer", "DPoP"])
@pytest.mark.parametrize("cnf", [*ODD, *({name: name} for name in ('a", error="', "\r\n", ""))])
def test_odd_bindings(check: TokenCheck, cnf: Any) -> None:
    """A binding of any type makes no check raise, and the remedy repeats nothing of it."""
    result = apply(check, {"cnf": cnf})
    assert (result.found + result.expected).isprintable()
    assert result.remedy == quotable(result.remedy)
    assert "error" not in result.remedy
    assert result.passed is (check is NOT_BOUND and cnf in (None, {}))


def test_any_organization() -> None:
    """Every organization is accepted if none is set, whatever its type."""
    for value in (ABSENT, None, "org_3", 5):
        assert result_of("org_id", value, TokenRequirements((ISSUER,), AUDIENCE)).passed


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("value", ODD, ids=lambda value: shown(value)[:12])
def test_odd_values(name: str, value: Any) -> None:
    """A member of any type and size makes no check raise, and the result can be printed."""
    result = result_of(name, value)
    assert result.found.isprintable()
    assert len(result.found) <= 120
    assert result.expected.isprintable()


@pytest.mark.parametrize("name", CHECKS)
def test_remedy_quotes_nothing(name: str) -> None:
    """A remedy fits into a challenge, and repeats nothing of the token."""
    remedy = result_of(name, ['canary", error="none\r\n']).remedy
    assert remedy == quotable(remedy)
    assert "canary" not in remedy


@pytest.mark.parametrize("claim", ["nonce", "at_hash", "c_hash", "s_hash"])
def test_id_token(claim: str) -> None:
    """A token for another audience that has claims of an ID token is refused as an ID token."""
    result = apply(CHECKS["aud"], {"aud": "a-client", claim: "x"})
    assert result.remedy.startswith("this is an ID token")
    assert apply(CHECKS["aud"], {"aud": AUDIENCE, claim: "x"}).passed
