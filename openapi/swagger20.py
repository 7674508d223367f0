"""Swagger 2.0, as Flask-RESTX emits it."""

from typing import Any

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


class Swagger20(Emitter):
    version = "2.0"
    reference_root = "#"

    def __init__(self, *args: Any, dpop: bool) -> None:
        """dpop: whether the API takes DPoP."""
        super().__init__(*args)
        self._dpop = dpop

    def as_dict(self) -> Json:
        found: Json = super().as_dict()
        ours: Json = {
            "info": self.info(),
            "produces": [JSON, PROBLEM_JSON],
            "securityDefinitions": SCHEMES if self._dpop else {"Bearer": SCHEMES["Bearer"]},
            "responses": dict(sorted(self._problem_responses.items())),
        }
        return {**found, **ours}

    def serialize_definitions(self) -> Json:
        return self.dialect.components

    def expected_params(self, doc: Json) -> Json:
        found: Json = super().expected_params(doc)
        for parameter in self.declared_parameters(doc):
            found[parameter["name"]] = parameter
        if doc.get("body"):
            found["body"] = {
                "name": "body",
                "in": "body",
                "required": True,
                "schema": self.dialect.reference(doc["body"]),
            }
        return found

    def parameters_for(self, doc: Json) -> list[Json]:
        found: list[Json] = super().parameters_for(doc)
        for parameter in found:
            if "example" in parameter:
                parameter["x-example"] = parameter.pop("example")
        return found

    def security_for(self, doc: Json, method: str) -> list[Json]:
        # An apiKey has no scopes here: the operation's description names them.
        if doc[method].get("scopes") is None:
            return []
        return [{"Bearer": []}, *([{"Bearer": [], "DPoP": []}] if self._dpop else ())]

    def problem_response(self, problems: list[Any]) -> Json:
        return {
            "description": describe(problems),
            "schema": self.problem_schema(),
            "headers": _headers(headers_of(problems)),
            "examples": {PROBLEM_JSON: problem_example(problems[0])},
        }

    def condition(self, name: str) -> Json:
        found = {"name": name, "in": "header", "required": False, "description": CONDITIONS[name]}
        return found | {"type": "string"}

    def unchanged(self) -> Json:
        return {"description": "Not modified", "headers": _headers(["X-Request-Id", "ETag"])}

    def answer_of(self, operation: Json) -> Json:
        found: Json = {"description": "Success", "headers": _headers(answer_headers(operation))}
        if operation.get("returns"):
            found["schema"] = self.dialect.reference(operation["returns"])
            found["examples"] = {JSON: self.example_of(operation)}
        return found


def _headers(names: list[str]) -> Json:
    return {name: {"type": "string", "description": HEADERS[name]} for name in names}
