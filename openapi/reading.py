"""The operations of an Api, read off what our decorators and Flask-RESTX's declare."""

from collections.abc import Mapping
from typing import Any

from openapi.methods import Method, methods
from openapi.operation import METHODS, Answer, Operation, ProblemType
from openapi.operation_ids import key, unique_ids
from openapi.restx import Documentation


def operations(api: Any) -> tuple[Operation, ...]:
    """Return the operations of an Api, by path, and at each path in the order of METHODS.

    Hidden ones are left out. Where two Resources have one path, the first of them is documented,
    as it is the first that Flask asks.

    :param api: a flask_restx.Api, a stock one or ours
    """
    documented: dict[tuple[str, int, str], Method] = {}
    for method in methods(api):
        if method.is_documented:
            documented.setdefault((method.path, _rank(method.name), method.name), method)
    ids = unique_ids(api, documented.values())
    return tuple(
        _operation(api, method, ids[key(method)]) for _, method in sorted(documented.items())
    )


def _rank(name: str) -> int:
    return METHODS.index(name) if name in METHODS else len(METHODS)


def _operation(api: Any, method: Method, identifier: str) -> Operation:
    documentation, declared = Documentation(method, api.models), method.declaration
    return Operation(
        path=method.path,
        method=method.name,
        id=identifier,
        place=str(method),
        tags=(method.namespace.name,),
        summary=documentation.summary(),
        description=documentation.description(),
        deprecated=bool(documentation.value("deprecated")),
        access=declared.access,
        security=documentation.security(),
        parameters=(*documentation.parameters(), *declared.parameters),
        body=declared.body or documentation.body(),
        answers=_answers(documentation.answers(), declared.answers),
        problems=tuple(dict.fromkeys((*declared.problems, *_more_problems(api, method)))),
        extensions=documentation.extensions(),
    )


def _more_problems(api: Any, method: Method) -> tuple[ProblemType, ...]:
    """What an Api of ours answers because of what Flask-RESTX's decorators declare."""
    # Flask-RESTX's Api looks a name that it lacks up in its default namespace.
    of_class = getattr(type(api), "problems_of", None)
    return tuple(of_class(api, method)) if of_class else ()


def _answers(
    documented: Mapping[str, Answer], declared: Mapping[str, Answer] | None
) -> Mapping[str, Answer]:
    """What a contract says of a status counts; Flask-RESTX's decorators add other statuses."""
    if declared is None:
        return documented or {"200": Answer()}
    more = {status: answer for status, answer in documented.items() if status not in declared}
    return {**declared, **more}
