"""What an HTTPException says: the developer's own words and data, apart from werkzeug's.

abort(409, "This seat is taken.", seat="12A")
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple, NoReturn

import flask_restx
from werkzeug import exceptions
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from api.core import encoding

log = logging.getLogger(__name__)

STANDARD_MEMBERS = frozenset({"type", "title", "status", "detail", "instance"})
"""The members of a problem document that RFC 9457 defines."""

# Headers of werkzeug's own HTML page.
_OF_BODY = ("content-type", "content-length")


class Said(NamedTuple):
    """The parts of an HTTPException.

    :param detail: the developer's own words; None if there are none
    :param members: what the developer adds by name
    :param errors: what the developer calls `errors`
    :param headers: the headers, without those of werkzeug's own page
    """

    detail: str | None
    members: dict[str, Any]
    errors: Any
    headers: Headers


def read(error: HTTPException) -> Said:
    """Return the parts of an HTTPException that has no Response.

    :param error: the exception, of Flask, Flask-RESTX or werkzeug
    """
    response = error.get_response()
    headers = Headers([pair for pair in response.headers if pair[0].lower() not in _OF_BODY])
    description = _own_description(error)
    # Flask-RESTX keeps the message and the keywords of its `abort` there.
    data = {**_mapping(getattr(error, "data", None)), **_mapping(description)}
    words = None if isinstance(description, Mapping) else description
    for name in ("detail", "message", "description"):
        if words is None and isinstance(data.get(name), str):
            words = data.pop(name)
    errors = data.pop("errors", None)
    members = {str(name): value for name, value in data.items() if _is_sendable(name, value)}
    return Said(str(words) if words else None, members, errors, headers)


def words(code: int) -> tuple[str, str]:
    """Return the name of a status, and a sentence about it. The status need not be registered.

    :param code: the status, from 400
    """
    try:
        status = HTTPStatus(code)
    except ValueError:
        kind = "client" if code < 500 else "server"
        return f"{kind.title()} error", f"The status {code} is one of a {kind} error."
    return status.phrase, status.description or status.phrase


def _is_sendable(name: Any, value: Any) -> bool:
    if name in STANDARD_MEMBERS:
        why = "is a member that RFC 9457 defines"
    else:
        try:
            encoding.dumps({str(name): value})
        except encoding.EncodingError as error:
            why = f"has a value that JSON cannot hold ({error})"
        else:
            return True
    log.warning("a problem is sent without what abort gave as %s=, which %s", name, why)
    return False


def abort(*args: Any, **data: Any) -> NoReturn:
    """Abort the request, as `flask_restx.abort` does, whose data cannot have a member `code`.

    :param args: the status, and what the client is told
    :param data: what the problem document has beside that
    """
    own = {"code": data.pop("code")} if args and "code" in data else {}
    try:
        raise flask_restx.abort(*args, **data)
    except HTTPException as error:
        vars(error)["data"] = {**own, **_mapping(getattr(error, "data", None))}
        raise


class Aborter(exceptions.Aborter):
    """The function behind `abort`, which takes each status from 400 to 599."""

    def __call__(self, code: Any, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise the HTTPException of a status.

        :param code: the status, or a Response
        :param args: what the exception takes, such as a description
        :param kwargs: likewise
        """
        if isinstance(code, int) and 400 <= code < 600 and code not in self.mapping:
            raise type("Unregistered", (HTTPException,), {"code": int(code)})(*args, **kwargs)
        super().__call__(code, *args, **kwargs)


def _own_description(error: HTTPException) -> Any:
    usual = exceptions.default_exceptions.get(error.code or 0, HTTPException).description
    return None if error.description == usual else error.description


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
