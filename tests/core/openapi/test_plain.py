"""Values of Python as JSON has them."""

from collections import OrderedDict
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any
from uuid import UUID

import pytest

from openapi.plain import plain

Colour = Enum("Colour", {"RED": "red"})
Level = IntEnum("Level", {"HIGH": 3})


class Lazy:
    """A text that is translated when it is shown."""

    def __str__(self) -> str:
        return "translated"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [1, 2.5, None, True]}, {"a": [1, 2.5, None, True]}),
        (OrderedDict({1: ("a", "b")}), {"1": ["a", "b"]}),
        ({Colour.RED, "blue"}, ["blue", "red"]),
        (range(3), [0, 1, 2]),
        (Level.HIGH, 3),
        (Decimal("1.50"), 1.5),
        (Decimal("3.0"), 3),
        (float("nan"), "nan"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (b"bytes", "bytes"),
        (Lazy(), "translated"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_becomes_one_of_json(value: Any, expected: Any) -> None:
    """A value that JSON lacks becomes the nearest that it has, and a text where it has none."""
    assert plain(value) == expected
    assert type(plain(value)) is type(expected)
