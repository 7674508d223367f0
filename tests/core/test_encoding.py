"""JSON of answers: what is written with all of its digits, and what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from api.core import encoding, strictjson
from api.core.encoding import EncodingError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, 1.5, None, True, "ü"]}, '{"a":[1,1.5,null,true,"ü"]}'),
        (Decimal("1234567890123456789.12"), "1234567890123456789.12"),
        (Decimal("1E+3"), "1E+3"),
        ([Decimal("5.00"), None], "[5.00,null]"),
        (2**70, "1180591620717411303424"),
        (-(2**63) - 1, "-9223372036854775809"),
        (2**64 - 1, "18446744073709551615"),
        ({"a": {1: 2**70, None: 1}}, '{"a":{"1":1180591620717411303424,"null":1}}'),
        ({1: 1, 1.5: 2, False: 3, None: 4}, '{"1":1,"1.5":2,"false":3,"null":4}'),
        ({Decimal("1.10"): 1}, '{"1.10":1}'),
        ({UUID(int=0): 1}, '{"00000000-0000-0000-0000-000000000000":1}'),
        ({date(2026, 1, 2): (1, 2)}, '{"2026-01-02":[1,2]}'),
        (
            strictjson.loads(b"[1.20, 1e2, 0.1234567890123456789]", exact=True),
            "[1.20,1e2,0.1234567890123456789]",
        ),
        ({"a": None, "b": "nan null"}, '{"a":null,"b":"nan null"}'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_written(value: Any, text: str) -> None:
    """Numbers are written with every digit, and keys that are no text as JSON has them."""
    assert encoding.dumps(value).decode() == text


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": [1, float("nan")]}, "NaN or Infinity at /a/1"),
        (float("-inf"), "NaN or Infinity at /"),
        ({"a": {"b": Decimal("NaN")}}, "a value of type Decimal at /a/b"),
        ([Decimal("Infinity")], "a value of type Decimal at /0"),
        ({"a": object()}, "a value of type object at /a"),
        ({"a": {1, 2}}, "a value of type set at /a"),
        ({"a": b"x"}, "a value of type bytes at /a"),
        ({"a": "\ud800"}, "a value of type str at /a"),
        ({"\ud800": 1}, "a key of type str at /"),
        ({(1, 2): 1}, "a key of type tuple at /"),
        ({"a": {1: 1, "1": 2}}, "two members of one name at /a"),
        ({"a": 10**5000}, "a value of type int at /a"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_refused(value: Any, said: str) -> None:
    """A value that JSON cannot hold is refused with its place and its type."""
    with pytest.raises(EncodingError, match=f"^{said}$"):
        encoding.dumps(value)
