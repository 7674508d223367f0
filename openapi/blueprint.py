"""The blueprint of the documents: /openapi.json, /openapi-3.0.json, /swagger.json."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from openapi.build import as_text
from openapi.schemas import Json


def openapi_blueprint(documents: Mapping[str, Json], public_url: str = "") -> Blueprint:
    """Return the blueprint that serves documents.

    The address in a document of OpenAPI 3 can be relative. That in Swagger 2.0 cannot: its basePath
    has the prefix that `public_url`, the server or a trusted proxy tells.

    :param documents: each document by the name of its file
    :param public_url: where clients reach the API, whatever the requests say
    """
    blueprint = Blueprint("documents", __name__)
    for name, document in documents.items():
        located = _at(document, public_url) if public_url else document
        endpoint = name.removesuffix(".json").replace(".", "_")
        blueprint.add_url_rule(f"/{name}", endpoint, _view(located))
    return blueprint


def _at(document: Json, public_url: str) -> Json:
    if "basePath" not in document:
        return document
    url = urlsplit(public_url)
    address = {"host": url.netloc, "schemes": [url.scheme]}
    return _with_prefix(document, url.path) | address


def _with_prefix(document: Json, prefix: str) -> Json:
    path = f"{prefix.rstrip('/')}/{document['basePath'].lstrip('/')}"
    return document | {"basePath": path.rstrip("/") or "/"}


def _view(document: Json) -> Callable[[], Response]:
    text = as_text(document)
    takes_prefix = "basePath" in document and "host" not in document

    def view() -> Response:
        prefix = request.script_root if takes_prefix else ""
        response = Response(
            as_text(_with_prefix(document, prefix)) if prefix else text,
            mimetype="application/json",
        )
        # A client can send a prefix, too: no other caller may get the document with it.
        response.headers["Cache-Control"] = "private, no-cache" if prefix else "no-cache"
        response.add_etag()
        response.make_conditional(request)
        return response

    return view
