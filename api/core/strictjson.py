"""A strict reader of JSON, for tokens and request bodies."""

import json
from collections.abc import Iterable
from typing import Any

MAX_DEPTH = 32
MAX_DIGITS = 4000


def loads(data: bytes) -> Any:
    """Return the value of a JSON text (RFC 8259, restricted by RFC 8725 section 2.4 and I-JSON).

    :param data: the bytes of the text
    :raises ValueError: the text is not UTF-8 or not JSON, has a member twice, NaN or Infinity, a
        number of more than MAX_DIGITS digits, or more than MAX_DEPTH levels
    """
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=_int,
        )
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    _refuse_depth(value)
    return value


_TOO_DEEP = f"it is nested deeper than {MAX_DEPTH} levels"


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(members)
    if len(read) != len(members):
        raise ValueError("a member is given twice")
    return read


def _int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number has over {MAX_DIGITS} digits")
    return int(digits)


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
