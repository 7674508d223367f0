"""The return value of a handler: a value, alone or with a status and headers."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from werkzeug.datastructures import Headers

_STATUS = re.compile(r"[1-5]\d\d( .*)?")


class Returned(NamedTuple):
    """The parts of a handler's return value.

    :param value: the value to write
    :param status: the status, if the handler returned one
    :param headers: the headers, if the handler returned any
    """

    value: Any
    status: int | str | None = None
    headers: Headers | None = None


def unpack(returned: Any, *, many: bool = False) -> Returned:
    """Return the parts of a handler's return value, in the forms of Flask and Flask-RESTX.

    These are a value, or a tuple of a value and its status, its headers, or both. A NamedTuple is a
    value.

    :param returned: the return value
    :param many: whether the value is a collection, which may be a tuple as well
    """
    if type(returned) is not tuple or len(returned) not in (2, 3):
        return Returned(returned)
    value, status, *more = returned
    [headers] = more or [None]
    if not more and _are_headers(status) and not (many and _is_item(value)):
        return Returned(value, None, Headers(status))
    are_headers = headers is None or _are_headers(headers)
    if are_headers and (_is_status(status) or (more and status is None)):
        return Returned(value, status, Headers(headers))
    return Returned(returned)


def is_empty(value: Any) -> bool:
    """Return whether a value is None or empty, so that nothing is lost if it is not written.

    :param value: the value
    """
    return value is None or (isinstance(value, (str, bytes, dict, list)) and not value)


def _is_status(value: Any) -> bool:
    if isinstance(value, str):
        return _STATUS.fullmatch(value) is not None
    return isinstance(value, int) and not isinstance(value, bool)


def _are_headers(value: Any) -> bool:
    if isinstance(value, Headers):
        return True
    if isinstance(value, Mapping):
        return all(isinstance(name, str) for name in value)
    return isinstance(value, (list, tuple)) and all(
        isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str) for pair in value
    )


def _is_item(value: Any) -> bool:
    return isinstance(value, Mapping) or not isinstance(value, Iterable)
