"""Build a document of an Api."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from openapi import openapi3, swagger20
from openapi.about import PROBLEM, THIS_SERVER, LoginEndpoints, Options
from openapi.operation import Operation, ProblemType
from openapi.plain import plain
from openapi.reading import operations
from openapi.schemas import AnySchema, Json

Writer = Callable[[Any, Sequence[Operation], Options], Json]

WRITERS: dict[str, Writer] = {
    "3.1": partial(openapi3.document, "3.1.0"),
    "3.0": partial(openapi3.document, "3.0.4"),
    "2.0": swagger20.document,
}


def build_document(
    api: Any,
    version: str,
    *,
    problem_schema: AnySchema = PROBLEM,
    always: tuple[ProblemType, ...] = (),
    always_headers: tuple[str, ...] = (),
    login: LoginEndpoints | None = None,
    server: Json = THIS_SERVER,
    dpop: bool = True,
) -> Json:
    """Return a document of an Api. It needs an application context.

    Title, version, description, contact, licence and terms of service are those of the Api.

    :param api: a flask_restx.Api, a stock one or ours
    :param version: "3.1", "3.0" or "2.0"
    :param problem_schema: the schema of every problem document
    :param always: problem types that any operation may answer
    :param always_headers: headers of every answer
    :param login: where clients log in; by default a place holder
    :param server: where the API is, as a Server Object of OpenAPI 3
    :param dpop: whether the API takes tokens that are bound to a key (RFC 9449)
    :raises ValueError: the version is none of these
    """
    if version not in WRITERS:
        raise ValueError(f"no document of version {version!r}: it is one of {', '.join(WRITERS)}")
    options = Options(
        problem_schema=problem_schema,
        always=always,
        always_headers=always_headers,
        login=login or LoginEndpoints(),
        server=server,
        dpop=dpop,
    )
    # A model may have values that JSON does not have.
    return dict(plain(WRITERS[version](api, operations(api), options)))


def as_text(document: Json) -> str:
    """Return a document as it is committed: for people to read, and for diffs.

    :param document: the document
    """
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
