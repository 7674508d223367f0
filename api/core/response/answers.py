"""What a method answers with one status, as `@ns.operation(answers={...})` declares it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from string import Formatter
from typing import Any, TypeAlias

from marshmallow import Schema
from marshmallow.fields import Field

from api.core.declarations import DeclarationError
from api.core.request.parts import is_schema
from openapi.operation import JSON, MISSING

MarshmallowSchema: TypeAlias = Schema | type[Schema]
MediaTypes: TypeAlias = str | Sequence[str] | Mapping[str, Any]

PROBLEM_JSON = "application/problem+json"
WITHOUT_CONTENT = (204, 205, 304)
REDIRECTS = (301, 302, 303, 307, 308)

# RFC 9110 sections 5.6.2 and 8.3.1.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method answers with one status.

    :param schema: the schema that writes the value as JSON; without one, nothing is written as JSON
    :param description: what the status means here, for the documents; by default, its usual meaning
    :param media_types: other media types, which the method writes itself. It returns text, bytes,
        an iterator of either, an open file, or a Response. A mapping has an example of each. A type
        that ends in `+json` is written by the schema, instead of application/json
    :param headers: headers that the method sends: name, then a description, or a marshmallow field
        that the values are checked by. A `required` one must be sent
    :param location: the Location header: a format string for the value, or True where the method
        sends it itself. A redirect has one
    :param etag: send the `etag` of the value as ETag, and answer If-None-Match with 304
    :param paged: send the `next` of the value, a cursor, as Link header
    :param file: the content is a file of `flask.send_file`, of which clients may ask for a range
    :param example: of the JSON, for the documents
    :param links: from this answer to other operations, as OpenAPI has them
    """

    schema: MarshmallowSchema | None = None
    _: KW_ONLY
    description: str = ""
    media_types: MediaTypes = ()
    headers: Mapping[str, str | Field[Any]] = field(default_factory=dict)
    location: str | bool | None = None
    etag: bool = False
    paged: bool = False
    file: bool = False
    example: Any = MISSING
    links: Mapping[str, Any] = field(default_factory=dict)

    @property
    def types(self) -> tuple[str, ...]:
        """The media types, the preferred one first."""
        others = (self.media_types,) if isinstance(self.media_types, str) else self.media_types
        names = tuple(dict.fromkeys(others))
        is_written = self.schema is None or any(is_json(each) for each in names)
        return names if is_written else (JSON, *names)

    @property
    def is_read(self) -> bool:
        """Whether headers are made of the value."""
        return self.etag or isinstance(self.location, str)

    def example_of(self, media_type: str) -> Any:
        """Return the example of the content of a media type, or MISSING.

        :param media_type: one of `types`
        """
        others = self.media_types if isinstance(self.media_types, Mapping) else {}
        of_schema = self.example if self.writes(media_type) else MISSING
        return others.get(media_type, of_schema)

    def writes(self, media_type: str) -> bool:
        """Return whether the schema writes the content of a media type.

        :param media_type: one of `types`
        """
        return self.schema is not None and is_json(media_type)


DeclaredAnswers: TypeAlias = Mapping[int, MarshmallowSchema | Answer | None]


def is_json(media_type: str) -> bool:
    """Return whether a media type is a kind of JSON.

    :param media_type: the media type, without parameters
    """
    return media_type == JSON or media_type.endswith("+json")


def by_status(declared: DeclaredAnswers) -> dict[int, Answer]:
    """Return the answers by status, each as an Answer.

    :param declared: what `answers=` has
    """
    return {
        status: each if isinstance(each, Answer) else Answer(each)
        for status, each in declared.items()
    }


def check(handler: str, declared: DeclaredAnswers, *, form: str = "answers[{}]") -> None:
    """Check that answers are possible.

    :param handler: the name and place of the method
    :param declared: what `answers=` has
    :param form: how the status of an answer is written in the declaration
    :raises DeclarationError: one is impossible, or there is none
    """
    if not isinstance(declared, Mapping) or not declared:
        raise DeclarationError(
            f"{handler}: answers= takes a mapping from each status to a schema, an Answer or None"
        )
    for status, each in declared.items():
        if not (each is None or isinstance(each, Answer) or is_schema(each)):
            fault = "takes a marshmallow Schema, an Answer or None"
        else:
            answer = each if isinstance(each, Answer) else Answer(each)
            fault = next(_faults(status, answer), "")
        if fault:
            raise DeclarationError(f"{handler}: {form.format(repr(status))} {fault}")


def _faults(status: Any, answer: Answer) -> Iterator[str]:
    if type(status) is bool or not isinstance(status, int) or status not in range(200, 400):
        yield (
            "is no status of a success: name failures in problems=, and raise them"
            if isinstance(status, int)
            else "is no status: write a number, such as 200"
        )
    elif status in (206, 304):
        declares = "file=True" if status == 206 else "etag=True or file=True"
        yield f"is declared by {declares} of answers[200], and sent where a client asks for it"
    if answer.schema is not None and not is_schema(answer.schema):
        yield "has a schema that is no marshmallow Schema"
    if answer.types and status in WITHOUT_CONTENT:
        yield "has content, which this status never has"
    if status in REDIRECTS and not answer.location:
        yield "is a redirect: say where to, in location= (True, where the method sends Location)"
    yield from _faults_of_members(answer)
    if answer.file and (status != 200 or not answer.media_types):
        yield "has file=True: that is for a 200 whose media_types= name the types of the file"
    if answer.file and answer.etag:
        yield "has file=True and etag=True: a file of send_file brings its own ETag"
    if answer.paged and answer.schema is None:
        yield "has paged=True, and no schema that writes a page"


def _faults_of_members(answer: Answer) -> Iterator[str]:
    for media_type in answer.types:
        if not isinstance(media_type, str) or not _MEDIA_TYPE.fullmatch(media_type):
            yield (
                f"has the media type {media_type!r}: write type/subtype in lower case, without "
                "parameters"
            )
        elif media_type == PROBLEM_JSON:
            yield f"has the media type {media_type}: name failures in problems=, and raise them"
    for name, header in answer.headers.items():
        if not isinstance(name, str) or not _TOKEN.fullmatch(name):
            yield f"has the header {name!r}, which is no name of a header"
        elif name.lower() == "content-type":
            yield "has the header Content-Type: write media_types= instead"
        elif not isinstance(header, str | Field):
            yield f"has the header {name}, which takes a description or a marshmallow field"
    if isinstance(answer.location, str):
        try:
            list(Formatter().parse(answer.location))
        except ValueError as error:
            yield f"has a location= that is no format string ({error})"
