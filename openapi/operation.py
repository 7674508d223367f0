"""The type of an operation: one method of one path, with all that is to be known of it.

The guard, the bridge and Flask-RESTX's own decorators declare it; the writers of the documents,
the command `routes`, the problem pages and the tests read it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import marshmallow

from openapi.schemas import ANSWER, REQUEST, STRING, AnySchema, Direction, Json

# The methods that OpenAPI has a place for, in the order in which operations are listed.
METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")

JSON = "application/json"
MISSING: Any = object()
"""No example: None is one."""


class ProblemLike(Protocol):
    """A problem type (RFC 9457): a class whose instances are what a client may be answered."""

    name: str
    status: int
    title: str
    detail: str
    response_headers: tuple[str, ...]
    own_members: ClassVar[type[marshmallow.Schema] | None]

    def __init__(self) -> None: ...

    def members(self) -> Json:
        """Return the members of the problem document, without `instance`."""


ProblemType = type[ProblemLike]


class ClaimLike(Protocol):
    """What an access token must say in one claim."""

    @property
    def claim(self) -> str:
        """The name of the claim."""

    @property
    def expected(self) -> str:
        """What the claim must be, in words."""


@dataclass(frozen=True)
class HeaderScheme:
    """A security scheme beside access tokens: a key or a signature in a header.

    :param name: its name in the documents
    :param header: the header
    :param description: what the header holds, in CommonMark
    """

    name: str
    header: str
    description: str = ""

    def definition(self) -> Json:
        """Return the Security Scheme Object, which is the same in every version of OpenAPI."""
        described = {"description": self.description} if self.description else {}
        return {"type": "apiKey", "in": "header", "name": self.header, **described}


@dataclass(frozen=True)
class Access:
    """Who may call an operation.

    :param alternatives: scopes; a token must grant all words of one alternative. Empty: any token
    :param public: anybody may call, and no token is read
    :param optional: a caller without a token is let in as well
    :param checks: what the token must say beside its scopes
    :param scheme: what a caller needs instead of a token
    """

    alternatives: tuple[tuple[str, ...], ...] = ()
    public: bool = False
    optional: bool = False
    checks: tuple[ClaimLike, ...] = ()
    scheme: HeaderScheme | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """Every scope of the alternatives, once, in their order."""
        return tuple(dict.fromkeys(word for words in self.alternatives for word in words))

    def __str__(self) -> str:
        if self.public:
            return "nothing"
        if self.scheme:
            return f"{self.scheme.name} (header {self.scheme.header})"
        needed = " or ".join(" ".join(words) for words in self.alternatives) or "any access token"
        claims = (f"{check.claim}: {check.expected}" for check in self.checks)
        return ", ".join([needed, *claims, *(["or nothing"] if self.optional else ())])


PUBLIC = Access(public=True)


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter in the path, the query or a header.

    :param name: its name, as clients write it
    :param location: "path", "query", "header" or "cookie"
    :param schema: what it must be
    :param required: whether a request without it is refused
    :param description: what it means, in CommonMark
    :param example: a value
    :param style: more members of a Parameter Object of OpenAPI 3, such as `explode`
    """

    name: str
    location: str
    schema: AnySchema = STRING
    required: bool = False
    description: str = ""
    example: Any = MISSING
    style: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class MediaType:
    """What a body of one media type holds.

    :param schema: what it must be; None where nothing is said of it
    :param example: a body; without one it is put together from the examples of the schema
    :param encoding: how the members of a form are written, as OpenAPI 3 has it
    """

    schema: AnySchema | None = None
    example: Any = MISSING
    encoding: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RequestBody:
    """What a request may send.

    :param content: by media type
    :param required: whether a request without a body is refused
    :param description: what it means, in CommonMark
    """

    content: Mapping[str, MediaType]
    required: bool = True
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Header:
    """A header of an answer.

    :param description: what it means
    :param schema: what it is
    :param required: whether it is always sent
    """

    description: str = ""
    schema: AnySchema = STRING
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an operation answers with one status.

    :param description: what the status means here
    :param content: by media type; empty where there is no content
    :param headers: by name
    :param links: from this answer to other operations, as OpenAPI has them
    :param shared: its name among the answers that operations share, where it is one of them
    """

    description: str = "Success"
    content: Mapping[str, MediaType] = field(default_factory=dict)
    headers: Mapping[str, Header] = field(default_factory=dict)
    links: Mapping[str, Any] = field(default_factory=dict)
    shared: str = ""


@dataclass(frozen=True, kw_only=True)
class SwaggerOperation:
    """An operation in the words of Swagger 2.0, as Flask-RESTX itself documents it.

    :param members: its Operation Object
    :param parameters: the Parameter Objects that all operations of its path have
    :param models: the models that its schemas refer to, by name
    :param mentioned: the models of its Api that are declared somewhere, by name
    """

    members: Json
    parameters: Sequence[Json]
    models: Mapping[str, Any]
    mentioned: Collection[str]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one path.

    :param path: the path, as OpenAPI has it: "/notes/{note_id}"
    :param method: the method in lower case
    :param id: the operationId, which no other operation of the Api has
    :param place: the class and function that answer, with file and line, for a message
    :param tags: the names of the groups that it belongs to
    :param summary: what it does, in one line
    :param description: what more there is to say, in CommonMark
    :param deprecated: whether clients are to leave it
    :param access: who may call; None where neither guard nor `@public` says it
    :param security: what Flask-RESTX's `security` says, as Security Requirement Objects
    :param parameters: of path, query and headers
    :param body: what a request may send
    :param answers: by status
    :param problems: the problem types that it may answer
    :param extensions: members of the Operation Object that begin with "x-"
    :param swagger: what Flask-RESTX makes of it; None where our decorators say more
    """

    path: str
    method: str
    id: str
    place: str
    tags: tuple[str, ...] = ()
    summary: str = ""
    description: str = ""
    deprecated: bool = False
    access: Access | None = None
    security: tuple[Mapping[str, tuple[str, ...]], ...] | None = None
    parameters: tuple[Parameter, ...] = ()
    body: RequestBody | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    problems: tuple[ProblemType, ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict)
    swagger: SwaggerOperation | None = None

    def schemas(self) -> Iterator[tuple[AnySchema, Direction]]:
        """The schemas that it names, in a fixed order, and whether they are those of a request.

        A schema may come more than once.
        """
        yield from ((parameter.schema, REQUEST) for parameter in self.parameters)
        bodies = [(self.body.content, REQUEST)] if self.body else []
        answers = [(answer.content, ANSWER) for answer in self.answers.values()]
        for content, direction in [*bodies, *answers]:
            schemas = (media.schema for media in content.values())
            yield from ((schema, direction) for schema in schemas if schema is not None)
        for schema in (getattr(problem, "own_members", None) for problem in self.problems):
            yield from ((field, ANSWER) for field in schema().fields.values()) if schema else ()

    def __str__(self) -> str:
        return self.place
