"""Values of Python as JSON has them, for defaults, limits and choices in a document."""

import json
from decimal import Decimal
from typing import Any

from marshmallow import missing


def number(value: Any) -> Any:
    """Return a decimal as a number that the writer of the documents knows, and the rest as it is.

    :param value: a value
    """
    if not isinstance(value, Decimal) or not value.is_finite():
        return value
    return int(value) if value == value.to_integral_value() else float(value)


def is_json(value: Any) -> bool:
    """Return whether a value can stand in a document.

    :param value: a value
    """
    try:
        json.dumps(number(value), allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


def as_json(field: Any, value: Any) -> Any:
    """Return a value as a field writes it; `missing` where it writes nothing that JSON has.

    :param field: the marshmallow field
    :param value: the value, as Python has it
    """
    try:
        written = number(field._serialize(value, None, None))
    except Exception:  # What a field of a team's own raises for a value that is none of its own.
        return missing
    return written if is_json(written) else missing
