"""The only glue to Flask-RESTX: marshmallow in, marshmallow out, both documented.

    @ns.operation(body=NoteDraft, returns=NoteView, status=201)
    def post(self, body): ...

One declaration validates, serialises and documents: what the operation does and what the
documents in `openapi/` say of it are read off the same arguments.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

import flask_restx
import orjson
from flask import Flask, Response, request
from marshmallow import Schema, ValidationError
from webargs.multidictproxy import MultiDictProxy

from api import problems, strictjson
from api.problems import (
    ContentTooLarge,
    MalformedBody,
    Problem,
    UnsupportedMediaType,
    ValidationFailed,
)

MAX_BODY = 64 * 1024

View = TypeVar("View", bound=Callable[..., Any])
AnySchema = Schema | type[Schema]


def document(view: View, *, problems: tuple[type[Problem], ...] = (), **declared: Any) -> View:
    """Note on a Resource's method what the documents are to say of it.

    Flask-RESTX keeps keys of `__apidoc__` that it does not know; the emitters of `openapi/` read
    them: query, body, returns, status, example, id, scopes. `problems` add up, layer by layer.
    """
    known: dict[str, Any] = getattr(view, "__apidoc__", {})
    answers = (*known.get("problems", ()), *problems)
    view.__apidoc__ = {**known, **declared, "problems": answers}  # type: ignore[attr-defined]
    return view


class Resource(flask_restx.Resource):
    """A Flask-RESTX Resource."""


class Namespace(flask_restx.Namespace):
    """A Flask-RESTX Namespace whose operations speak marshmallow.

    `scopes`: the scopes that its operations require, each with the description that the
    documents, the login page of the embedded issuer and Swagger UI show.
    """

    def __init__(
        self, name: str, description: str, *, path: str, scopes: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(name, description, path=path)
        self.scopes = dict(scopes or {})

    def operation(
        self,
        *,
        query: AnySchema | None = None,
        body: AnySchema | None = None,
        returns: AnySchema | None = None,
        status: int = 200,
        problems: tuple[type[Problem], ...] = (),
        **declared: Any,
    ) -> Callable[[View], View]:
        """The contract of one method of a Resource.

        query: schema of the query string; its values reach the method as `query`, a dict.
        body: schema of the JSON body; its values reach the method as `body`, a dict.
        returns: schema of what the method returns; without one the answer has no content.
        status: of the answer. problems: what else it may answer, beside what `query`, `body` and
        the guard bring along. declared: `example` of the answer, `id` of the operation.
        """
        loaders: dict[str, Callable[[], Any]] = {}
        if query:
            loaders["query"] = _query_loader(_instance(query))
        if body:
            loaders["body"] = _body_loader(_instance(body))
        dump = _dumper(_instance(returns) if returns else None, status)

        def decorate(view: View) -> View:
            @wraps(view)
            def contract(*args: Any, **kwargs: Any) -> Any:
                values = {name: load() for name, load in loaders.items()}
                return dump(view(*args, **kwargs, **values))

            return document(  # type: ignore[return-value]
                contract,
                query=query,
                body=body,
                returns=returns,
                status=status if returns else 204,
                problems=(*_problems_of(query, body), *problems),
                **declared,
            )

        return decorate


class Api(flask_restx.Api):
    """A Flask-RESTX Api that leaves failures to `api.problems` and documents to `openapi`."""

    def __init__(self, app: Flask, namespaces: tuple[Namespace, ...]) -> None:
        super().__init__(doc=False, default_id=_operation_id)
        app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
        self.init_app(app, add_specs=False)
        for namespace in namespaces:
            self.add_namespace(namespace)

    @property
    def scopes(self) -> dict[str, str]:
        """Every scope of the API with its description."""
        return {
            scope: text
            for namespace in self.namespaces
            for scope, text in getattr(namespace, "scopes", {}).items()
        }

    @property
    def base_path(self) -> str:
        # Flask-RESTX reads it off the first request and keeps it: one forged prefix would stay.
        return "/"

    def error_router(self, original_handler: Callable[[Exception], Any], error: Exception) -> Any:
        return original_handler(error)

    def _register_doc(self, app: Flask) -> None:
        """The root and the page are ours (openapi.page)."""

    def _register_apidoc(self, app: Flask) -> None:
        """Flask-RESTX's own Swagger UI assets are not served."""


def _operation_id(resource: str, method: str) -> str:
    return method + resource


def _instance(schema: AnySchema) -> Schema:
    return schema() if isinstance(schema, type) else schema


def _problems_of(query: AnySchema | None, body: AnySchema | None) -> tuple[type[Problem], ...]:
    if body:
        return (MalformedBody, ContentTooLarge, UnsupportedMediaType, ValidationFailed)
    return (ValidationFailed,) if query else ()


def _query_loader(schema: Schema) -> Callable[[], Any]:
    def load() -> Any:
        return _checked(schema, MultiDictProxy(request.args, schema), "parameter")

    return load


def _body_loader(schema: Schema) -> Callable[[], Any]:
    return lambda: _checked(schema, _read_body(), "pointer")


def _checked(schema: Schema, data: Any, where: str) -> Any:
    try:
        return schema.load(data)
    except ValidationError as error:
        raise ValidationFailed(errors=problems.validation_errors(error.messages, where)) from None


def _read_body() -> Any:
    data = request.get_data(cache=False)
    if not _is_plain_json():
        raise UnsupportedMediaType
    try:
        return strictjson.loads(data)
    except ValueError as error:
        raise MalformedBody(f"The request body could not be read as JSON: {error}.") from None


def _is_plain_json() -> bool:
    return (
        request.mimetype == "application/json"
        and request.mimetype_params.get("charset", "utf-8").lower() == "utf-8"
        and request.headers.get("Content-Encoding", "identity").lower() == "identity"
    )


def _dumper(schema: Schema | None, status: int) -> Callable[[Any], Any]:
    def dump(value: Any) -> Any:
        if isinstance(value, Response):
            return value
        if schema is None:
            return Response(status=204)
        # A Response passes through Flask-RESTX untouched; a dict would cost a negotiation.
        return Response(orjson.dumps(schema.dump(value)), status, mimetype="application/json")

    return dump
