"""The page at /problems: what each problem type means, and what to do about it."""

from inspect import cleandoc
from typing import Any

from flask import Blueprint, Response

from openapi.page import html


def explanations(title: str, problems: tuple[Any, ...]) -> Blueprint:
    """The blueprint of /problems. problems: classes with name, status, title, and a docstring."""
    blueprint = Blueprint("problems", __name__)
    entries = [
        {
            "name": problem.name,
            "status": problem.status,
            "title": problem.title,
            "paragraph": " ".join(
                cleandoc(problem.__doc__ or problem.detail).replace("`", "").split()
            ),
        }
        for problem in problems
    ]

    @blueprint.get("/problems")
    def explained() -> Response:
        return html("explanations.html", title=title, entries=entries)

    return blueprint
