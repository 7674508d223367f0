"""The error tree, and the one renderer of every failure (RFC 9457).

Problem
├── InternalError                500  internal-error
├── InvalidAddress               400  invalid-address
├── MalformedBody                400  malformed-body
├── InvalidMask                  400  invalid-mask
├── NotFound                     404  not-found
├── MethodNotAllowed             405  method-not-allowed
├── NotAcceptable                406  not-acceptable
├── RequestTimeout               408  request-timeout
├── PreconditionFailed           412  precondition-failed
├── ContentTooLarge              413  content-too-large
├── UnsupportedMediaType         415  unsupported-media-type
├── RangeNotSatisfiable          416  range-not-satisfiable
├── ValidationFailed             422  validation-failed
├── IdempotencyKeyReused         422  idempotency-key-reused
├── DatabaseUnavailable          503  database-unavailable
├── NotReady                     503  not-ready
│   in api.core.guard.problems:
├── SigningKeysUnavailable       503  signing-keys-unavailable
├── ReplayMemoryUnavailable      503  replay-memory-unavailable
└── AuthorizationProblem              (RFC 6750: carries a challenge)
    ├── InvalidRequest           400  invalid-request
    ├── AuthorizationMissing     401  authorization-missing
    ├── InvalidCredential        401  invalid-credential
    ├── FailedCheck                   (names the check and the remedy)
    │   ├── InvalidToken         401  invalid-token
    │   └── InvalidDPoPProof     401  invalid-dpop-proof
    └── InsufficientScope        403  insufficient-scope

A class states its code, status and sentence; a raise adds only what is new.
The docstring of a class is what its page at /problems tells people to do.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, ClassVar

import orjson
from flask import Flask, Response, current_app, has_app_context, has_request_context, request
from marshmallow import Schema
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.response import Response as AnyResponse

from api.core import aborts, encoding, serialisation
from api.core.declarations import DeclarationError
from api.core.observability import request_urn
from api.core.serialisation import AnswerError
from api.core.sizes import in_words
from schemas.core.problem import AvailableMediaTypes

MEDIA_TYPE = "application/problem+json"

RESERVED_MEMBERS = aborts.STANDARD_MEMBERS | {"errors", "error", "error_description"}
"""The members that a problem type cannot declare: every problem document may have them."""

_PARAMETERS = frozenset({"detail", "errors", "headers"})


class Problem(Exception):
    """A failure as clients see it.

    :param detail: what is wrong with this request, if the class does not say it well enough
    :param errors: each value that does not fit, and what is wrong with it
    :param headers: headers of the response
    :param own: the values of `own_members`
    :cvar own_members: the schema of further members of the problem document (RFC 9457 section 3.2)
    """

    name: str
    status: int
    title: str
    detail: str
    response_headers: tuple[str, ...] = ()
    own_members: ClassVar[type[Schema] | None] = None

    def __init_subclass__(cls, **more: Any) -> None:
        """
        :raises DeclarationError: a member of its own has a name that is taken
        """
        super().__init_subclass__(**more)
        if not (cls.own_members is None or isinstance(cls.own_members, type)):
            raise DeclarationError(
                f"{cls.__module__}.{cls.__qualname__}: own_members takes a class of marshmallow's "
                "Schema"
            )
        taken = (_own_names(cls) & RESERVED_MEMBERS) | (_own_attributes(cls) & _PARAMETERS)
        for member in sorted(taken):
            raise DeclarationError(
                f"{cls.__module__}.{cls.__qualname__}: own_members has {member}, which every "
                "problem document may have already: choose another name"
            )

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | Headers | None = None,
        **own: Any,
    ) -> None:
        """
        :raises TypeError: the class does not declare one of its own members
        """
        for name in own.keys() - _own_attributes(type(self)):
            raise TypeError(f"{type(self).__name__} has no member {name}: declare own_members")
        super().__init__(detail or self.detail)
        self.detail = detail or self.detail
        self.errors = errors
        self.headers = Headers(headers)
        self.own: Mapping[str, Any] = own

    @classmethod
    def type(cls) -> str:
        """The problem type: a URI reference to the page that explains it."""
        return f"/problems#{cls.name}"

    def members(self) -> dict[str, Any]:
        """Return the members of the problem document, without `instance`."""
        members: dict[str, Any] = {
            "type": self.type(),
            "title": self.title,
            "status": self.status,
            "detail": _printable(self.detail),
        }
        return members if self.errors is None else members | {"errors": self.errors}


def _own_names(kind: type[Problem]) -> set[str]:
    """Return the names of the members that a problem class adds to the document."""
    fields = kind.own_members().fields if kind.own_members else {}
    return {name if field.data_key is None else field.data_key for name, field in fields.items()}


def _own_attributes(kind: type[Problem]) -> set[str]:
    return set(kind.own_members().fields) if kind.own_members else set()


class InternalError(Problem):
    """The server met a fault of its own. Nothing in your request can mend it: try again later,
    and tell the API's team the `instance` if it stays."""

    name = "internal-error"
    status = 500
    title = "Internal server error"
    detail = "The server met a fault of its own; it has been logged under this instance."


class InvalidAddress(Problem):
    """The request does not name its address in a valid form: its `Host` header, or what a proxy
    says in `X-Forwarded-Host` or `X-Forwarded-Prefix`. Look at the settings of the proxy."""

    name = "invalid-address"
    status = 400
    title = "The address of the request is not valid"
    detail = "The Host header is not a host, host[:port], as RFC 3986 has it."


class MalformedBody(Problem):
    """The body could not be read as its `Content-Type` and `Content-Encoding` say. Send JSON as one
    text in UTF-8, with each member once, and any other body to its end."""

    name = "malformed-body"
    status = 400
    title = "The body cannot be read"
    detail = "The request body could not be read as JSON."


class InvalidMask(Problem):
    """The header X-Fields, which chooses members of the answer, could not be read, or chooses
    within a member that has none. Send names, separated by commas: `id,author{name}`."""

    name = "invalid-mask"
    status = 400
    title = "The mask cannot be used"
    detail = "The header X-Fields cannot be used as a mask of the answer."


class NotFound(Problem):
    """Nothing is at this address. The operations and their paths are listed at /docs; a trailing
    slash is never part of a path."""

    name = "not-found"
    status = 404
    title = "Not found"
    detail = "Nothing is at this address; /docs lists what there is."


class MethodNotAllowed(Problem):
    """The address exists, but not with this method. The `Allow` header lists those that it has."""

    name = "method-not-allowed"
    status = 405
    title = "Method not allowed"
    detail = "This address does not have this method; the Allow header lists those it has."
    response_headers = ("Allow",)


class NotAcceptable(Problem):
    """Your `Accept` header names no media type that this operation answers. `available` lists
    those that it does."""

    name = "not-acceptable"
    status = 406
    title = "Not acceptable"
    detail = "The Accept header names no media type that there is; available lists them."
    response_headers = ("Vary",)
    own_members = AvailableMediaTypes


class RequestTimeout(Problem):
    """The body did not arrive in time (by default, 10 seconds), and the connection is closed. Send
    the request again; a POST with an `Idempotency-Key` is carried out once, however often."""

    name = "request-timeout"
    status = 408
    title = "The body did not arrive in time"
    detail = "The request body did not arrive in time; send the request again."


class PreconditionFailed(Problem):
    """Somebody changed what you have seen: your `If-Match` names another version than there is.
    Read it again, look at what changed, and send your change with the new `ETag`."""

    name = "precondition-failed"
    status = 412
    title = "Changed by somebody else"
    detail = "The If-Match header is for another version than there is; read it again first."


class ContentTooLarge(Problem):
    """The body is larger than this operation accepts, as it is sent or after it is decoded. The
    detail says how much it accepts: send less at once."""

    name = "content-too-large"
    status = 413
    title = "The body is too large"
    detail = "The request body is over the limit."

    def __init__(self, detail: str | None = None, **more: Any) -> None:
        limit = _max_body()
        with_limit = f"The request body is over the limit of {in_words(limit)}." if limit else None
        super().__init__(detail or with_limit, **more)


class UnsupportedMediaType(Problem):
    """The body is of a media type or a coding that this operation does not read. The detail and the
    headers `Accept` and `Accept-Encoding` name those that it reads. Text is sent in UTF-8."""

    name = "unsupported-media-type"
    status = 415
    title = "Unsupported media type"
    detail = "Send the body as application/json in UTF-8, without a Content-Encoding."
    response_headers = ("Accept", "Accept-Encoding", "Accept-Patch", "Accept-Post")


class RangeNotSatisfiable(Problem):
    """Your `Range` header asks for a part that the file does not have. `Content-Range` says how
    long the file is."""

    name = "range-not-satisfiable"
    status = 416
    title = "Range not satisfiable"
    detail = "The file does not have the part that the Range header asks for."
    response_headers = ("Content-Range",)


class ValidationFailed(Problem):
    """The request was read, but some of its values do not fit. `errors` names each one:
    a JSON Pointer (RFC 6901) into the body, or the parameter or field of a form, and what is wrong
    with it."""

    name = "validation-failed"
    status = 422
    title = "Some values do not fit"
    detail = "Some values of the request do not fit; errors names each of them."


class IdempotencyKeyReused(Problem):
    """This `Idempotency-Key` came before, with another body. A key is for one request and its
    retries: make a new one for each."""

    name = "idempotency-key-reused"
    status = 422
    title = "The Idempotency-Key was used for another body"
    detail = "This Idempotency-Key came before with another body; make a new one."


class DatabaseUnavailable(Problem):
    """The database cannot be reached, or does not answer in time. Send the same request again after
    `Retry-After` seconds; a POST with an `Idempotency-Key` is carried out once, however often."""

    name = "database-unavailable"
    status = 503
    title = "The database is not available"
    detail = "The database cannot be reached at the moment, or is too slow. Try again."
    response_headers = ("Retry-After",)


class NotReady(Problem):
    """This copy of the service cannot answer everything at the moment; the detail names what it
    lacks. Send requests to another copy, or wait."""

    name = "not-ready"
    status = 503
    title = "Not ready"
    detail = "Not ready: database."
    response_headers = ("Retry-After",)


def init_app(app: Flask) -> None:
    """Let every failure of every path end in `render`, with TESTING on as well as off."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.aborter = aborts.Aborter()
    app.register_error_handler(Exception, respond)


def respond(error: Exception) -> AnyResponse:
    """Return the response for any exception: its own, or else that of `render`."""
    # A developer's own Response keeps its body and its media type.
    if isinstance(error, HTTPException) and (error.response or (error.code or 500) < 400):
        return error.get_response()
    return render(error)


def render(error: Exception) -> Response:
    """Return the response for any exception: an RFC 9457 document."""
    problem = _as_problem(error)
    # What Flask wraps into its own InternalServerError it has logged already.
    if isinstance(problem, InternalError) and not getattr(error, "original_exception", None):
        current_app.logger.error("unhandled exception", exc_info=error)
    try:
        body = _document(problem)
    except AnswerError as fault:
        current_app.logger.error("%s has %s", type(problem).__name__, fault, exc_info=error)
        problem = InternalError()
        body = _document(problem)
    problem.headers["Cache-Control"] = "no-store"
    return Response(body, problem.status, problem.headers, content_type=MEDIA_TYPE)


def _document(problem: Problem) -> bytes:
    """Return the problem document.

    :raises AnswerError: the members of its own are not as it declares them
    """
    members = problem.members() | {"instance": request_urn()}
    if problem.own_members is None:
        return encoding.dumps({**problem.own, **members})
    own = serialisation.as_json(problem.own_members(), problem.own)
    # Two objects of JSON in one: every digit of a number is kept.
    return orjson.dumps(members)[:-1] + (b"," + own[1:] if own != b"{}" else b"}")


def validation_errors(messages: Any, where: str = "pointer") -> list[dict[str, str]]:
    """Return marshmallow's messages as a flat list of `{where, detail}`.

    :param where: "pointer" (JSON Pointer, RFC 6901) for a body, "parameter" for a query
    """
    name = pointer if where == "pointer" else "/".join
    return [{where: name(path), "detail": text} for path, text in _leaves(messages)]


class Aborted(Problem):
    """A status that `abort` or the framework sends, and that has no type of its own (RFC 9457
    section 4.2.1)."""

    def __init__(self, status: int, detail: str | None = None, **more: Any) -> None:
        self.status = status
        self.title, usual = aborts.words(status)
        super().__init__(detail or usual, **more)

    @classmethod
    def type(cls) -> str:
        return "about:blank"


OF_ANY_PATH: tuple[type[Problem], ...] = (
    *(InternalError, NotFound, MethodNotAllowed, RequestTimeout),
    *(ContentTooLarge, UnsupportedMediaType, InvalidAddress),
)
"""The problems that any path may answer, also one that is not there."""

_OF_FRAMEWORK: tuple[type[Problem], ...] = (*OF_ANY_PATH, RangeNotSatisfiable)
# There are other reasons for a 400 than its address.
_OF_STATUS: dict[int, type[Problem]] = {
    kind.status: kind for kind in _OF_FRAMEWORK if kind is not InvalidAddress
}


def _max_body() -> int | None:
    """The maximum size of a body of the current request, or of the app."""
    if has_request_context():
        return request.max_content_length
    return current_app.config["MAX_CONTENT_LENGTH"] if has_app_context() else None


def _as_problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException) and error.code and 400 <= error.code < 600:
        return _from_http(error, error.code)
    return InternalError()


def _from_http(error: HTTPException, status: int) -> Problem:
    said = aborts.read(error)
    errors = None if said.errors is None else _as_errors(said.errors)
    kind = _OF_STATUS.get(status) or partial(Aborted, status)
    problem = kind(said.detail, errors=errors, headers=said.headers)
    problem.own = said.members
    return problem


def _as_errors(errors: Any) -> list[dict[str, str]]:
    """Return a developer's `errors`, in whatever form, as problem documents have them."""
    is_ours = isinstance(errors, list) and all(
        isinstance(each, dict)
        and "detail" in each
        and all(isinstance(v, str) for v in each.values())
        for each in errors
    )
    return errors if is_ours else validation_errors(errors)


def _leaves(messages: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _leaves(inner, path if key == "_schema" else (*path, _printable(key)))
    elif isinstance(messages, list):
        for inner in messages:
            yield from _leaves(inner, path)
    else:
        yield path, _printable(messages)


def _printable(text: Any) -> str:
    # A member's name is the client's: a lone surrogate in it must not break our own JSON.
    return str(text).encode("utf-8", "replace").decode("utf-8")


def pointer(path: tuple[str, ...]) -> str:
    """Return a path of names as a JSON Pointer (RFC 6901).

    :param path: the names
    """
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)
