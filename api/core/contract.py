"""The contract of a method: marshmallow schemas read its request and write its response."""

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from api.core.declarations import DeclarationError
from api.core.problems import (
    ContentTooLarge,
    MalformedBody,
    NotAcceptable,
    PreconditionFailed,
    Problem,
    RangeNotSatisfiable,
    RequestTimeout,
    UnsupportedMediaType,
    ValidationFailed,
)
from api.core.request import body_checks, media_types
from api.core.request.media_types import Body, Kind
from api.core.request.parts import (
    MarshmallowSchema,
    is_schema,
    read_headers,
    read_precondition,
    read_query,
    schema_reader,
)
from api.core.response import answers, negotiation
from api.core.response.answers import WITHOUT_CONTENT, Answer, DeclaredAnswers
from api.core.response.writer import Writer
from openapi.operation import MISSING

BODY_PROBLEMS = (MalformedBody, RequestTimeout, ContentTooLarge, UnsupportedMediaType)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The contract of a method. `@ns.operation` describes its parameters."""

    query: MarshmallowSchema | None = None
    headers: MarshmallowSchema | None = None
    body: Body | None = None
    max_body: int | None = None
    gzip: bool = False
    if_match: bool = False
    returns: MarshmallowSchema | None = None
    status: int | None = None
    etag: bool = False
    location: str | None = None
    paged: bool = False
    example: Any = MISSING
    links: Mapping[str, Any] | None = None
    answers: DeclaredAnswers | None = None

    def problems(self) -> tuple[type[Problem], ...]:
        """Return the problem types of requests that violate the contract."""
        of_body = BODY_PROBLEMS if self.body else ()
        schemas = (self.query, self.headers, *self.contents.values())
        of_values = (ValidationFailed,) if any(map(is_schema, schemas)) else ()
        of_version = (PreconditionFailed,) if "If-Match" in self.conditions() else ()
        of_type = (NotAcceptable,) if self.media_types else ()
        has_file = any(answer.file for answer in self.by_status.values())
        of_file = (PreconditionFailed, RangeNotSatisfiable) if has_file else ()
        return (*of_body, *of_values, *of_type, *of_version, *of_file)

    @property
    def contents(self) -> dict[str, Kind]:
        """What the body is read as, by media type."""
        return media_types.contents(self.body)

    def reader(self) -> Callable[[], dict[str, Any]]:
        """Return a function that reads the current request as keyword arguments of the method."""
        readers: dict[str, Callable[[], Any]] = {}
        # The body is read first, so that an unreadable body is reported before invalid parameters.
        if self.body:
            readers["body"] = media_types.reader(self.contents)
        if self.query:
            readers["query"] = schema_reader(self.query, "parameter", read_query)
        if self.headers:
            readers["headers"] = schema_reader(self.headers, "parameter", read_headers)
        if self.if_match:
            readers["precondition"] = read_precondition
        if offered := self.media_types:
            readers["media_type"] = lambda: negotiation.choose(offered)
        return lambda: {name: read() for name, read in readers.items()}

    def check(self, handler: str, view: Any) -> None:
        """Check that the contract is possible.

        :param handler: the name and place of the method
        :param view: the method
        :raises DeclarationError: an argument is no schema, or the status is not one of success
        """
        for name in ("query", "headers", "returns"):
            schema = getattr(self, name)
            if schema is not None and not is_schema(schema):
                raise DeclarationError(f"{handler}: {name}= takes a marshmallow Schema")
        if fault := body_checks.fault(self.body, self.max_body):
            raise DeclarationError(f"{handler}: {fault}")
        if self.max_body is not None and (type(self.max_body) is not int or self.max_body < 1):
            raise DeclarationError(f"{handler}: max_body= takes a number of bytes, such as 5 * MiB")
        if self.answers is not None:
            self._check_answers(handler, view)
            return
        without_content = self.returns and self.success in WITHOUT_CONTENT
        if self.success not in range(200, 400) or without_content:
            raise DeclarationError(
                f"{handler}: status={self.status!r} is no status of a success"
                + (" with the content of returns=" if self.returns else "")
            )
        answers.check(handler, self.by_status, form="status={}")

    def _check_answers(self, handler: str, view: Any) -> None:
        names = ("returns", "status", "etag", "location", "paged", "example", "links")
        usual = {each.name: each.default for each in fields(self)}
        for name in names:
            if getattr(self, name) is not usual[name]:
                raise DeclarationError(
                    f"{handler}: {name}= and answers= both say what it answers: write it into "
                    "answers= alone, answers={status: Answer(...)}"
                )
        answers.check(handler, self.answers or {})
        parameters = inspect.signature(view).parameters.values()
        if self.media_types and not any(
            each.name == "media_type" or each.kind is each.VAR_KEYWORD for each in parameters
        ):
            raise DeclarationError(
                f"{handler} answers {' or '.join(self.media_types)}, as the client prefers: give "
                "it a parameter media_type, which says which one to return"
            )

    def writer(self, handler: str, problems: Collection[int]) -> Writer:
        """Return the function that makes the response of the method's return value.

        :param handler: the name and place of the method, for messages
        :param problems: the statuses of the problems of the method
        """
        return Writer(handler, self.by_status, self.media_types, problems)

    @property
    def by_status(self) -> dict[int, Answer]:
        """The answers by status. The first counts, where the method returns no status."""
        if self.answers is not None:
            return answers.by_status(self.answers)
        short = Answer(
            self.returns,
            etag=self.etag,
            location=self.location,
            paged=self.paged,
            example=self.example,
            links=self.links or {},
        )
        return {int(self.success): short}

    @property
    def media_types(self) -> tuple[str, ...]:
        """The media types that the client chooses among, the preferred one first."""
        several = [each.types for each in self.by_status.values() if len(each.types) > 1]
        return tuple(dict.fromkeys(name for types in several for name in types))

    @property
    def success(self) -> int:
        """The status of success."""
        if self.status is not None:
            return self.status
        return 200 if self.returns else 204

    def conditions(self) -> tuple[str, ...]:
        """Return the conditional headers that are evaluated (RFC 9110 section 13)."""
        if self.if_match:
            return ("If-Match",)
        has_etag = any(answer.etag for answer in self.by_status.values())
        return ("If-Match", "If-None-Match") if has_etag and not self.body else ()
