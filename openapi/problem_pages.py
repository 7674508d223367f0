"""The page at /problems: what each problem type means, and what to do about it."""

from collections.abc import Iterable
from inspect import cleandoc

from flask import Blueprint, Response

from openapi.operation import Operation, ProblemType
from openapi.page import html
from openapi.problem_schemas import own_members


def problem_types(
    operations: Iterable[Operation], others: Iterable[ProblemType] = ()
) -> tuple[ProblemType, ...]:
    """Return every problem type that an app can answer, by status and name.

    :param operations: the operations of the app
    :param others: what it can answer beside them: on any path, or on a page
    """
    of_operations = (problem for operation in operations for problem in operation.problems)
    named = {type_of(problem) for problem in (*of_operations, *others)}
    return tuple(sorted(named, key=lambda kind: (kind.status, kind.name)))


def type_of(problem: ProblemType) -> ProblemType:
    """Return the class that names the problem type: the class itself, or one that it derives from.

    :param problem: a problem class
    """
    return next(kind for kind in problem.__mro__ if "name" in vars(kind))


def problem_pages(title: str, problems: Iterable[ProblemType]) -> Blueprint:
    """Return the blueprint of /problems.

    :param title: the name of the API
    :param problems: the problem types, in the order of the page
    """
    blueprint = Blueprint("problems", __name__)
    entries = [
        {
            "name": problem.name,
            "status": problem.status,
            "title": problem.title,
            "paragraph": _paragraph(problem),
            "members": {
                name: str(field.metadata.get("description", ""))
                for name, field in own_members(problem).items()
            },
        }
        for problem in problems
    ]

    @blueprint.get("/problems")
    def page() -> Response:
        return html("problem_pages.html", title=title, entries=entries)

    return blueprint


def _paragraph(problem: ProblemType) -> str:
    text = cleandoc(problem.__doc__ or problem.detail)
    return " ".join(text.replace("`", "").split())
