"""A strict reader of JSON, for tokens and request bodies."""

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from numbers import Integral
from typing import Any

import orjson

MAX_DEPTH = 32
MAX_DIGITS = 4000


class ExactNumber(float):
    """A number with a fraction or an exponent, as it was written.

    It is a float, and its text has every digit: `Decimal(str(number))` loses none.
    """

    def __new__(cls, text: str | float) -> "ExactNumber":
        number = super().__new__(cls, text)
        number._text = str(text)
        return number

    _text: str

    def __str__(self) -> str:
        return self._text

    def __int__(self) -> int:
        return int(Decimal(self._text))


@Integral.register
class WholeNumber(ExactNumber):
    """A number that is an integer, written with a fraction or an exponent: 5.0 or 1e3.

    JSON Schema takes it for an integer, and so does a strict field of marshmallow.
    """


def loads(data: bytes, *, exact: bool = False) -> Any:
    """Return the value of a JSON text (RFC 8259, restricted by RFC 8725 section 2.4 and I-JSON).

    :param data: the bytes of the text
    :param exact: whether numbers keep the digits that a float has no place for (ExactNumber)
    :raises ValueError: the text is not UTF-8 or not JSON, has a member twice, NaN or Infinity, a
        number of more than MAX_DIGITS digits, or more than MAX_DEPTH levels
    """
    # orjson has one number type for 1.50 and 1.5: where digits count, a fraction is read below.
    if not (exact and _FRACTION.search(data)):
        value = _canonical(data)
        if value is not None:
            return value
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=_int,
            parse_float=_exact if exact else None,
        )
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    _refuse_depth(value)
    return value


# No number with a fraction or an exponent is without this.
_FRACTION = re.compile(rb"[0-9][.eE]")


def _canonical(data: bytes) -> Any:
    """Return the value of a JSON text that is written as orjson writes it; of any other, None.

    Most tokens and bodies are, and are read several times faster so. A text that comes back as it
    was has lost nothing: no member was given twice, and no number, escape or blank was changed. As
    many brackets as levels are allowed cannot make more levels.
    """
    if data.count(b"{") + data.count(b"[") > MAX_DEPTH:
        return None
    try:
        value = orjson.loads(data)
        return value if orjson.dumps(value) == data else None
    except (ValueError, TypeError):
        return None


_TOO_DEEP = f"it is nested deeper than {MAX_DEPTH} levels"
_TOO_LONG = f"a number has over {MAX_DIGITS} digits"


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(members)
    if len(read) != len(members):
        raise ValueError("a member is given twice")
    return read


def _int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(_TOO_LONG)
    return int(digits)


def _exact(text: str) -> ExactNumber:
    mantissa, _, exponent = text.lower().partition("e")
    # The digits of 1e9999 fill a page, once somebody asks for an integer or a decimal of it.
    if len(exponent) > len(str(MAX_DIGITS)) + 1 or _length(mantissa, exponent) > MAX_DIGITS:
        raise ValueError(_TOO_LONG)
    exact = Decimal(text)
    return (WholeNumber if exact == exact.to_integral_value() else ExactNumber)(text)


def _length(mantissa: str, exponent: str) -> int:
    return len(mantissa) + abs(int(exponent or 0))


def _refuse_constant(_name: str) -> Any:
    raise ValueError("NaN and Infinity are not JSON")


def _refuse_depth(value: Any) -> None:
    depth, level = 0, [value]
    while level := [item for item in level if isinstance(item, (dict, list))]:
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError(_TOO_DEEP)
        level = [child for item in level for child in _children(item)]


def _children(item: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return item.values() if isinstance(item, dict) else item
