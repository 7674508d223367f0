"""The operations of an Api, read off what our decorators and Flask-RESTX's declare."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import Flask, has_app_context
from flask_restx.swagger import is_hidden

from openapi.declaration import NOTHING
from openapi.methods import Method, addresses, methods
from openapi.operation import (
    JSON,
    METHODS,
    Answer,
    Operation,
    ProblemType,
    SwaggerOperation,
)
from openapi.operation_ids import key, unique_ids
from openapi.restx import Reader
from openapi.schemas import Json
from openapi.swagger_objects import Objects


def operations(api: Any) -> tuple[Operation, ...]:
    """Return the operations of an Api, by path, and at each path in the order of METHODS.

    Hidden ones are left out. Where two Resources have one path, the first of them is documented,
    as it is the first that Flask asks.

    :param api: a flask_restx.Api, a stock one or ours, which has its app
    """
    documented: dict[tuple[str, int, str], Method] = {}
    for method in methods(api):
        if not method.is_documented:
            continue
        place = method.path, _rank(method.name), method.name
        # Of two addresses of one Resource that have one path, Flask-RESTX documents the last.
        if documented.setdefault(place, method).resource is method.resource:
            documented[place] = method
    ids = unique_ids(api, documented.values())
    with _context(api):
        read = _Reading(api)
        return tuple(
            read.operation(method, ids[key(method)]) for _, method in sorted(documented.items())
        )


def shared_answers(api: Any, *, exact: bool = False) -> dict[str, Answer]:
    """Return what the error handlers of an Api answer, by the name of the exception.

    :param api: a flask_restx.Api
    :param exact: whether those that Flask-RESTX does not document are left out
    """
    reader = Reader(api, exact=exact)
    responses = reader.register_errors()
    objects = Objects((), {}, reader.models, {})
    return {name: objects.answer(each, api.representations) for name, each in responses.items()}


def shown_paths(api: Any) -> dict[str, SwaggerOperation]:
    """Return what Flask-RESTX says of each path, also of one without a method to document.

    :param api: a flask_restx.Api
    """
    reader = Reader(api, exact=True)
    shown = (
        Method(api, namespace, route, "", url)
        for namespace in api.namespaces
        for route in namespace.resources
        if not is_hidden(route.resource, route.route_doc)
        for url in addresses(api, namespace, route)
    )
    return {method.path: _swagger({}, method, reader) for method in shown}


@contextmanager
def _context(api: Any) -> Iterator[None]:
    """The context of the app of an Api, whose settings and converters count."""
    app = getattr(api.blueprint_setup, "app", api.app)
    if has_app_context() or not isinstance(app, Flask):
        yield
        return
    with app.app_context():
        yield


def _rank(name: str) -> int:
    return METHODS.index(name) if name in METHODS else len(METHODS)


class _Reading:
    """The reading of one Api, once as Flask-RESTX itself does it, and once with all there is."""

    def __init__(self, api: Any) -> None:
        self._api = api
        self._exact, self._full = Reader(api, exact=True), Reader(api)
        self._exact.models = self._full.models
        self._shared = self._full.register_errors()

    def operation(self, method: Method, identifier: str) -> Operation:
        declared, members = method.declaration, self._full.operation(method)
        parameters = [*self._full.shared_parameters(method), *members.get("parameters", ())]
        objects = Objects(_last(parameters), members, self._full.models, self._shared)
        consumes = self._full.value(method, "consumes") or (JSON,)
        produces = self._full.value(method, "produces") or ()
        # Flask-RESTX does not read what a class produces: it is produced beside the others.
        others = () if "produces" in members else self._api.representations
        media_types = tuple(dict.fromkeys((*others, *produces)))
        answers = objects.answers(media_types, is_declared="produces" in members)
        return Operation(
            path=method.path,
            method=method.name,
            id=identifier,
            place=str(method),
            tags=(method.namespace.name,),
            summary=members.get("summary", ""),
            description=members.get("description", ""),
            deprecated=members.get("deprecated", False),
            access=declared.access,
            security=_security(members),
            parameters=(*objects.plain_parameters(), *declared.parameters),
            body=declared.body or objects.body(consumes),
            answers=self._answers(method, objects, answers),
            problems=tuple(dict.fromkeys((*declared.problems, *_more_problems(self._api, method)))),
            extensions={name: members[name] for name in members if name.startswith("x-")},
            swagger=None if declared != NOTHING else self._swagger(method),
        )

    def _swagger(self, method: Method) -> SwaggerOperation:
        return _swagger(self._exact.operation(method), method, self._exact)

    def _answers(
        self, method: Method, objects: Objects, answers: dict[str, Answer]
    ) -> dict[str, Answer]:
        """What a contract says of a status counts; Flask-RESTX adds other statuses, and headers."""
        declared = method.declaration.answers
        if declared is None:
            return answers
        says_more = any(self._full.value(method, name) for name in ("responses", "model"))
        others = {status: each for status, each in answers.items() if each.shared or says_more}
        headers = objects.answer({"headers": self._full.headers(method)}, ()).headers
        return others | {
            status: replace(answer, headers={**headers, **answer.headers})
            for status, answer in declared.items()
        }


def _swagger(members: Json, method: Method, reader: Reader) -> SwaggerOperation:
    return SwaggerOperation(
        members=members,
        parameters=reader.shared_parameters(method),
        models=reader.models,
        mentioned=reader.mentioned,
    )


def _more_problems(api: Any, method: Method) -> tuple[ProblemType, ...]:
    """What an Api of ours answers because of what Flask-RESTX's decorators declare."""
    # Flask-RESTX's Api looks a name that it lacks up in its default namespace.
    of_class = getattr(type(api), "problems_of", None)
    return tuple(of_class(api, method)) if of_class else ()


def _last(parameters: list[Json]) -> list[Json]:
    """The parameters, each once: what a method says of one counts, not what its class says."""
    return list({(each["name"], each["in"]): each for each in parameters}.values())


def _security(members: Json) -> tuple[Mapping[str, tuple[str, ...]], ...] | None:
    if "security" not in members:
        return None
    requirements = [each for each in members["security"] if each is not None]
    return tuple({name: tuple(each[name]) for name in each} for each in requirements)
