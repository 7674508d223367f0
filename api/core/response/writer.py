"""The response of a method with a contract, written as its answers are declared."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlencode

from apispec.ext.marshmallow.common import resolve_schema_instance
from flask import Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from api.core import serialisation
from api.core.http import relative_reference
from api.core.problems import PreconditionFailed
from api.core.response import checking, negotiation
from api.core.response.answers import WITHOUT_CONTENT, Answer
from api.core.response.contents import own_response
from api.core.response.plain import status_code, with_status
from api.core.response.returned import Returned, is_empty, unpack
from api.core.serialisation import AnswerError
from openapi.operation import JSON


class Writer:
    """Makes the response of what a method returns.

    :param handler: the name and place of the method, for messages
    :param answers: what it answers, by status; the first where it returns no status
    :param media_types: those that the client chooses among, where there are several
    :param problems: the statuses of its problems
    """

    def __init__(
        self,
        handler: str,
        answers: Mapping[int, Answer],
        media_types: tuple[str, ...],
        problems: Collection[int],
    ) -> None:
        self._handler = handler
        self._answers = answers
        self._first = next(iter(answers))
        self._media_types = media_types
        self._problems = problems
        self._schemas = {
            status: resolve_schema_instance(answer.schema)
            for status, answer in answers.items()
            if answer.schema is not None
        }
        self._is_many = any(schema.many for schema in self._schemas.values())

    def __call__(self, returned: Any) -> AnyResponse:
        """Return the response.

        :param returned: the return value of the method
        :raises AnswerError: it cannot be written, or is not declared
        """
        parts = unpack(returned, many=self._is_many)
        try:
            response = self._response(parts)
        except Exception as error:
            if isinstance(parts.value, AnyResponse):
                # It may hold an open file.
                parts.value.close()
            if isinstance(error, AnswerError):
                raise AnswerError(f"{self._handler} returned {error}") from error
            raise
        if len(self._media_types) > 1:
            response.vary.add("Accept")
        return response

    def _response(self, parts: Returned) -> AnyResponse:
        if isinstance(parts.value, AnyResponse):
            response = with_status(parts.value, parts.status)
            status = self._declared(response.status_code, response.mimetype)
        else:
            code = status_code(self._first if parts.status is None else parts.status)
            status = self._declared(code, "")
            if status is None and checking.documented().get(code):
                # What Flask-RESTX's decorators document by a model is theirs to write.
                response = Response(serialisation.plain_json(parts.value), mimetype=JSON)
                response.status_code = code
            else:
                response = self._written(parts.value, status, code)
            response = with_status(response, parts.status if response.status_code == code else None)
        response.headers.update(parts.headers or {})
        answer = self._answers.get(status or 0)
        if answer:
            checking.check(response, answer, is_own=isinstance(parts.value, AnyResponse))
        return response

    def _declared(self, code: int, media_type: str | None) -> int | None:
        return checking.declared_status(code, media_type, self._answers, self._problems)

    def _written(self, value: Any, status: int | None, code: int) -> AnyResponse:
        """Return the response of a value.

        :param value: the value
        :param status: the declared status whose answer counts; None for one of Flask-RESTX's own
        :param code: the status of the response
        """
        status = status or (0 if is_empty(value) else self._first)
        answer = self._answers.get(status, Answer())
        if answer.types and code not in WITHOUT_CONTENT:
            media_type = self._media_type(answer)
            response = self._content(status, value, media_type)
            response.headers["Cache-Control"] = "no-store"
        else:
            media_type, response = "", Response()
            del response.headers["Content-Type"]
            if not (is_empty(value) or answer.is_read):
                why = "answers without content" if answer.types else "declares no returns="
                serialisation.refuse(value, f"but {why}")
        response.status_code = code
        _add_headers(response, answer, value, media_type)
        return response

    def _media_type(self, answer: Answer) -> str:
        if len(answer.types) == 1:
            return answer.types[0]
        chosen = negotiation.choose(self._media_types)
        return chosen if chosen in answer.types else answer.types[0]

    def _content(self, status: int, value: Any, media_type: str) -> AnyResponse:
        if not self._answers[status].writes(media_type):
            return own_response(value, media_type)
        # Flask-RESTX returns a Response as it is. For a dict, it would negotiate the media type.
        data = serialisation.as_json(self._schemas[status], value)
        return Response(data, mimetype=media_type)


def _add_headers(response: AnyResponse, answer: Answer, value: Any, media_type: str) -> None:
    if isinstance(answer.location, str):
        response.headers["Location"] = relative_reference(answer.location.format(value))
    if answer.paged and value.next:
        response.headers["Link"] = f'<{_next_page(value.next)}>; rel="next"'
    if answer.etag and value is not None:
        # Two media types of one value are two representations, each with an ETag of its own.
        is_other = media_type not in answer.types[:1] and media_type
        response.set_etag(f"{value.etag};{media_type}" if is_other else value.etag)
        response.headers["Cache-Control"] = "private, no-cache"
        response.make_conditional(request)
    if response.status_code == PreconditionFailed.status:
        raise PreconditionFailed


def _next_page(cursor: str) -> str:
    # The reference is relative: it is right at any host, and behind any prefix.
    query = MultiDict(request.args)
    query["cursor"] = cursor
    return f"?{urlencode(list(query.items(multi=True)))}"
