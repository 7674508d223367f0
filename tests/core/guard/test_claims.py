"""How the claims of an access token are read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from api.core.guard.claims import (
    as_datetime,
    audiences,
    is_number,
    missing_scopes,
    permissions,
    scopes,
)


@pytest.mark.parametrize(
    ("aud", "read"),
    [("a", ("a",)), (["a", "b"], ("a", "b")), ([], ()), (["a", 1], ()), (5, ()), (None, ())],
)
def test_audiences(aud: Any, read: tuple[str, ...]) -> None:
    """aud is a string or a list of strings; any other value names no audience."""
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
def test_scopes(scope: Any, words: tuple[str, ...]) -> None:
    """scope is split at U+0020 alone; a value of another type grants nothing."""
    assert scopes({"scope": scope}) == words


@pytest.mark.parametrize(
    ("value", "granted"),
    [(["a", "b c"], ("a", "b c")), ([], ()), (["a", 5], ()), ("a", ()), ({"a": 1}, ()), (5, ())],
)
def test_permissions(value: Any, granted: tuple[str, ...]) -> None:
    """permissions is a list of strings; any other value grants nothing."""
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
def test_missing_scopes(claims: dict[str, Any], missing: tuple[str, ...]) -> None:
    """Every required scope must be granted, word by word, by scope or by permissions."""
    assert missing_scopes(claims, ("a", "b")) == missing


def test_nothing_required() -> None:
    """No scope is missing if none is required."""
    assert missing_scopes({"scope": 5}, ()) == ()


@pytest.mark.parametrize(
    ("value", "number"),
    [(0, True), (-1.5, True), (10**400, True), (True, False), ("1", False), (None, False)]
    + [(float(text), False) for text in ("inf", "-inf", "nan")],
)
def test_is_number(value: Any, number: Any) -> None:
    """A number is finite and not a boolean."""
    assert is_number(value) is number


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1.5, datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)),
        (-62135596800, datetime(1, 1, 1, tzinfo=UTC)),
        (253402300799, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        *((absurd, None) for absurd in (-62135596801, 253402300800, 1e18, 10**400, -(10**400))),
        (1e308, None),
        (float("inf"), None),
        (float("nan"), None),
        (True, None),
        ("0", None),
        (None, None),
        ([], None),
    ],
)
def test_as_datetime(value: Any, moment: Any) -> None:
    """A number becomes a time in UTC, or None if no calendar has that day."""
    assert as_datetime(value) == moment
