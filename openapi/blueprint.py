"""The blueprint of the documents: /openapi.json, /openapi-3.0.json, /swagger.json."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, request

from openapi.build import as_text
from openapi.schemas import Json


def openapi_blueprint(documents: Mapping[str, Json]) -> Blueprint:
    """Return the blueprint that serves documents as they are.

    :param documents: each document by the name of its file
    """
    blueprint = Blueprint("documents", __name__)
    for name, document in documents.items():
        endpoint = name.removesuffix(".json").replace(".", "_")
        blueprint.add_url_rule(f"/{name}", endpoint, _view(as_text(document)))
    return blueprint


def _view(text: str) -> Callable[[], Response]:
    def view() -> Response:
        response = Response(text, mimetype="application/json")
        response.headers["Cache-Control"] = "no-cache"
        response.add_etag()
        response.make_conditional(request)
        return response

    return view
