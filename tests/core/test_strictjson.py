"""The strict JSON reader: what it reads, and what it refuses."""

import copy
from decimal import Decimal
from fractions import Fraction
from numbers import Integral

import pytest

from api.core import strictjson


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"{}", {}),
        (b" [1, 1.5, -0, 1e3, true, false, null] ", [1, 1.5, 0, 1000.0, True, False, None]),
        (b'"\\u0061\\ud83d\\ude00"', "a\U0001f600"),
        ('{"ü": "\U0001f600"}'.encode(), {"ü": "\U0001f600"}),
        (b'{"a": 1, "A": 2}', {"a": 1, "A": 2}),
        (b'[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
        (b"9" * 4000, 10**4000 - 1),
        (b"1e999", float("inf")),
        (b'"\\ud800"', "\ud800"),
    ],
    ids=ascii,
)
def test_read(data: bytes, value: object) -> None:
    """Valid JSON is read as its value."""
    assert strictjson.loads(data) == value


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "Expecting value at character 0"),
        (b" ", "Expecting value"),
        (b"{", "Expecting property name"),
        (b"{'a': 1}", "Expecting property name"),
        (b"[1,]", "at character"),
        (b'{"a": 1,}', "at character"),
        (b"{} {}", "Extra data at character 3"),
        (b'"\n"', "Invalid control character"),
        (b'"\\x61"', "Invalid \\\\escape"),
        (b"01", "Extra data"),
        (b"+1", "Expecting value"),
        (b".5", "Expecting value"),
        (b"\xef\xbb\xbf{}", "BOM"),
        (b"\xff", "not UTF-8"),
        (b"\xc0\xaf", "not UTF-8"),
        (b"\xed\xa0\x80", "not UTF-8"),
        ("{}".encode("utf-16"), "not UTF-8"),
        ("{}".encode("utf-16-le"), "Expecting property name"),
        (b'{"a": 1, "a": 1}', "given twice"),
        (b'{"a": 1, "\\u0061": 2}', "given twice"),
        (b'[{"b": {"a": 1, "a": 1}}]', "given twice"),
        (b"NaN", "NaN and Infinity are not JSON"),
        (b"[Infinity]", "NaN and Infinity are not JSON"),
        (b'{"a": -Infinity}', "NaN and Infinity are not JSON"),
        (b"nan", "Expecting value"),
        (b"9" * 5000, "digits"),
    ],
    ids=lambda value: value[:24] if isinstance(value, bytes) else "",
)
def test_refused(data: bytes, reason: str) -> None:
    """JSON that is malformed or ambiguous is refused with a reason."""
    with pytest.raises(ValueError, match=reason):
        strictjson.loads(data)


@pytest.mark.parametrize(
    ("left", "inner", "right"),
    [("[", "", "]"), ("[", "1", "]"), ('{"a":', "1", "}"), ('{"a":', '"b"', "}")],
)
def test_depth(left: str, inner: str, right: str) -> None:
    """JSON of 32 levels is read, and JSON of 33 levels is refused."""
    assert strictjson.loads((left * 32 + inner + right * 32).encode())
    with pytest.raises(ValueError, match="deeper than 32 levels"):
        strictjson.loads((left * 33 + (inner or "1") + right * 33).encode())
    with pytest.raises(ValueError, match="deeper than 32 levels"):
        strictjson.loads((left * 33 + (inner or "") + right * 33).encode())


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 9000 + b"]" * 9000])
def test_bombs(data: bytes) -> None:
    """JSON that is nested many thousands of levels deep is refused."""
    with pytest.raises(ValueError, match="deeper than 32 levels"):
        strictjson.loads(data)


def test_breadth() -> None:
    """A long array of shallow arrays is read, because its depth is small."""
    assert len(strictjson.loads(b"[" + b"[[]]," * 5000 + b"[]]")) == 5001


def test_digits() -> None:
    """A number of more than 4000 digits is refused with a reason of our own."""
    assert strictjson.loads(b"1" * 4000)
    with pytest.raises(ValueError, match="a number has over 4000 digits"):
        strictjson.loads(b"1" * 4001)


@pytest.mark.parametrize(
    "text", ["1234567890123456789.12", "0.10", "1e3", "-5.00", "1E-7", "1.5e+3", "1e3000"]
)
def test_exact(text: str) -> None:
    """A number with a fraction or an exponent is a float, whose text has every digit."""
    number = strictjson.loads(text.encode(), exact=True)
    assert number == float(text)
    assert Decimal(str(number)) == Decimal(text)
    assert str(copy.deepcopy(number)) == text
    assert int(number) == int(Decimal(text))
    assert isinstance(number, Integral) == (Fraction(text).denominator == 1)


@pytest.mark.parametrize(
    "text",
    ["1e999999999", "1e-999999999", "1e4000", "1E+99999", "0." + "1" * 4000, "1e" + "9" * 50],
)
def test_an_exponent_is_digits(text: str) -> None:
    """A number whose exponent stands for more than 4000 digits is refused at once."""
    with pytest.raises(ValueError, match="a number has over 4000 digits"):
        strictjson.loads(text.encode(), exact=True)
