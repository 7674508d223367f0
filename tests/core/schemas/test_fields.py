"""The machinery's marshmallow fields accept exactly what their documentation says."""

import re
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from marshmallow import Schema, ValidationError

from schemas.core.fields import WHITE_SPACE, Rfc3339DateTime, SingleLine, StrictInteger, TrimmedText

TEXT = TrimmedText(max_length=5, metadata={})


def written(moment: datetime) -> str:
    """As an answer has it."""
    return str(Schema.from_dict({"at": Rfc3339DateTime()})().dump({"at": moment})["at"])


@pytest.mark.parametrize(
    "text", ["", "a", "a\nb\t\x01\x7f", "e\u0301", "\U0001f600", "\uffff\ufeff", "\ue000\ud7ff"]
)
def test_a_line_is_any_text(text: str) -> None:
    """A line of any characters is read unchanged, white space included."""
    assert SingleLine().deserialize(f" {text} ") == f" {text} "


@pytest.mark.parametrize(
    ("value", "word"),
    [
        pytest.param("\0", "NUL", id="NUL"),
        pytest.param("a\0b", "NUL", id="NUL within"),
        pytest.param("\ud800", "surrogates", id="high surrogate"),
        pytest.param("a\udfffb", "surrogates", id="low surrogate"),
        pytest.param("\ud83d\ude00", "surrogates", id="two that Python keeps apart"),
        pytest.param(7, "string", id="number"),
        pytest.param(None, "null", id="null"),
        pytest.param(["a"], "string", id="list"),
    ],
)
def test_a_line_is_what_a_database_keeps(value: Any, word: str) -> None:
    """A line that a database cannot store is refused, and the message names the reason."""
    with pytest.raises(ValidationError, match=word):
        SingleLine().deserialize(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "a"),
        (" a ", "a"),
        ("\u3000a\u00a0b\n", "a\u00a0b"),
        ("  12345  ", "12345"),
        ("\U0001f600" * 5, "\U0001f600" * 5),
        ("\ufeff", "\ufeff"),
    ],
    ids=ascii,
)
def test_text_is_trimmed_then_counted(value: str, expected: str) -> None:
    """Text is trimmed first, and then its characters are counted, not its bytes."""
    assert TEXT.deserialize(value) == expected


@pytest.mark.parametrize("value", ["", " ", "\t\n\u2003", "123456", "1 3 5 7", "a\0"], ids=ascii)
def test_text_has_its_bounds(value: str) -> None:
    """Text that is too long, or empty after trimming, is refused."""
    with pytest.raises(ValidationError):
        TEXT.deserialize(value)


def test_white_space_is_what_is_trimmed() -> None:
    """The documented pattern for white space has the same characters as str.isspace()."""
    characters = "".join(map(chr, range(sys.maxunicode + 1)))
    trimmed = [char for char in characters if char.isspace()]
    assert re.findall(f"[{WHITE_SPACE}]", characters) == trimmed


@pytest.mark.parametrize(("value", "expected"), [("0", 0), ("7", 7), ("-1", -1), ("007", 7)])
def test_a_whole_is_digits(value: str, expected: int) -> None:
    """An integer is written in ASCII digits, with or without a minus sign."""
    assert StrictInteger().deserialize(value) == expected


@pytest.mark.parametrize(
    "value",
    ["", " 1", "1 ", "+1", "--1", "1.0", "1e3", "0x1", "1_0", "\u0661", "\u00b2", "9" * 19, "x"],
    ids=ascii,
)
def test_a_whole_is_nothing_else(value: str) -> None:
    """Other forms of a number that Python would read are refused as integers."""
    with pytest.raises(ValidationError, match="Not a valid integer"):
        StrictInteger().deserialize(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02t03:04:05z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05.5Z", datetime(2026, 1, 2, 3, 4, 5, 500000, UTC)),
        ("2026-01-02T03:04:05.678901Z", datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)),
        ("2026-01-02T03:04:05.678901999Z", datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)),
        ("2026-01-02T03:04:05+00:00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05-00:00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05+05:30", datetime(2026, 1, 1, 21, 34, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05-23:59", datetime(2026, 1, 3, 3, 3, 5, tzinfo=UTC)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999999Z", datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_date_time_of_rfc_3339(value: str, expected: datetime) -> None:
    """A date-time of RFC 3339 with any offset is read and converted to UTC."""
    found = Rfc3339DateTime().deserialize(value)
    assert found == expected
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        *("", "now", "1767322445", "2026-01-02", "03:04:05Z", "2026-01-02T03:04:05"),
        *("2026-01-02 03:04:05Z", "2026-01-02X03:04:05Z", "2026-01-02T03:04Z", "2026-01-02T03Z"),
        *("20260102T030405Z", "2026-W01-5T03:04:05Z", "2026-002T03:04:05Z", "26-01-02T03:04:05Z"),
        *("2026-01-02T03:04:05,5Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05 Z"),
        *("2026-01-02T03:04:05+0530", "2026-01-02T03:04:05+05", "2026-01-02T03:04:05+05:30:01"),
        *("2026-01-02T03:04:05 05:30", "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05ZZ"),
        *("2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-02T24:00:00Z"),
        *("2026-01-02T03:60:05Z", "0000-01-01T00:00:00Z", "2026-01-02T03:04:05Z\n"),
        *("\u0662\u0660\u0662\u0666-01-02T03:04:05Z", "-026-01-02T03:04:05Z"),
    ],
    ids=ascii,
)
def test_a_moment_is_nothing_else(value: str) -> None:
    """Other forms of ISO 8601 are refused, and the message shows a correct date-time."""
    with pytest.raises(ValidationError, match="2026-01-02T03:04:05Z"):
        Rfc3339DateTime().deserialize(value)


@pytest.mark.parametrize("value", [7, 7.5, True, ["2026-01-02T03:04:05Z"], {}])
def test_a_moment_is_a_string(value: Any) -> None:
    """A date-time that is not a string is refused."""
    with pytest.raises(ValidationError, match="2026-01-02T03:04:05Z"):
        Rfc3339DateTime().deserialize(value)


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"])
def test_a_moment_has_a_day_in_utc(value: str) -> None:
    """A date-time whose UTC value is outside the calendar is refused."""
    with pytest.raises(ValidationError, match="before the year 1"):
        Rfc3339DateTime().deserialize(value)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 678901, UTC), "2026-01-02T03:04:05.678901Z"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00.000000Z"),
        (
            datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=-7))),
            "2026-01-02T07:00:00.000000Z",
        ),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000Z"),
    ],
    ids=["microseconds", "none", "offset", "long ago"],
)
def test_a_moment_is_told_in_utc(moment: datetime, expected: str) -> None:
    """A date-time is written in UTC with microseconds and a Z, and can be read again."""
    assert written(moment) == expected
    assert Rfc3339DateTime().deserialize(expected) == moment
