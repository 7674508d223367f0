"""The strict JSON reader: what it reads, and what it refuses."""

import copy
import json
from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.core import strictjson
from api.core.strictjson import ExactNumber


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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")], ids=["dense", "spaced"])
@given(value=JSON, is_ascii=st.booleans())
def test_any_value(separators: tuple[str, str], exact: bool, value: Any, is_ascii: bool) -> None:
    """Every value is read as the standard library reads it, however it is written."""
    text = json.dumps(value, separators=separators, ensure_ascii=is_ascii)
    text = text.replace("Infinity", "1e999")
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return
    assert repr(strictjson.loads(data)) == repr(json.loads(data))
    assert strictjson.loads(data, exact=exact) == json.loads(data)


@given(
    names=st.lists(st.text("ab", max_size=2), min_size=2, max_size=6),
    before=st.text('{}[]:,"\\ab', max_size=8),
)
def test_any_member_twice(names: list[str], before: str) -> None:
    """An object is read if its members are different, and refused if one is given twice."""
    members = ",".join(f'"{name}":{number}' for number, name in enumerate(names))
    data = f"[{json.dumps(before)},{{{members}}}]".encode()
    if len({*names}) == len(names):
        assert strictjson.loads(data) == json.loads(data)
    else:
        with pytest.raises(ValueError, match="given twice"):
            strictjson.loads(data)


@pytest.mark.parametrize(
    "text",
    [
        *("18446744073709551615", "18446744073709551616", "-9223372036854775809"),
        *("1.0", "1.50", "1e2", "-0", "-0.0", "1e22", "1e-7", "123456789012345678.5", "0.1"),
        *('"\\/"', '"\\u0000"', '"\\u001F"', '"\x7f"', '"\u2028"', '"\\b\\f\\n\\r\\t"'),
    ],
)
def test_same_type_and_value(text: str) -> None:
    """A number or a text at a border of what is read fast is read as any other."""
    assert repr(strictjson.loads(text.encode())) == repr(json.loads(text))
    exact = strictjson.loads(text.encode(), exact=True)
    assert isinstance(exact, ExactNumber) is isinstance(json.loads(text), float)
