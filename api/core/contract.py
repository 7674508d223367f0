"""The contract of a method: marshmallow schemas read its request and write its response."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from apispec.ext.marshmallow.common import resolve_schema_instance
from flask import Response, request
from marshmallow import Schema
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from api.core import serialisation
from api.core.declarations import DeclarationError
from api.core.http import relative_reference
from api.core.problems import (
    ContentTooLarge,
    MalformedBody,
    PreconditionFailed,
    Problem,
    RequestTimeout,
    UnsupportedMediaType,
    ValidationFailed,
)
from api.core.requests import (
    MarshmallowSchema,
    read_body,
    read_headers,
    read_precondition,
    read_query,
    schema_reader,
)
from api.core.responses import with_status
from api.core.returned import Returned, is_empty, unpack
from api.core.serialisation import AnswerError

BODY_PROBLEMS = (MalformedBody, RequestTimeout, ContentTooLarge, UnsupportedMediaType)
_WITHOUT_CONTENT = (204, 205, 304)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The contract of a method. `@ns.operation` describes its parameters."""

    query: MarshmallowSchema | None = None
    headers: MarshmallowSchema | None = None
    body: MarshmallowSchema | None = None
    max_body: int | None = None
    if_match: bool = False
    returns: MarshmallowSchema | None = None
    status: int | None = None
    etag: bool = False
    location: str | None = None
    paged: bool = False

    def problems(self) -> tuple[type[Problem], ...]:
        """Return the problem types of requests that violate the contract."""
        of_body = BODY_PROBLEMS if self.body else ()
        of_values = (ValidationFailed,) if self.query or self.headers or self.body else ()
        of_version = (PreconditionFailed,) if "If-Match" in self.conditions() else ()
        return (*of_body, *of_values, *of_version)

    def reader(self) -> Callable[[], dict[str, Any]]:
        """Return a function that reads the current request as keyword arguments of the method."""
        readers: dict[str, Callable[[], Any]] = {}
        # The body is read first, so that an unreadable body is reported before invalid parameters.
        if self.body:
            readers["body"] = schema_reader(self.body, "pointer", lambda _schema: read_body())
        if self.query:
            readers["query"] = schema_reader(self.query, "parameter", read_query)
        if self.headers:
            readers["headers"] = schema_reader(self.headers, "parameter", read_headers)
        if self.if_match:
            readers["precondition"] = read_precondition
        return lambda: {name: read() for name, read in readers.items()}

    def check(self, handler: str) -> None:
        """Check that the contract is possible.

        :param handler: the name and place of the method
        :raises DeclarationError: an argument is no schema, or the status is not one of success
        """
        for name in ("query", "headers", "body", "returns"):
            schema = getattr(self, name)
            if schema is not None and not _is_schema(schema):
                raise DeclarationError(f"{handler}: {name}= takes a marshmallow Schema")
        if self.max_body is not None and (type(self.max_body) is not int or self.max_body < 1):
            raise DeclarationError(f"{handler}: max_body= takes a number of bytes, such as 5 * MiB")
        without_content = self.returns and self.success in _WITHOUT_CONTENT
        if self.success not in range(200, 400) or without_content:
            raise DeclarationError(
                f"{handler}: status={self.status!r} is no status of a success"
                + (" with the content of returns=" if self.returns else "")
            )

    def writer(self, handler: str) -> Callable[[Any], AnyResponse]:
        """Return a function that makes the response of the method's return value.

        The function raises AnswerError for a value that cannot be written.

        :param handler: the name and place of the method, for this error
        """
        schema = resolve_schema_instance(self.returns) if self.returns else None

        def write(returned: Any) -> AnyResponse:
            answer = unpack(returned, many=schema is not None and schema.many)
            try:
                response = self._response(schema, answer)
            except AnswerError as error:
                raise AnswerError(f"{handler} returned {error}") from error
            response.headers.update(answer.headers or {})
            return response

        return write

    def _response(self, schema: Schema | None, answer: Returned) -> AnyResponse:
        if isinstance(answer.value, AnyResponse):
            return with_status(answer.value, answer.status)
        status = self.success if answer.status is None else answer.status
        response = with_status(Response(), status)
        if schema is None or response.status_code in _WITHOUT_CONTENT:
            if is_empty(answer.value):
                return response
            why = "declares no returns=" if schema is None else "answers without content"
            serialisation.refuse(answer.value, f"but {why}")
        # Flask-RESTX returns a Response as it is. For a dict, it would negotiate the media type.
        response.data = serialisation.as_json(schema, answer.value)
        response.mimetype = "application/json"
        response.headers["Cache-Control"] = "no-store"
        self._add_headers(response, answer.value)
        return response

    @property
    def success(self) -> int:
        """The status of success."""
        if self.status is not None:
            return self.status
        return 200 if self.returns else 204

    def _add_headers(self, response: AnyResponse, value: Any) -> None:
        if self.location:
            response.headers["Location"] = relative_reference(self.location.format(value))
        if self.paged and value.next:
            response.headers["Link"] = f'<{_next_page(value.next)}>; rel="next"'
        if self.etag:
            response.set_etag(value.etag)
            response.headers["Cache-Control"] = "private, no-cache"
            response.make_conditional(request)
        if response.status_code == PreconditionFailed.status:
            raise PreconditionFailed

    def conditions(self) -> tuple[str, ...]:
        """Return the conditional headers that are evaluated (RFC 9110 section 13)."""
        if self.if_match:
            return ("If-Match",)
        return ("If-Match", "If-None-Match") if self.etag and not self.body else ()


def _is_schema(value: Any) -> bool:
    return isinstance(value, Schema) or (isinstance(value, type) and issubclass(value, Schema))


def _next_page(cursor: str) -> str:
    # The reference is relative: it is right at any host, and behind any prefix.
    query = MultiDict(request.args)
    query["cursor"] = cursor
    return f"?{urlencode(list(query.items(multi=True)))}"
