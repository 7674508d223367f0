"""Swagger 2.0."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import unquote

from openapi import swagger_restx
from openapi.about import Options
from openapi.components import (
    PROBLEM_JSON,
    Components,
    description_of,
    description_of_problems,
    documented,
    shared_parameters,
)
from openapi.definitions import ROOT
from openapi.info import base_path, host, info, is_ours, tags
from openapi.operation import (
    JSON,
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
from openapi.primitives20 import header20, parameter20
from openapi.problem_schemas import problem_example
from openapi.reading import shown_paths
from openapi.restx import security_of
from openapi.restx_parsers import MULTIPART, URLENCODED
from openapi.schemas import ANSWER, REQUEST, Json, JsonSchema
from openapi.schemes import authorizations, scheme_of_20
from openapi.security3 import listed

VERSION = "2.0"
_RESPONSES = "#/responses/"

SCHEMES = {
    "Bearer": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": (
            "The word Bearer, a space, and an access token of Auth0: a JWT signed with RS256 and "
            "checked as RFC 9068 and RFC 8725 say. With a token that is bound to a key, the word "
            "DPoP, and a proof in the header DPoP."
        ),
    },
    "DPoP": {
        "type": "apiKey",
        "in": "header",
        "name": "DPoP",
        "description": "A proof of the key that the token is bound to (RFC 9449 section 4).",
    },
}

# 2.0 has no place for TRACE, and none for cookies.
_METHODS = tuple(method for method in METHODS if method != "trace")


def document(api: Any, operations: Sequence[Operation], options: Options) -> Json:
    """Return the document.

    :param api: a flask_restx.Api, in the context of its app
    :param operations: its operations
    :param options: what the document says beside them
    """
    components = Components(VERSION, operations, options)
    components.share(api, partial(_answer, components), exact=not is_ours(api))
    is_guarded = any(operation.access is not None for operation in operations)
    paths = {
        path: _path_item(each, components)
        for path, each in documented(operations, _METHODS).items()
    }
    shown = {} if is_ours(api) else shown_paths(api)
    for path in shown.keys() - paths.keys():
        paths[path] = swagger_restx.bare_item(shown[path], components)
    components.add_models(api, (*(each.swagger for each in operations), *shown.values()))
    has_problems = bool(components.responses.keys() - components.shared)
    declared = authorizations(api, operations)
    schemes = {name: scheme_of_20(scheme) for name, scheme in declared.items()}
    if is_guarded:
        schemes |= {name: SCHEMES[name] for name in (SCHEMES if options.dpop else ("Bearer",))}
    members = {
        "swagger": VERSION,
        "basePath": base_path(api),
        "paths": paths,
        "info": info(api, VERSION),
        "produces": [*api.representations, *([PROBLEM_JSON] if has_problems else ())],
        "consumes": [JSON],
        "security": security_of(api) or None,
        "tags": tags(api, operations),
        "definitions": components.schemas.components or None,
        "securityDefinitions": schemes or None,
        "responses": dict(sorted(components.responses.items())) or None,
        "host": host(api) or None,
    }
    return {name: value for name, value in members.items() if value is not None}


def _path_item(operations: Sequence[Operation], components: Components) -> Json:
    if all(operation.swagger for operation in operations):
        return swagger_restx.path_item(operations, components)
    shared = shared_parameters(operations)
    item: Json = {"parameters": _parameters(components, shared)} if shared else {}
    for operation in operations:
        own = [parameter for parameter in operation.parameters if parameter not in shared]
        item[operation.method] = _operation(operation, own, components)
    return item


def _operation(
    operation: Operation, parameters: Sequence[Parameter], components: Components
) -> Json:
    body = operation.body
    security = _security(operation, dpop=components.options.dpop)
    members = {
        "responses": _responses(components, operation),
        "summary": operation.summary,
        "description": description_of(operation),
        "operationId": operation.id,
        "parameters": [
            *_parameters(components, parameters),
            *(_body_parameters(components, body) if body else ()),
        ],
        "deprecated": operation.deprecated,
        "consumes": _not_json(_form_of(body) or body.content) if body else None,
        "produces": _not_json(
            name for answer in operation.answers.values() for name in answer.content
        ),
    }
    return {
        **{name: value for name, value in members.items() if value},
        **({} if security is None else {"security": security}),
        "tags": list(operation.tags),
        **operation.extensions,
    }


def _not_json(media_types: Any) -> list[str]:
    """Media types, where they are others than those of the whole document."""
    names = list(dict.fromkeys(media_types))
    return names if names not in ([], [JSON]) else []


def _parameters(components: Components, parameters: Sequence[Parameter]) -> list[Json]:
    kept = (each for each in parameters if each.location != "cookie")
    return [parameter20(components.schemas.parameter(each)) for each in kept]


def _body_parameters(components: Components, body: RequestBody) -> Iterator[Json]:
    """2.0 has one body of one schema, or the fields of a form, among the parameters."""
    if form := _form_of(body):
        yield from _fields(components, next(iter(form.values())))
        return
    media = next(iter(body.content.values()))
    described = {"description": body.description} if body.description else {}
    yield {
        "name": "body",
        "in": "body",
        **described,
        "required": body.required,
        "schema": {} if media.schema is None else components.schemas.schema(media.schema, REQUEST),
    }


def _form_of(body: RequestBody) -> dict[str, MediaType]:
    """A form, by its media types, which 2.0 has no other body beside."""
    return {
        name: media
        for name, media in body.content.items()
        if name in (URLENCODED, MULTIPART) and media.schema is not None
    }


def _fields(components: Components, form: MediaType) -> Iterator[Json]:
    members = components.schemas.schema(form.schema or JsonSchema(), REQUEST)
    if "$ref" in members:
        members = components.schemas.components[unquote(members["$ref"].removeprefix(ROOT))]
    required = members.get("required", ())
    for name, field in members.get("properties", {}).items():
        is_split = form.encoding.get(name, {}).get("explode") is False
        style = {"collectionFormat": "csv" if is_split else "multi"}
        named = {"name": name, "in": "formData", "required": name in required}
        yield parameter20({**named, **field, **(style if field.get("type") == "array" else {})})


def _security(operation: Operation, *, dpop: bool) -> list[Json] | None:
    access = operation.access
    if access is None:
        declared = operation.security
        return None if declared is None else [listed(each) for each in declared]
    if access.public:
        return []
    if access.scheme:
        return [{access.scheme.name: []}]
    # An apiKey has no scopes here: the operation's description names them.
    needed: list[Json] = [{"Bearer": []}, *([{"Bearer": [], "DPoP": []}] if dpop else ())]
    return [*needed, {}] if access.optional else needed


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
    headers = _headers(components, components.headers_of_answer(answer))
    schemas = [media.schema for media in answer.content.values() if media.schema is not None]
    examples = {
        name: components.example_of(media, ANSWER) for name, media in answer.content.items()
    }
    shown = {name: example for name, example in examples.items() if example is not MISSING}
    return {
        "description": answer.description,
        **({"headers": headers} if headers else {}),
        **({"schema": components.schemas.schema(schemas[0])} if schemas else {}),
        **({"examples": shown} if shown else {}),
    }


def _problem_response(components: Components, problems: Sequence[ProblemType]) -> Json:
    return {
        "description": description_of_problems(problems),
        "schema": components.problem_schema(problems),
        "headers": _headers(components, components.headers_of_problems(problems)),
        "examples": {PROBLEM_JSON: problem_example(problems[0])},
    }


def _headers(components: Components, headers: Mapping[str, Header]) -> Json:
    return {name: _header(components, header) for name, header in headers.items()}


def _header(components: Components, header: Header) -> Json:
    schema = header20(components.schemas.schema(header.schema))
    return {**schema, **({"description": header.description} if header.description else {})}
