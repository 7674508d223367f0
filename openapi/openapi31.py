"""OpenAPI 3.1, from the same Resources."""

from typing import Any

from flask_restx.swagger import extract_path

from openapi import about, dialect
from openapi.about import LoginEndpoints
from openapi.dialect import Json
from openapi.emitter import (
    HEADERS,
    JSON,
    PROBLEM_JSON,
    Emitter,
    describe,
    headers_of,
    problem_example,
)

_IN_SCHEMA = ("type", "format", "enum", "default", "minimum", "maximum", "pattern")


class OpenAPI31(Emitter):
    version = "3.1.0"
    reference_root = "#/components"

    def __init__(
        self, *args: Any, scopes: dict[str, str], login: LoginEndpoints, server: Json
    ) -> None:
        """scopes: each with its description. server: where the API is, as a Server Object."""
        super().__init__(*args)
        self._scopes = scopes
        self._login = login
        self._server = server

    def as_dict(self) -> Json:
        paths = self._paths()
        return {
            "openapi": self.version,
            "info": {
                "title": about.TITLE,
                "version": about.VERSION,
                "summary": about.SUMMARY,
                "description": about.DESCRIPTION,
            },
            "servers": [self._server],
            "security": self._security(()),
            "tags": sorted(self.extract_tags(self.api), key=lambda tag: str(tag["name"])),
            "paths": paths,
            "components": {
                "schemas": self.dialect.components,
                "responses": dict(sorted(self._problem_responses.items())),
                "headers": _headers(),
                "securitySchemes": self._security_schemes(),
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
        return declared + (self.dialect.parameters(doc["query"]) if doc.get("query") else [])

    def security_for(self, doc: Json, method: str) -> list[Json]:
        scopes = doc[method].get("scopes")
        return [] if scopes is None else self._security(scopes)

    def problem_response(self, problems: list[Any]) -> Json:
        examples = {problem.name: {"value": problem_example(problem)} for problem in problems}
        return {
            "description": describe(problems),
            "headers": _header_references(headers_of(problems)),
            "content": {PROBLEM_JSON: {"schema": self.problem_schema(), "examples": examples}},
        }

    def _request_body(self, operation: Json) -> Json | None:
        body = operation.get("body")
        if not body:
            return None
        media = {"schema": self.dialect.reference(body), "example": dialect.example(body)}
        return {"required": True, "content": {JSON: media}}

    def answer_of(self, operation: Json) -> Json:
        found: Json = {"description": "Success", "headers": _header_references(["X-Request-Id"])}
        if operation.get("returns"):
            schema = self.dialect.reference(operation["returns"])
            found["content"] = {JSON: {"schema": schema, "example": self.example_of(operation)}}
        return found

    def _security(self, scopes: tuple[str, ...]) -> list[Json]:
        return [{"bearerAuth": list(scopes)}, {"auth0": list(scopes)}]

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


def _headers() -> Json:
    return {
        name: {"description": text, "schema": {"type": "string"}}
        for name, text in sorted(HEADERS.items())
    }


def _header_references(names: list[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
