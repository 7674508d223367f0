"""Flask-RESTX's Swagger, taught to read our declarations.

`api.core.bridge.document` leaves them in `__apidoc__`, and lists them. scopes are the guard's:
alternatives, each of words that are all needed; absent on a public operation. problems are classes
with name, status, title, detail and response_headers.
"""

from collections import defaultdict
from inspect import cleandoc
from typing import Any

from flask_restx import Api
from flask_restx.swagger import Swagger, extract_path

from openapi import dialect
from openapi.dialect import AnySchema, Dialect, Json

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")

HEADERS = {
    "WWW-Authenticate": "What the guard asks for (RFC 6750 section 3).",
    "Retry-After": "Seconds to wait before the same request is worth sending again.",
    "Allow": "The methods that this address has.",
    "ETag": "The version of this answer, for If-Match and If-None-Match.",
    "Location": "Where what was created is.",
    "Link": "The next page (rel=next); absent on the last.",
    "X-Request-Id": "The request's id, as in `instance` and in the log.",
}

CONDITIONS = {
    "If-Match": "The ETag that you have seen: 412 if somebody changed it since.",
    "If-None-Match": "The ETag that you have: 304 if it is still the same.",
}

PROBLEM_JSON = "application/problem+json"
JSON = "application/json"


class Emitter(Swagger):
    """What both versions read in the same way. A subclass writes it down in its own."""

    version: str
    reference_root: str

    def __init__(self, api: Api, problem_schema: AnySchema, always: tuple[Any, ...]) -> None:
        """problem_schema: of every failure. always: problems that any operation may answer."""
        super().__init__(api)
        self.dialect = Dialect(self.version)
        self._problem_schema = problem_schema
        self._always = always
        self._problem_responses: Json = {}
        self._ids = api.operation_ids

    def info(self) -> Json:
        """The Info Object: what the Api says of itself."""
        api = self.api
        contact = {"name": api.contact, "url": api.contact_url, "email": api.contact_email}
        license_ = {"name": api.license, "url": api.license_url}
        members = {
            "title": api.title,
            "version": api.version,
            "summary": None if self.dialect.is_20 else getattr(api, "summary", None),
            "description": api.description,
            "termsOfService": api.terms_url,
            "contact": {name: value for name, value in contact.items() if value},
            "license": {name: value for name, value in license_.items() if value},
        }
        return {name: value for name, value in members.items() if value}

    def serialize_schema(self, model: AnySchema) -> Json:
        return self.dialect.reference(model)

    def extract_resource_doc(self, resource: Any, url: str, route_doc: Any = None) -> Any:
        doc = super().extract_resource_doc(resource, url, route_doc)
        for method in METHODS:
            if doc and doc.get(method):
                # Flask-RESTX cuts a summary at its first full stop, and looks for it in the rest.
                doc[method]["docstring"] |= _docstring(getattr(resource, method))
                doc[method]["id"] = self._ids.get((resource, extract_path(url) or "/", method))
        return doc

    def serialize_resource(self, ns: Any, resource: Any, url: str, **more: Any) -> Json | None:
        path = super().serialize_resource(ns, resource, url, **more) or {}
        if not path.keys() & set(METHODS):
            return None
        # Resource.methods is a set: without an order, each process would write another document.
        return {name: path[name] for name in ("parameters", *METHODS) if name in path}

    def description_for(self, doc: Json, method: str) -> str:
        text = super().description_for(doc, method)
        return "\n\n".join(filter(None, [text, _needs(doc[method].get("scopes"))]))

    def extract_tags(self, api: Api) -> list[Json]:
        return sorted(super().extract_tags(api), key=lambda tag: str(tag["name"]))

    def register_errors(self) -> Json:
        return {}

    def responses_for(self, doc: Json, method: str) -> Json:
        operation = doc[method]
        refusals = {
            status: self.problem_reference(problems)
            for status, problems in self.problems_of(operation).items()
        }
        unchanged = {"304": self.unchanged()} if "If-None-Match" in conditions_of(operation) else {}
        return {self.status_of(operation): self.answer_of(operation)} | unchanged | refusals

    def status_of(self, operation: Json) -> str:
        """The status of success. A method without a contract is documented as plain 200."""
        without_content = "returns" in operation and not operation["returns"]
        return str(int(operation.get("status") or (204 if without_content else 200)))

    def declared_parameters(self, operation: Json) -> list[Json]:
        """The parameters of query and headers, in this version's form."""
        query, headers = operation.get("query"), operation.get("headers")
        return [
            *(self.dialect.parameters(query) if query else ()),
            *(self.dialect.parameters(headers, "headers") if headers else ()),
            *(self.condition(name) for name in conditions_of(operation)),
        ]

    def condition(self, name: str) -> Json:
        """The parameter of a conditional request (RFC 9110 section 13), in this version's form."""
        raise NotImplementedError

    def answer_of(self, operation: Json) -> Json:
        """The response of success, in this version's form."""
        raise NotImplementedError

    def unchanged(self) -> Json:
        """The response 304, in this version's form."""
        raise NotImplementedError

    def problems_of(self, operation: Json) -> dict[str, list[Any]]:
        """The problems that an operation may answer, by status, in order of status."""
        by_status = defaultdict(list)
        for problem in dict.fromkeys((*operation.get("problems", ()), *self._always)):
            by_status[str(problem.status)].append(problem)
        return dict(sorted(by_status.items()))

    def problem_reference(self, problems: list[Any]) -> Json:
        """`{"$ref": …}` to the shared response of these problems of one status."""
        name = "Or".join(problem.__name__ for problem in problems)
        if name not in self._problem_responses:
            self._problem_responses[name] = self.problem_response(problems)
        return {"$ref": f"{self.reference_root}/responses/{name}"}

    def problem_response(self, problems: list[Any]) -> Json:
        """The response of these problems of one status, in this version's form."""
        raise NotImplementedError

    def problem_schema(self) -> Json:
        return self.dialect.reference(self._problem_schema)

    def example_of(self, operation: Json) -> Any:
        if "example" in operation:
            return operation["example"]
        return dialect.example(operation["returns"])


def conditions_of(operation: Json) -> list[str]:
    """The conditional headers that an operation takes."""
    return list(operation.get("conditions", ()))


def answer_headers(operation: Json) -> list[str]:
    """The headers of an operation's success."""
    told = {"ETag": "etag", "Location": "location", "Link": "paged"}
    return ["X-Request-Id", *(name for name, key in told.items() if operation.get(key))]


def describe(problems: list[Any]) -> str:
    """The problems of one response in a sentence each."""
    if len(problems) == 1:
        return f"{problems[0].title}."
    return " ".join(f"{problem.title}, or" for problem in problems)[:-4] + "."


def problem_example(problem: Any) -> Json:
    """What such a problem looks like."""
    found: Json = problem().members()
    return found | {"instance": "urn:uuid:0192f0c1-2345-7abc-8def-0123456789ab"}


def headers_of(problems: list[Any]) -> list[str]:
    names = {name for problem in problems for name in problem.response_headers}
    return ["X-Request-Id", *sorted(names)]


def _needs(scopes: tuple[str, ...] | None) -> str:
    if scopes is None:
        return ""
    if not scopes:
        return "Needs an access token."
    listed = " or ".join(" and ".join(f"`{word}`" for word in each.split()) for each in scopes)
    return f"Needs an access token that grants {listed}."


def _docstring(view: Any) -> Json:
    summary, _, details = cleandoc(view.__doc__ or "").partition("\n")
    return {"summary": summary.strip() or None, "details": details.strip() or None}
