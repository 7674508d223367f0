"""Swagger 2.0, as Flask-RESTX emits it."""

from typing import Any

from openapi import about
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

SCHEME = {
    "Bearer": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": (
            "The word Bearer, a space, and an access token of Auth0: a JWT signed with RS256 and "
            "checked as RFC 9068 and RFC 8725 say."
        ),
    }
}


class Swagger20(Emitter):
    version = "2.0"
    reference_root = "#"

    def as_dict(self) -> Json:
        found: Json = super().as_dict()
        ours: Json = {
            "info": {
                "title": about.TITLE,
                "version": about.VERSION,
                "description": about.DESCRIPTION,
            },
            "produces": [JSON, PROBLEM_JSON],
            "securityDefinitions": SCHEME,
            "responses": dict(sorted(self._problem_responses.items())),
        }
        return {**found, **ours}

    def serialize_definitions(self) -> Json:
        return self.dialect.components

    def expected_params(self, doc: Json) -> Json:
        found: Json = super().expected_params(doc)
        for parameter in self.dialect.parameters(doc["query"]) if doc.get("query") else ():
            found[parameter["name"]] = parameter
        if doc.get("body"):
            found["body"] = {
                "name": "body",
                "in": "body",
                "required": True,
                "schema": self.dialect.reference(doc["body"]),
            }
        return found

    def security_for(self, doc: Json, method: str) -> list[Json]:
        # An apiKey has no scopes here: the operation's description names them.
        return [] if doc[method].get("scopes") is None else [{"Bearer": []}]

    def problem_response(self, problems: list[Any]) -> Json:
        return {
            "description": describe(problems),
            "schema": self.problem_schema(),
            "headers": _headers(headers_of(problems)),
            "examples": {PROBLEM_JSON: problem_example(problems[0])},
        }

    def answer_of(self, operation: Json) -> Json:
        found: Json = {"description": "Success", "headers": _headers(["X-Request-Id"])}
        if operation.get("returns"):
            found["schema"] = self.dialect.reference(operation["returns"])
            found["examples"] = {JSON: self.example_of(operation)}
        return found


def _headers(names: list[str]) -> Json:
    return {name: {"type": "string", "description": HEADERS[name]} for name in names}
