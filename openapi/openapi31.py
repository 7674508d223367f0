"""OpenAPI 3.1, from the same Resources."""

from typing import Any

from flask_restx.swagger import extract_path

from openapi import dialect
from openapi.about import LoginEndpoints
from openapi.dialect import Json
from openapi.emitter import (
    CONDITIONS,
    HEADERS,
    JSON,
    PROBLEM_JSON,
    Emitter,
    answer_headers,
    describe,
    headers_of,
    problem_example,
)

# Alternatives, each of schemes that go together.
BEARER = (("bearerAuth",), ("auth0",))
DPOP = (("dpopToken", "dpopProof"),)

_IN_SCHEMA = ("type", "format", "enum", "default", "minimum", "maximum", "pattern")


class OpenAPI31(Emitter):
    version = "3.1.0"
    reference_root = "#/components"

    def __init__(
        self,
        *args: Any,
        scopes: dict[str, str],
        login: LoginEndpoints,
        server: Json,
        dpop: bool,
    ) -> None:
        """scopes: each with its description. server: where the API is, as a Server Object. dpop:
        whether it takes DPoP."""
        super().__init__(*args)
        self._scopes = scopes
        self._login = login
        self._server = server
        self._headers: set[str] = set()
        self._schemes = (*BEARER, *(DPOP if dpop else ()))

    def as_dict(self) -> Json:
        paths = self._paths()
        return {
            "openapi": self.version,
            "info": self.info(),
            "servers": [self._server],
            "security": self._security(("",)),
            "tags": self.extract_tags(self.api),
            "paths": paths,
            "components": {
                "schemas": self.dialect.components,
                "responses": dict(sorted(self._problem_responses.items())),
                "headers": {name: _header(name) for name in sorted(self._headers)},
                "securitySchemes": {
                    name: scheme
                    for name, scheme in self._security_schemes().items()
                    if any(name in schemes for schemes in self._schemes)
                },
            },
        }

    def _paths(self) -> Json:
        found = {}
        for ns in self.api.namespaces:
            for resource, urls, route_doc, more in ns.resources:
                for url in self.api.ns_urls(ns, urls):
                    path = self.serialize_resource(ns, resource, url, route_doc=route_doc, **more)
                    if path:
                        found[extract_path(url)] = path
        return dict(sorted(found.items()))

    def serialize_operation(self, doc: Json, method: str) -> Json:
        operation = doc[method]
        found = {
            "operationId": self.operation_id_for(doc, method),
            "summary": operation["docstring"]["summary"],
            "description": self.description_for(doc, method),
            "deprecated": doc.get("deprecated") or operation.get("deprecated"),
            "parameters": self.parameters_for(operation),
            "requestBody": self._request_body(operation),
            "responses": self.responses_for(doc, method),
        }
        security = {"security": self.security_for(doc, method)}
        return {name: value for name, value in found.items() if value} | security

    def parameters_for(self, doc: Json) -> list[Json]:
        declared = [_parameter(name, known) for name, known in doc["params"].items()]
        return declared + self.declared_parameters(doc)

    def security_for(self, doc: Json, method: str) -> list[Json]:
        scopes = doc[method].get("scopes")
        return [] if scopes is None else self._security(scopes or ("",))

    def problem_response(self, problems: list[Any]) -> Json:
        examples = {problem.name: {"value": problem_example(problem)} for problem in problems}
        return {
            "description": describe(problems),
            "headers": self._header_references(headers_of(problems)),
            "content": {PROBLEM_JSON: {"schema": self.problem_schema(), "examples": examples}},
        }

    def _request_body(self, operation: Json) -> Json | None:
        body = operation.get("body")
        if not body:
            return None
        media = {"schema": self.dialect.reference(body), "example": dialect.example(body)}
        return {"required": True, "content": {JSON: media}}

    def condition(self, name: str) -> Json:
        found = {"name": name, "in": "header", "required": False, "description": CONDITIONS[name]}
        return found | {"schema": {"type": "string"}}

    def unchanged(self) -> Json:
        headers = self._header_references(["X-Request-Id", "ETag"])
        return {"description": "Not modified", "headers": headers}

    def answer_of(self, operation: Json) -> Json:
        headers = self._header_references(answer_headers(operation))
        found: Json = {"description": "Success", "headers": headers}
        if operation.get("links"):
            found["links"] = operation["links"]
        if operation.get("returns"):
            schema = self.dialect.reference(operation["returns"])
            found["content"] = {JSON: {"schema": schema, "example": self.example_of(operation)}}
        return found

    def _header_references(self, names: list[str]) -> Json:
        self._headers.update(names)
        return {name: {"$ref": f"#/components/headers/{name}"} for name in names}

    def _security(self, alternatives: tuple[str, ...]) -> list[Json]:
        return [
            {scheme: words.split() for scheme in schemes}
            for words in alternatives
            for schemes in self._schemes
        ]

    def _security_schemes(self) -> Json:
        return {
            "bearerAuth": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": (
                    "Paste an access token, the token alone. It is a JWT of Auth0, signed with "
                    "RS256, and checked as RFC 9068 and RFC 8725 say."
                ),
            },
            # Two keys, since neither OpenAPI nor the generators know DPoP as a scheme of its own.
            "dpopToken": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": (
                    "The word DPoP, a space, and an access token that is bound to a key (RFC 9449)."
                ),
            },
            "dpopProof": {
                "type": "apiKey",
                "in": "header",
                "name": "DPoP",
                "description": (
                    "A proof of that key: a JWT (RFC 7519) for the method, address and token of "
                    "this request, made anew for each (RFC 9449 section 4)."
                ),
            },
            "auth0": {
                "type": "oauth2",
                "description": "Log in (authorization code with PKCE), as RFC 9700 advises.",
                "flows": {
                    "authorizationCode": {
                        "authorizationUrl": self._login.authorization,
                        "tokenUrl": self._login.token,
                        "scopes": self._scopes,
                    }
                },
            },
        }


def _parameter(name: str, known: Json) -> Json:
    """A parameter that Flask-RESTX declares in the manner of 2.0 (a path's, mostly)."""
    schema = {key: known[key] for key in _IN_SCHEMA if key in known}
    found = {
        "name": name,
        "in": known.get("in", "query"),
        "description": known.get("description"),
        "required": known.get("required"),
        "example": known.get("example"),
        "schema": schema or {"type": "string"},
    }
    return {key: value for key, value in found.items() if value is not None}


def _header(name: str) -> Json:
    return {"description": HEADERS[name], "schema": {"type": "string"}}
