"""JSON of what marshmallow writes: every number with all of its digits.

orjson refuses decimals, integers of more than 64 bits and keys that are no text, and writes NaN as
null.
"""

import json
import math
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from api.core.strictjson import ExactNumber

_INT64 = range(-(2**63), 2**64)


class EncodingError(ValueError):
    """A value that JSON cannot hold. The text has its place and its type, and no value."""


def dumps(value: Any) -> bytes:
    """Return a value as JSON.

    :param value: the value
    :raises EncodingError: JSON cannot hold it
    """
    try:
        data = orjson.dumps(value, default=_number)
    except orjson.JSONEncodeError:
        data = orjson.dumps(_plain(value, ""), default=_number)
    if b"null" in data:
        _refuse_nan(value, "")
    return data


def _number(value: Any) -> orjson.Fragment:
    if isinstance(value, ExactNumber) or (isinstance(value, Decimal) and value.is_finite()):
        return orjson.Fragment(str(value))
    raise TypeError


def _plain(value: Any, where: str) -> Any:
    """Return a value in types that orjson writes."""
    if isinstance(value, Mapping):
        return dict(_members(value, where))
    if isinstance(value, (list, tuple)):
        return [_plain(each, f"{where}/{index}") for index, each in enumerate(value)]
    try:
        if type(value) is int and value not in _INT64:
            return orjson.Fragment(str(value))
        orjson.dumps(value, default=_number)
    except (TypeError, ValueError) as error:
        # Python writes no integer of more than 4300 digits.
        kind = type(value).__name__
        raise EncodingError(f"a value of type {kind} at {where or '/'}") from error
    return value


def _members(value: Mapping[Any, Any], where: str) -> Iterator[tuple[str, Any]]:
    known = set()
    for key, each in value.items():
        name = _name(key, where)
        if name in known:
            raise EncodingError(f"two members of one name at {where or '/'}")
        known.add(name)
        yield name, _plain(each, f"{where}/{name}")


def _name(key: Any, where: str) -> str:
    try:
        if key is None or isinstance(key, (bool, int, float)):
            name = json.dumps(key, allow_nan=False)
        elif isinstance(key, (str, Decimal, UUID, date)):
            name = str(key)
        else:
            raise TypeError(key)
        orjson.dumps(name)
    except (TypeError, ValueError) as error:
        kind = type(key).__name__
        raise EncodingError(f"a key of type {kind} at {where or '/'}") from error
    return name


def _refuse_nan(value: Any, where: str) -> None:
    if isinstance(value, Mapping):
        for key, each in value.items():
            _refuse_nan(each, f"{where}/{key}")
    elif isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            _refuse_nan(each, f"{where}/{index}")
    elif isinstance(value, float) and not math.isfinite(value):
        raise EncodingError(f"NaN or Infinity at {where or '/'}")
