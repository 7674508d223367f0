"""Values of Python as JSON has them."""

from collections.abc import Mapping, Set
from datetime import date, time
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any


def plain(value: Any) -> Any:
    """Return a value as JSON has it: what it has no word for is a text.

    :param value: the value
    """
    match value:
        case Enum():
            return plain(value.value)
        case str() | int() | None:
            return value
        case float():
            return value if isfinite(value) else str(value)
        case Mapping():
            return {str(plain(name)): plain(each) for name, each in value.items()}
        case Set():
            return [plain(each) for each in sorted(value, key=repr)]
        case list() | tuple() | range():
            return [plain(each) for each in value]
        case date() | time():
            return value.isoformat()
        case Decimal():
            return plain(int(value) if value == value.to_integral_value() else float(value))
        case bytes():
            return value.decode(errors="replace")
    return str(value)
