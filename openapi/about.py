"""What the documents say beside what is read off the Api."""

from dataclasses import dataclass, field

from openapi.operation import ProblemType
from openapi.schemas import AnySchema, Json, JsonSchema

# What the committed documents name: a tenant's place holder, and where `make run` serves.
EXAMPLE_ISSUER = "https://your-tenant.auth0.com/"
EXAMPLE_SERVER = "http://127.0.0.1:3010"
THIS_SERVER = {"url": "/", "description": "This server"}
# Relative to a document at the root of the app, and so right behind any prefix.
BESIDE_DOCUMENT = {"url": ".", "description": "This server"}

PROBLEM = JsonSchema(
    {
        "type": "object",
        "description": "A failure, as RFC 9457 has it",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string", "format": "uri-reference"},
        },
    },
    name="ProblemDetails",
)
"""The schema of a problem document, for an Api that brings none."""


@dataclass(frozen=True)
class LoginEndpoints:
    """Where clients log in (RFC 6749 section 3), for the security scheme `auth0`."""

    authorization: str = f"{EXAMPLE_ISSUER}authorize"
    token: str = f"{EXAMPLE_ISSUER}oauth/token"


@dataclass(frozen=True, kw_only=True)
class Options:
    """What `build_document` takes beside the Api and the version.

    :param problem_schema: the schema of every problem document
    :param always: problem types that any operation may answer
    :param always_headers: headers of every answer, by name (see openapi.headers)
    :param login: where clients log in
    :param server: where the API is, as a Server Object of OpenAPI 3
    :param dpop: whether the API takes tokens that are bound to a key (RFC 9449)
    """

    problem_schema: AnySchema = PROBLEM
    always: tuple[ProblemType, ...] = ()
    always_headers: tuple[str, ...] = ()
    login: LoginEndpoints = LoginEndpoints()
    server: Json = field(default_factory=lambda: dict(THIS_SERVER))
    dpop: bool = True
