"""OpenAPI 3.1 and 3.0."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from openapi import security3
from openapi.about import THIS_SERVER, Options
from openapi.components import (
    PROBLEM_JSON,
    Components,
    description_of,
    description_of_problems,
    documented,
    shared_parameters,
)
from openapi.headers import HEADERS
from openapi.info import base_path, host, info, is_ours, tags
from openapi.operation import (
    METHODS,
    MISSING,
    Answer,
    Header,
    MediaType,
    Operation,
    Parameter,
    ProblemType,
    RequestBody,
)
from openapi.problem_schemas import problem_example
from openapi.reading import shown_paths
from openapi.schemas import ANSWER, REQUEST, Direction, Json

_RESPONSES = "#/components/responses/"


def document(version: str, api: Any, operations: Sequence[Operation], options: Options) -> Json:
    """Return the document.

    :param version: "3.1.0" or "3.0.4"
    :param api: a flask_restx.Api, in the context of its app
    :param operations: its operations
    :param options: what the document says beside them
    """
    components = Components(version, operations, options)
    security = security3.Security(api, operations, options)
    components.share(api, partial(_answer, components), exact=False)
    paths = {
        path: _path_item(each, components, security)
        for path, each in documented(operations, METHODS).items()
    }
    shown = {} if is_ours(api) else shown_paths(api)
    components.add_models(api, (*(each.swagger for each in operations), *shown.values()))
    members = {
        "openapi": version,
        "info": info(api, version),
        "servers": [_server(options.server, host(api), base_path(api))],
        "security": security.default,
        "tags": tags(api, operations),
        "paths": paths,
        "components": _components(components, security),
    }
    return {name: value for name, value in members.items() if value is not None}


def _server(server: Json, host: str, base: str) -> Json:
    if host and server == THIS_SERVER:
        server = {**server, "url": f"//{host}/"}
    return {**server, "url": server["url"].rstrip("/") + base} if base != "/" else server


def _components(components: Components, security: security3.Security) -> Json:
    members = {
        "schemas": components.schemas.components,
        "responses": dict(sorted(components.responses.items())),
        "headers": {
            name: _header(components, header) for name, header in sorted(components.headers.items())
        },
        "securitySchemes": security.schemes,
    }
    return {name: value for name, value in members.items() if value}


def _path_item(
    operations: Sequence[Operation], components: Components, security: security3.Security
) -> Json:
    shared = shared_parameters(operations)
    item: Json = {"parameters": _parameters(components, shared)} if shared else {}
    for operation in operations:
        own = [parameter for parameter in operation.parameters if parameter not in shared]
        item[operation.method] = _operation(operation, own, components, security)
    return item


def _operation(
    operation: Operation,
    parameters: Sequence[Parameter],
    components: Components,
    security: security3.Security,
) -> Json:
    needed = security.of(operation)
    members = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": description_of(operation),
        "deprecated": operation.deprecated,
        "parameters": _parameters(components, parameters),
        "requestBody": operation.body and _request_body(components, operation.body),
        "responses": _responses(components, operation),
    }
    return {
        **{name: value for name, value in members.items() if value},
        **({} if needed is None else {"security": needed}),
        "tags": list(operation.tags),
        **operation.extensions,
    }


def _parameters(components: Components, parameters: Sequence[Parameter]) -> list[Json]:
    return [components.schemas.parameter(parameter) for parameter in parameters]


def _request_body(components: Components, body: RequestBody) -> Json:
    return {
        **({"description": body.description} if body.description else {}),
        "required": body.required,
        "content": _content(components, body.content, REQUEST),
    }


def _responses(components: Components, operation: Operation) -> Json:
    write = partial(_problem_response, components)
    return {
        **{
            status: components.answer(each, _RESPONSES, partial(_answer, components))
            for status, each in components.answers_of(operation).items()
        },
        **components.references_to_failures(operation, _RESPONSES, write),
    }


def _answer(components: Components, answer: Answer) -> Json:
    members = {
        "headers": _headers(components, components.headers_of_answer(answer)),
        "links": dict(answer.links),
        "content": _content(components, answer.content, ANSWER),
    }
    return {
        "description": answer.description,
        **{name: value for name, value in members.items() if value},
    }


def _content(
    components: Components, content: Mapping[str, MediaType], direction: Direction
) -> Json:
    return {name: _media_type(components, media, direction) for name, media in content.items()}


def _media_type(components: Components, media: MediaType, direction: Direction) -> Json:
    schema = None if media.schema is None else components.schemas.schema(media.schema, direction)
    example = components.example_of(media, direction)
    return {
        **({} if schema is None else {"schema": schema}),
        **({} if example is MISSING else {"example": example}),
        **({"encoding": dict(media.encoding)} if media.encoding else {}),
    }


def _problem_response(components: Components, problems: Sequence[ProblemType]) -> Json:
    examples = {problem.name: {"value": problem_example(problem)} for problem in problems}
    headers = _headers(components, components.headers_of_problems(problems))
    return {
        "description": description_of_problems(problems),
        **({"headers": headers} if headers else {}),
        "content": {
            PROBLEM_JSON: {"schema": components.problem_schema(problems), "examples": examples}
        },
    }


def _headers(components: Components, headers: Mapping[str, Header]) -> Json:
    """What is described once is referred to; a header of one answer alone stands there."""
    shared = {name: header for name, header in headers.items() if HEADERS.get(name) == header}
    components.headers.update(shared)
    return {
        name: {"$ref": f"#/components/headers/{name}"}
        if name in shared
        else _header(components, header)
        for name, header in headers.items()
    }


def _header(components: Components, header: Header) -> Json:
    described = {"description": header.description} if header.description else {}
    required = {"required": True} if header.required else {}
    return {**described, **required, "schema": components.schemas.schema(header.schema)}
