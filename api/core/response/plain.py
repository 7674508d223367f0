"""The response of a handler's return value, where the method has no contract."""

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response as AnyResponse

from api.core import serialisation
from api.core.problems import PreconditionFailed
from api.core.response.returned import Returned, unpack
from api.core.serialisation import AnswerError

_REMEDY = "return a dict or a list, or declare @ns.operation(returns=...)"


def answer_plainly(
    returned: Any, make_response: Callable[..., AnyResponse], *, success: int = 200
) -> AnyResponse:
    """Return the response of a method without a contract, by the rules of a contract.

    :param returned: the return value of the method
    :param make_response: makes a response of an accepted media type, of a value, status and headers
    :param success: the status, where the method returns none
    :raises AnswerError: the value cannot be written
    """
    if isinstance(returned, AnyResponse):
        if returned.direct_passthrough and returned.status_code == PreconditionFailed.status:
            # send_file() would send the file with it.
            returned.close()
            raise PreconditionFailed
        return with_status(returned, None)
    # Flask-RESTX treats a tuple of one element as a value.
    is_one = type(returned) is tuple and len(returned) == 1
    value, status, headers = Returned(returned[0]) if is_one else unpack(returned)
    if isinstance(value, tuple) and value is returned:
        serialisation.refuse(value, f"which is no value with its status and headers: {_REMEDY}")
    if isinstance(value, AnyResponse):
        value.headers.update(headers or {})
        return with_status(value, status)
    try:
        response = make_response(value, success if status is None else status, headers=headers)
    except (TypeError, ValueError) as error:
        serialisation.refuse(value, f"which JSON cannot hold ({error}): {_REMEDY}")
    return with_status(response, None)


def status_code(status: int | str) -> int:
    """Return the number of a status that an answer can have.

    :param status: the status, maybe with its phrase
    :raises AnswerError: it is none of an answer
    """
    code = status if isinstance(status, int) else int(status[:3])
    if not 200 <= code < 600:
        raise AnswerError(f"the status {code}, which is none of an answer")
    return int(code)


def with_status(response: AnyResponse, status: int | str | None) -> AnyResponse:
    """Return a response with a status that an answer can have.

    :param response: the response, which is changed
    :param status: the status; None leaves that of the response
    :raises AnswerError: the status is none of an answer
    """
    if isinstance(status, int):
        response.status_code = status
    elif status:
        response.status = status
    status_code(response.status_code)
    return response
