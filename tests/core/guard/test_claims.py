"""The rules of claims.py, each from both sides of its boundary."""

from datetime import UTC, datetime
from typing import Any

import pytest

from api.core.guard.claims import (
    CLAIM_RULES,
    HEADER_RULES,
    ISSUER_RULE,
    Check,
    Expected,
    as_datetime,
    audiences,
    check_bound,
    check_unbound,
    is_number,
    missing_scopes,
    permissions,
    scopes,
)
from api.core.guard.problems import quotable
from api.core.text import shown

NOW = 1_800_000_000.5
ISSUER = "https://tenant.eu.auth0.com/"
CUSTOM = "https://login.example.com/"
AUDIENCE = "https://api.example.com/"
EXPECTED = Expected((ISSUER, CUSTOM), AUDIENCE, organizations=frozenset({"org_1", "org_2"}))
RULES = {rule.name: rule for rule in (*HEADER_RULES, ISSUER_RULE, *CLAIM_RULES)}
ABSENT = object()
ODD = [
    *(None, True, False, 0, -1, 1.5, 10**400, -(10**400), 1e308, float("inf"), float("-inf")),
    *("", " ", "a" * 5000, "\ud800", "\0", [], [None], [[]], {}, {"a": [1]}),
]


def judge(name, value, expected=EXPECTED):
    return RULES[name].check({} if value is ABSENT else {name: value}, expected, NOW)


def test_names():
    """Each rule fails by the name of the member that it checks, in this order."""
    assert list(RULES) == ["alg", "crit", "typ", "iss", "aud", "exp", "nbf", "iat", "sub", "org_id"]


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
def test_passes(name, value):
    """A member within its bounds passes: no remedy."""
    assert judge(name, value).remedy is None


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
def test_fails(name, value):
    """A member out of its bounds fails: with a remedy."""
    assert judge(name, value).remedy


@pytest.mark.parametrize(
    ("leeway", "exp", "passes"),
    [(0, NOW, False), (0, NOW + 0.25, True), (60, NOW - 60, False), (60, NOW - 59.75, True)],
)
def test_leeway(leeway, exp, passes):
    """The leeway is the one that is set."""
    verdict = judge("exp", exp, Expected((ISSUER,), AUDIENCE, leeway=leeway))
    assert (verdict.remedy is None) is passes


@pytest.mark.parametrize("check", [check_unbound, check_bound])
@pytest.mark.parametrize("cnf", [*ODD, *({name: name} for name in ('a", error="', "\r\n", ""))])
def test_odd_bindings(check: Check, cnf: Any) -> None:
    """No binding, of whatever type, makes a rule raise, and nothing of it is in the remedy."""
    found, expected, remedy = check({"cnf": cnf}, EXPECTED, NOW)
    assert (found + expected).isprintable()
    assert remedy is None or (remedy == quotable(remedy) and "error" not in remedy)
    assert (remedy is None) is (check is check_unbound and cnf in (None, {}))


def test_any_organization():
    """Where no organization is set, every token's will do, whatever its type."""
    for value in (ABSENT, None, "org_3", 5):
        assert judge("org_id", value, Expected((ISSUER,), AUDIENCE)).remedy is None


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("value", ODD, ids=lambda value: shown(value)[:12])
def test_odd_values(name, value):
    """No type and no size of a member makes a rule raise, and what it found can be printed."""
    found, expected, _ = judge(name, value)
    assert found.isprintable()
    assert len(found) <= 120
    assert expected.isprintable()


@pytest.mark.parametrize("name", RULES)
def test_remedy_quotes_nothing(name):
    """A remedy is fit for a challenge, and nothing of the token is in it."""
    remedy = judge(name, ['canary", error="none\r\n']).remedy
    assert remedy == quotable(remedy)
    assert "canary" not in remedy


@pytest.mark.parametrize("claim", ["nonce", "at_hash", "c_hash", "s_hash"])
def test_id_token(claim):
    """An ID token is told by its claims, where it is not for this API."""
    remedy = RULES["aud"].check({"aud": "a-client", claim: "x"}, EXPECTED, NOW).remedy
    assert remedy.startswith("this is an ID token")
    assert RULES["aud"].check({"aud": AUDIENCE, claim: "x"}, EXPECTED, NOW).remedy is None


@pytest.mark.parametrize(
    ("aud", "read"),
    [("a", ("a",)), (["a", "b"], ("a", "b")), ([], ()), (["a", 1], ()), (5, ()), (None, ())],
)
def test_audiences(aud, read):
    """aud is a string or a list of strings; anything else names nobody."""
    assert audiences({"aud": aud}) == read


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("a b", ("a", "b")),
        ("  a   b ", ("a", "b")),
        ("a\tb\nc\u00a0d\u2003e\x1ff", ("a\tb\nc\u00a0d\u2003e\x1ff",)),
        ("", ()),
        (" ", ()),
        (5, ()),
        ({}, ()),
        (["a"], ()),
        (None, ()),
    ],
)
def test_scopes(scope, words):
    """scope is split at U+0020 alone; a value of another type grants nothing."""
    assert scopes({"scope": scope}) == words


@pytest.mark.parametrize(
    ("value", "granted"),
    [(["a", "b c"], ("a", "b c")), ([], ()), (["a", 5], ()), ("a", ()), ({"a": 1}, ()), (5, ())],
)
def test_permissions(value, granted):
    """permissions is a list of strings; anything else grants nothing."""
    assert permissions({"permissions": value}) == granted


@pytest.mark.parametrize(
    ("claims", "missing"),
    [
        ({}, ("a", "b")),
        ({"scope": "a"}, ("b",)),
        ({"scope": "b a"}, ()),
        ({"permissions": ["b"]}, ("a",)),
        ({"scope": "a", "permissions": ["b"]}, ()),
        ({"scope": "A B aa"}, ("a", "b")),
        ({"permissions": ["a b"]}, ("a", "b")),
    ],
)
def test_missing_scopes(claims, missing):
    """All that is required must be granted, word by word, by scope or by permission."""
    assert missing_scopes(claims, ("a", "b")) == missing


def test_nothing_required():
    """Where no scope is required none is missing."""
    assert missing_scopes({"scope": 5}, ()) == ()


@pytest.mark.parametrize(
    ("value", "number"),
    [(0, True), (-1.5, True), (10**400, True), (True, False), ("1", False), (None, False)]
    + [(float(text), False) for text in ("inf", "-inf", "nan")],
)
def test_is_number(value, number):
    """A number is finite, and no boolean."""
    assert is_number(value) is number


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1.5, datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)),
        (-62135596800, datetime(1, 1, 1, tzinfo=UTC)),
        (253402300799, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        *((absurd, None) for absurd in (-62135596801, 253402300800, 1e18, 10**400, -(10**400))),
        *((absurd, None) for absurd in (1e308, float("inf"), float("nan"), True, "0", None, [])),
    ],
)
def test_as_datetime(value, moment):
    """A number is a moment in UTC; where no calendar has a day for it, None."""
    assert as_datetime(value) == moment
