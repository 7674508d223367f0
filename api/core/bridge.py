"""The only glue to Flask-RESTX: marshmallow in, marshmallow out, both documented.

    @ns.operation(body=NoteDraft, returns=NoteView, status=201)
    def post(self, body): ...

One declaration validates, serialises and documents: what the operation does (api.core.contract)
and what is said of it (api.core.documenting) are read off the same arguments.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, Never, NoReturn, TypeVar, cast

import flask_restx
from flask import Flask, g, request
from flask_restx.mask import MaskError

from api.core import aborts, distinct, documenting, rules, views
from api.core.access import ByMethod, DefaultAccess
from api.core.contract import BODY_PROBLEMS, Contract
from api.core.coroutines import awaited, then
from api.core.declarations import (
    CONTRACT,
    DeclarationError,
    add_layer,
    is_guarded,
    named,
    refuse_unknown,
)
from api.core.problems import Problem
from api.core.request import bodies, expectations, refusals
from api.core.request.media_types import Body
from api.core.request.parts import MarshmallowSchema, Precondition
from api.core.response import errorhandlers, marshalling, masks
from api.core.response.answers import DeclaredAnswers
from api.core.response.plain import answer_plainly
from api.core.serialisation import AnswerError
from openapi.declaration import declaring
from openapi.methods import Method
from openapi.operation import MISSING

__all__ = ["Api", "Namespace", "Precondition", "Resource", "api_of"]

MAX_BODY = 64 * 1024

View = TypeVar("View", bound=Callable[..., Any])


class Resource(flask_restx.Resource):
    """A Flask-RESTX Resource whose methods are guarded before anything of the request is read."""

    def validate_payload(self, func: Any) -> None:
        """Validate the body as `@ns.expect` says, behind the guard of the method if it has one.

        :param func: the method, which Flask-RESTX is about to call
        """
        name = _method_name(type(self))

        def validate() -> None:
            masks.check(getattr(self, name))
            expectations.validate(self.api, type(self), name)

        if is_guarded(func):
            g.behind_guard = validate
        else:
            validate()


def adopt(resource: type[Any]) -> None:
    """Let a Resource of Flask-RESTX's own class validate bodies behind its guard as ours do.

    :param resource: the class
    """
    if resource.validate_payload is flask_restx.Resource.validate_payload:
        resource.validate_payload = Resource.validate_payload


class Namespace(flask_restx.Namespace):
    """A Flask-RESTX Namespace whose operations speak marshmallow.

    :param name: the name of the tag that its operations have in the documents
    :param description: the description of that tag
    :param path: the path before those of its resources
    :param scopes: the scopes that its operations require, each with the description that the
        documents, the login page of the embedded issuer and Swagger UI show
    :param problems: problem types that each of its operations may answer
    :param auth: who may call the operations that do not say it themselves: `require_auth(...)`,
        `require(...)` or `public`
    :param decorators: decorators of all of its Resources, the innermost first
    """

    def __init__(
        self,
        name: str,
        description: str,
        *,
        path: str,
        scopes: Mapping[str, str] | None = None,
        problems: tuple[type[Problem], ...] = (),
        auth: Callable[..., Any] | None = None,
        decorators: Sequence[Callable[..., Any]] = (),
    ) -> None:
        defaults = [] if auth is None else [DefaultAccess(auth)]
        super().__init__(name, description, path=path, decorators=[*defaults, *decorators])
        self.scopes = dict(scopes or {})
        self.problems = problems

    def abort(self, *args: Any, **data: Any) -> NoReturn:
        """Abort the request, as `flask_restx.abort` does. The data may have a member `code`.

        :param args: the status, and what the client is told
        :param data: members of the problem document
        """
        aborts.abort(*args, **data)

    def marshal_with(self, *args: Any, **kwargs: Any) -> Callable[[View], View]:
        """Return the decorator that writes the value of a method by a model of Flask-RESTX.

        :param args: the model, and what else Flask-RESTX takes
        :param kwargs: likewise
        """
        model = kwargs.get("fields", next(iter(args), None))
        return marshalling.decorator(super().marshal_with(*args, **kwargs), model)

    def marshal_list_with(self, fields: Any, **kwargs: Any) -> Callable[[View], View]:
        """Return the decorator that writes the values of a method by a model of Flask-RESTX.

        :param fields: the model
        :param kwargs: what else Flask-RESTX takes
        """
        return self.marshal_with(fields, True, **kwargs)

    def operation(
        self,
        *,
        query: MarshmallowSchema | None = None,
        headers: MarshmallowSchema | None = None,
        body: Body | None = None,
        max_body: int | None = None,
        gzip: bool = False,
        if_match: bool = False,
        returns: MarshmallowSchema | None = None,
        status: int | None = None,
        etag: bool = False,
        location: str | None = None,
        paged: bool = False,
        answers: DeclaredAnswers | None = None,
        problems: Sequence[type[Problem]] = (),
        example: Any = MISSING,
        id: str | None = None,
        links: Mapping[str, Any] | None = None,
        **unknown: Never,
    ) -> Callable[[View], View]:
        """Return the decorator that gives a method of a Resource its contract.

        The values of query, headers and body reach the method under these names, as dicts.

        :param query: the schema of the query
        :param headers: the schema of the headers that the method reads
        :param body: the schema of the JSON body; or a dict of the media types that are read, each
            with its schema, or bytes or str: `{"image/png": bytes, "application/json": NoteDraft}`
        :param max_body: the maximum size of the body in bytes, such as `5 * MiB`; by default that
            of the setting MAX_BODY
        :param if_match: call the method with `precondition`, a function that takes the ETag there
            is, and raises PreconditionFailed where the client's If-Match is for another
        :param returns: the schema of what the method returns; without one, 204 and no content
        :param status: of the answer, where the method returns none of its own (`value, status` or
            `value, status, headers`)
        :param etag: send the `etag` of what the method returns as ETag, and answer If-None-Match
            with 304
        :param location: the Location header, a format string for what the method returns
        :param paged: send the `next` of what the method returns, a cursor, as Link header
        :param answers: where `returns=` and `status=` do not say it all: each status of success,
            with a schema, None for no content, or an `Answer` with other media types, headers and
            so on. The first counts where the method returns no status. Where an Answer has several
            media types, the method gets the one that the client prefers as `media_type`
        :param problems: what the method may answer beside what its contract implies
        :param example: of the answer, for the documents
        :param id: the operationId, for the documents
        :param links: from the answer to other operations, as OpenAPI has them
        :raises DeclarationError: an argument is unknown, or the contract cannot be kept
        """
        if unknown:
            refuse_unknown(CONTRACT, unknown, Namespace.operation.__kwdefaults__ or {})
        contract = Contract(
            query=query,
            headers=headers,
            body=body,
            max_body=max_body,
            gzip=gzip,
            if_match=if_match,
            returns=returns,
            status=status,
            etag=etag,
            location=location,
            paged=paged,
            example=example,
            links=links,
            answers=answers,
        )

        def decorate(view: View) -> View:
            handler = named(view)
            contract.check(handler, view)
            for listed in (problems, self.problems):
                _check_problems(handler, listed)
            all_problems = (*contract.problems(), *problems, *self.problems)
            statuses = {problem.status for problem in all_problems}
            read, write = contract.reader(), contract.writer(handler, statuses)

            @wraps(view)
            def contracted(*args: Any, **kwargs: Any) -> Any:
                return then(view(*args, **kwargs, **read()), write)

            bodies.add_rules(contracted, bodies.BodyRules(max_size=max_body, gzip=gzip))
            return add_layer(
                view,
                contracted,
                CONTRACT,
                id=id,
                parameters=documenting.parameters(contract),
                body=documenting.request_body(contract),
                answers=documenting.answers(contract),
                problems=all_problems,
            )

        return declaring(decorate, CONTRACT)


_NAME = "api"


def api_of(app: Flask) -> "Api":
    """Return the Api of an app.

    :raises LookupError: the app has none
    """
    if _NAME not in app.extensions:
        raise LookupError("This app has no Api. Make the app by api.core.factory.create_app.")
    return cast("Api", app.extensions[_NAME])


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
        # What the documents say of a body is true: `@ns.expect` validates unless it says otherwise.
        super().__init__(doc=False, default_id=_operation_id, **{"validate": True, **info})
        self.summary = summary
        app.config["MAX_CONTENT_LENGTH"] = max_body
        app.request_class = bodies.Request
        refusals.init_app(app)
        app.extensions[_NAME] = self
        # They would answer a bad mask without a problem document.
        self.error_handlers.clear()
        self.init_app(app, add_specs=False)
        for namespace in namespaces:
            self.add_namespace(namespace)
        self.check()
        self._is_complete = True
        app.before_request(self._check_at_first_request)

    def check(self) -> None:
        """Raise DeclarationError for a mistake in what the app serves, its other views included."""
        rules.check(self)
        distinct.check(self)
        views.check(self.app, self.endpoints)

    def register_resource(self, namespace: Any, resource: Any, *urls: str, **more: Any) -> Any:
        rules.check_class(resource)
        masks.declare_problem(resource)
        adopt(resource)
        # What comes later is held to the same rules, before it has an address.
        if self._is_complete:
            self.check()
        if isinstance(resource.method_decorators, Mapping):
            resource.method_decorators = ByMethod(resource.method_decorators)
        return super().register_resource(namespace, resource, *urls, **more)

    def problems_of(self, method: Method) -> tuple[type[Problem], ...]:
        """Return what a method may answer because of its `@ns.expect`, for the documents.

        :param method: the method
        """
        return expectations.problems_of(self, method.resource, method.name, BODY_PROBLEMS)

    @property
    def scopes(self) -> dict[str, str]:
        """Every scope of the API with its description."""
        described: dict[str, tuple[str, str]] = {}
        for namespace in self.namespaces:
            for scope, text in getattr(namespace, "scopes", {}).items():
                other, known = described.setdefault(scope, (namespace.name, text))
                if known != text:
                    raise DeclarationError(
                        f"the scope {scope} is described in two ways, in the namespaces {other} "
                        f"and {namespace.name}: describe it in one of them, or in the same words"
                    )
        return {scope: text for scope, (_name, text) in described.items()}

    @property
    def base_path(self) -> str:
        # Flask-RESTX reads it off the first request and keeps it: one forged prefix would stay.
        return "/"

    def error_router(self, original_handler: Callable[[Exception], Any], error: Exception) -> Any:
        handler = errorhandlers.find(self, error)
        if handler is None:
            return original_handler(error)
        try:
            return errorhandlers.answer(handler, error, self.make_response)
        except Exception as failure:
            return original_handler(failure)

    def make_response(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().make_response(data, *args, **kwargs)
        if len(self.representations) > 1:
            response.vary.add("Accept")
        return response

    def output(self, resource: Any) -> Callable[..., Any]:
        """The view function of a Resource, which answers what its methods return."""

        @wraps(resource)
        def answering(*args: Any, **kwargs: Any) -> Any:
            try:
                returned = awaited(resource(*args, **kwargs))
            except MaskError as error:
                raise masks.refusal(error) from error
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


def _check_problems(handler: str, problems: Any) -> None:
    if isinstance(problems, type):
        raise DeclarationError(
            f"{handler}: problems= takes a list of classes: problems=[{problems.__name__}]"
        )
    for problem in problems:
        is_problem = isinstance(problem, type) and issubclass(problem, Problem)
        missing = [each for each in ("name", "status", "title", "detail") if _lacks(problem, each)]
        if not is_problem or missing:
            lacks = f", and lacks {' and '.join(missing)}" if is_problem else ""
            raise DeclarationError(
                f"{handler}: problems= takes classes derived from Problem; {problem!r} is "
                f"{'one' if is_problem else 'none'}{lacks}"
            )


def _lacks(problem: Any, member: str) -> bool:
    return not hasattr(problem, member)


def _handler(resource: Any) -> str:
    """Return the name and place of the method of a Resource that the current request calls."""
    return named(getattr(resource, _method_name(resource)))


def _method_name(resource: Any) -> str:
    name = request.method.lower()
    return name if hasattr(resource, name) else "get"


def _operation_id(resource: str, method: str) -> str:
    return method + resource
