"""The contract of a method: marshmallow schemas read its request and write its response."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from apispec.ext.marshmallow.common import resolve_schema_instance
from flask import Response, request
from marshmallow import Schema, ValidationError, fields
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from api.core import answers, problems, serialisation, strictjson
from api.core.answers import Answer
from api.core.declarations import DeclarationError
from api.core.problems import (
    ContentTooLarge,
    MalformedBody,
    PreconditionFailed,
    Problem,
    RequestTimeout,
    UnsupportedMediaType,
    ValidationFailed,
)
from api.core.serialisation import AnswerError

AnySchema = Schema | type[Schema]
Precondition = Callable[[str], None]

BODY_PROBLEMS = (MalformedBody, RequestTimeout, ContentTooLarge, UnsupportedMediaType)
_REMEDY = "return a dict or a list, or declare @ns.operation(returns=...)"
_WITHOUT_CONTENT = (204, 205, 304)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The contract of a method. `@ns.operation` describes its parameters."""

    query: AnySchema | None = None
    headers: AnySchema | None = None
    body: AnySchema | None = None
    if_match: bool = False
    returns: AnySchema | None = None
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
            readers["body"] = _reader(self.body, "pointer", lambda _schema: _read_body())
        if self.query:
            readers["query"] = _reader(self.query, "parameter", _read_query)
        if self.headers:
            readers["headers"] = _reader(self.headers, "parameter", _read_headers)
        if self.if_match:
            readers["precondition"] = _read_precondition
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
            answer = answers.unpack(returned, many=schema is not None and schema.many)
            try:
                response = self._response(schema, answer)
            except AnswerError as error:
                raise AnswerError(f"{handler} returned {error}") from error
            response.headers.update(answer.headers or {})
            return response

        return write

    def _response(self, schema: Schema | None, answer: Answer) -> AnyResponse:
        if isinstance(answer.value, AnyResponse):
            return _with_status(answer.value, answer.status)
        status = self.success if answer.status is None else answer.status
        response = _with_status(Response(), status)
        if schema is None or response.status_code in _WITHOUT_CONTENT:
            if answers.is_empty(answer.value):
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
            response.headers["Location"] = self.location.format(value)
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


def answer_plainly(returned: Any, make_response: Callable[..., AnyResponse]) -> AnyResponse:
    """Return the response of a method without a contract, by the rules of a contract.

    :param returned: the return value of the method
    :param make_response: makes a response of an accepted media type, of a value, status and headers
    :raises AnswerError: the value cannot be written
    """
    if isinstance(returned, AnyResponse):
        return _with_status(returned, None)
    # Flask-RESTX treats a tuple of one element as a value.
    is_one = type(returned) is tuple and len(returned) == 1
    value, status, headers = Answer(returned[0]) if is_one else answers.unpack(returned)
    if isinstance(value, tuple) and value is returned:
        serialisation.refuse(value, f"which is no value with its status and headers: {_REMEDY}")
    if isinstance(value, AnyResponse):
        value.headers.update(headers or {})
        return _with_status(value, status)
    try:
        response = make_response(value, 200 if status is None else status, headers=headers)
    except TypeError as error:
        serialisation.refuse(value, f"which JSON cannot hold ({error}): {_REMEDY}")
    return _with_status(response, None)


def _is_schema(value: Any) -> bool:
    return isinstance(value, Schema) or (isinstance(value, type) and issubclass(value, Schema))


def _with_status(response: AnyResponse, status: int | str | None) -> AnyResponse:
    if isinstance(status, int):
        response.status_code = status
    elif status:
        response.status = status
    if not 200 <= response.status_code < 600:
        raise AnswerError(f"the status {response.status_code}, which is none of an answer")
    return response


def _reader(schema: AnySchema, where: str, read: Callable[[Schema], Any]) -> Callable[[], Any]:
    instance = resolve_schema_instance(schema)

    def load() -> Any:
        data = read(instance)
        try:
            return instance.load(data)
        except ValidationError as error:
            errors = problems.validation_errors(error.messages, where)
            raise ValidationFailed(errors=errors) from None

    return load


def _read_query(schema: Schema) -> Any:
    many = {
        field.data_key or name
        for name, field in schema.fields.items()
        if isinstance(field, fields.List)
    }
    twice = [name for name, values in request.args.lists() if len(values) > 1 and name not in many]
    if twice:
        errors = [{"parameter": name, "detail": "Give it once."} for name in twice]
        raise ValidationFailed(errors=errors)
    return MultiDictProxy(request.args, schema)


def _read_headers(schema: Schema) -> dict[str, str]:
    # A request has headers that the schema does not name, which are no error.
    names = [field.data_key or name for name, field in schema.fields.items()]
    return {name: request.headers[name] for name in names if name in request.headers}


def _read_body() -> Any:
    data = _read_data()
    if not _is_plain_json():
        raise UnsupportedMediaType
    try:
        return strictjson.loads(data)
    except ValueError as error:
        raise MalformedBody(f"The request body could not be read as JSON: {error}.") from None


def _read_data() -> bytes:
    limit = request.max_content_length or 0
    # werkzeug silently truncates a body without Content-Length at the limit.
    request.max_content_length = limit + 1
    try:
        data = request.get_data(cache=False)
    except BadRequest:
        raise MalformedBody("The request body breaks off before its end.") from None
    if len(data) > limit:
        raise ContentTooLarge
    return data


def _is_plain_json() -> bool:
    return (
        request.mimetype == "application/json"
        and request.mimetype_params.get("charset", "utf-8").lower() == "utf-8"
        and request.headers.get("Content-Encoding", "identity").lower() == "identity"
    )


def _read_precondition() -> Precondition:
    """Return a check that the client has seen the current version (RFC 9110 section 13.1.1)."""
    if_match = request.if_match if "If-Match" in request.headers else None

    def check(etag: str) -> None:
        if if_match is not None and not if_match.contains(etag):
            raise PreconditionFailed

    return check


def _next_page(cursor: str) -> str:
    # The reference is relative, since a client can send any Host header.
    query = MultiDict(request.args)
    query["cursor"] = cursor
    return f"{request.path}?{urlencode(list(query.items(multi=True)))}"
