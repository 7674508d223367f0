"""The only glue to Flask-RESTX: marshmallow in, marshmallow out, both documented.

    @ns.operation(body=NoteDraft, returns=NoteView, status=201)
    def post(self, body): ...

One declaration validates, serialises and documents: what the operation does (api.core.contract)
and what the documents in `openapi/` say of it are read off the same arguments.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import wraps
from typing import Any, TypeVar

import flask_restx
from flask import Flask, request

from api.core import rules, views
from api.core.contract import Contract, Precondition, answer_plainly
from api.core.declarations import (
    CONTRACT,
    GUARD,
    DeclarationError,
    add_layer,
    for_methods,
    layers,
    named,
)
from api.core.operation_ids import Key, operation_ids
from api.core.problems import Problem
from api.core.serialisation import AnswerError

__all__ = ["Api", "Namespace", "Precondition", "Resource", "document"]

MAX_BODY = 64 * 1024

View = TypeVar("View", bound=Callable[..., Any])


def document(view: View, *, problems: tuple[type[Problem], ...] = (), **declared: Any) -> View:
    """Note on a Resource's method what the documents are to say of it.

    Flask-RESTX keeps keys of `__apidoc__` that it does not know; the emitters of `openapi/` read
    them: the fields of Contract, its conditions, example, id, links, scopes. `problems` add up,
    layer by layer.
    """
    known: Any = getattr(view, "__apidoc__", {})
    # False, where @ns.hide has hidden the method: it stays hidden.
    if known is not False:
        answers = (*known.get("problems", ()), *problems)
        view.__apidoc__ = {**known, **declared, "problems": answers}  # type: ignore[attr-defined]
    return view


class Resource(flask_restx.Resource):
    """A Flask-RESTX Resource whose methods are guarded before anything of the request is read."""

    def validate_payload(self, func: Any) -> None:
        # Flask-RESTX does it before it calls the method, and so before the method's guard.
        if GUARD not in layers(func):
            super().validate_payload(func)

    def validate_behind_guard(self) -> None:
        """Validate the body as `@ns.expect` wants it. The guard calls this, when it lets in."""
        super().validate_payload(getattr(self, request.method.lower(), None) or self.get)


class Namespace(flask_restx.Namespace):
    """A Flask-RESTX Namespace whose operations speak marshmallow.

    scopes: those that its operations require, each with the description that the documents, the
    login page of the embedded issuer and Swagger UI show. problems: what each of its operations
    may answer.
    """

    def __init__(
        self,
        name: str,
        description: str,
        *,
        path: str,
        scopes: Mapping[str, str] | None = None,
        problems: tuple[type[Problem], ...] = (),
    ) -> None:
        super().__init__(name, description, path=path)
        self.scopes = dict(scopes or {})
        self.problems = problems

    def operation(
        self,
        *,
        problems: tuple[type[Problem], ...] = (),
        example: Any = None,
        id: str | None = None,
        links: Mapping[str, Any] | None = None,
        **contract: Any,
    ) -> Callable[[View], View]:
        """The contract of one method of a Resource. What the method is called with:

        query, headers, body: schemas; the values reach the method under these names, as dicts.
        if_match: the method is called with `precondition`, which takes the ETag that there is and
        raises PreconditionFailed where the client's If-Match is for another.

        What it answers: returns: schema of what the method returns; without one, 204 and no
        content. status: of the answer, where the method returns none of its own (`value, status`
        or `value, status, headers`). etag: what it returns has an `etag`, for ETag and
        If-None-Match. location: the Location header, a format string for what it returns.
        paged: what it returns has a `next`, a cursor, for the Link header.

        For the documents: problems: what else it may answer. example: of the answer. id: the
        operationId. links: from the answer to other operations, as OpenAPI has them.
        """
        agreed = Contract(**contract)

        def decorate(view: View) -> View:
            handler = named(view)
            agreed.check(handler)
            read, write = agreed.reader(), agreed.writer(handler)

            @wraps(view)
            def contracted(*args: Any, **kwargs: Any) -> Any:
                return write(view(*args, **kwargs, **read()))

            add_layer(view, contracted, CONTRACT)
            told = {"example": example, "id": id, "links": links}
            return document(  # type: ignore[return-value]
                contracted,
                problems=(*agreed.problems(), *problems, *self.problems),
                conditions=agreed.conditions(),
                **{field.name: getattr(agreed, field.name) for field in fields(agreed)},
                **{name: value for name, value in told.items() if value is not None},
            )

        return for_methods(decorate)


class Api(flask_restx.Api):
    """A Flask-RESTX Api that leaves failures to `api.core.problems` and documents to `openapi`."""

    _is_complete = False
    _is_checked = False

    def __init__(
        self,
        app: Flask,
        namespaces: tuple[Namespace, ...],
        *,
        summary: str = "",
        max_body: int = MAX_BODY,
        **info: Any,
    ) -> None:
        """Raises DeclarationError where a namespace declares an operation wrongly.

        :param summary: the API in one line
        :param max_body: the bytes of a body that it accepts
        :param info: what Flask-RESTX takes of title, version, description, contact, licence, terms
        """
        super().__init__(doc=False, default_id=_operation_id, **info)
        self.summary = summary
        app.config["MAX_CONTENT_LENGTH"] = max_body
        self.init_app(app, add_specs=False)
        for namespace in namespaces:
            self.add_namespace(namespace)
        self.check()
        self._is_complete = True
        app.before_request(self._check_at_first_request)

    def check(self) -> None:
        """Raise DeclarationError for a mistake in what the app serves, its other views included."""
        rules.check(self)
        operation_ids(self)
        views.check(self.app, self.endpoints)

    def register_resource(self, namespace: Any, resource: Any, *urls: str, **more: Any) -> Any:
        rules.check_class(resource)
        # What comes later is held to the same rules, before it has an address.
        if self._is_complete:
            self.check()
        return super().register_resource(namespace, resource, *urls, **more)

    @property
    def operation_ids(self) -> dict[Key, str]:
        """The operationId of each operation, by its Resource, path and method."""
        return operation_ids(self)

    @property
    def scopes(self) -> dict[str, str]:
        """Every scope of the API with its description."""
        found: dict[str, str] = {}
        for namespace in self.namespaces:
            for scope, text in getattr(namespace, "scopes", {}).items():
                if found.setdefault(scope, text) != text:
                    raise DeclarationError(f"the scope {scope} is described in two ways: say one")
        return found

    @property
    def base_path(self) -> str:
        # Flask-RESTX reads it off the first request and keeps it: one forged prefix would stay.
        return "/"

    def error_router(self, original_handler: Callable[[Exception], Any], error: Exception) -> Any:
        return original_handler(error)

    def output(self, resource: Any) -> Callable[..., Any]:
        """The view function of a Resource, which answers what its methods return."""

        @wraps(resource)
        def answering(*args: Any, **kwargs: Any) -> Any:
            returned = resource(*args, **kwargs)
            try:
                return answer_plainly(returned, self.make_response)
            except AnswerError as error:
                raise AnswerError(f"{_handler(resource.view_class)} returned {error}") from error

        return answering

    def _check_at_first_request(self) -> None:
        # Until then a method can be replaced, and a view added; Flask takes none later.
        if not self._is_checked:
            self.check()
            self._is_checked = True

    def _register_doc(self, app: Flask) -> None:
        """The root and the page are ours (openapi.page)."""

    def _register_apidoc(self, app: Flask) -> None:
        """Flask-RESTX's own Swagger UI assets are not served."""


def _handler(resource: Any) -> str:
    """The method of a Resource that the request at hand has called."""
    return named(getattr(resource, request.method.lower(), None) or resource.get)


def _operation_id(resource: str, method: str) -> str:
    return method + resource
