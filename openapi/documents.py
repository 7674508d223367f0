"""Both documents: built once, at the start, and served as they were built."""

import json
from typing import Any

from flask import Blueprint, Response, request

from openapi.about import LoginEndpoints
from openapi.dialect import AnySchema, Json
from openapi.openapi31 import OpenAPI31
from openapi.swagger20 import Swagger20

THIS_SERVER = {"url": "/", "description": "This server"}


def emit(
    api: Any,
    problem_schema: AnySchema,
    always: tuple[Any, ...],
    *,
    login: LoginEndpoints | None = None,
    server: Json = THIS_SERVER,
    dpop: bool = True,
) -> dict[str, Json]:
    """The documents by file name: openapi.json (3.1) and swagger.json (2.0).

    Needs an application context.
    """
    newer = OpenAPI31(
        api,
        problem_schema,
        always,
        scopes=api.scopes,
        login=login or LoginEndpoints(),
        server=server,
        dpop=dpop,
    )
    older = Swagger20(api, problem_schema, always, dpop=dpop)
    return {"openapi.json": newer.as_dict(), "swagger.json": older.as_dict()}


def as_text(document: Json) -> str:
    """A document as it is committed: for people to read, and for diffs."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def documents(found: dict[str, Json]) -> Blueprint:
    """The blueprint of /openapi.json and /swagger.json."""
    blueprint = Blueprint("documents", __name__)
    for name, document in found.items():
        blueprint.add_url_rule(f"/{name}", name.removesuffix(".json"), _view(as_text(document)))
    return blueprint


def _view(text: str) -> Any:
    def view() -> Response:
        response = Response(text, mimetype="application/json")
        response.headers["Cache-Control"] = "no-cache"
        response.add_etag()
        response.make_conditional(request)
        return response

    return view
