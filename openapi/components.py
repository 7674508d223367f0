"""What the operations of one document share: schemas, headers, and the answers of failures."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from flask import current_app

from openapi.about import Options
from openapi.definitions import ROOT
from openapi.headers import HEADERS
from openapi.info import is_ours
from openapi.operation import (
    Access,
    Answer,
    Header,
    MediaType,
    Operation,
    ProblemType,
    SwaggerOperation,
)
from openapi.problem_schemas import problem_schema
from openapi.reading import shared_answers
from openapi.schema_converter import SchemaConverter
from openapi.schemas import Direction, Json, JsonSchema

PROBLEM_JSON = "application/problem+json"


class Components:
    """What the operations of one document refer to, gathered while they are written.

    :param version: the version of OpenAPI, "2.0", "3.0.4" or "3.1.0"
    :param operations: the operations of the document
    :param options: what the document says beside its Api
    """

    def __init__(self, version: str, operations: Sequence[Operation], options: Options) -> None:
        self.options = options
        self.schemas = SchemaConverter(version, operations)
        self.responses: dict[str, Json] = {}
        self.shared: set[str] = set()
        self.headers: dict[str, Header] = {}

    def references_to_failures(
        self, operation: Operation, root: str, write: Callable[[Sequence[ProblemType]], Json]
    ) -> Json:
        """Return a reference to a shared response for each status that is a failure.

        :param operation: the operation
        :param root: where the shared responses are: "#/responses/"
        :param write: writes the response of problems of one status
        """
        references = {}
        for status, problems in self.problems_of(operation).items():
            name = "Or".join(problem.__name__ for problem in problems)
            # An exception with an error handler may have the name of a problem type.
            name = f"{name}Problem" if name in self.shared else name
            if name not in self.responses:
                self.responses[name] = write(problems)
            references[status] = {"$ref": f"{root}{name}"}
        return references

    def problems_of(self, operation: Operation) -> dict[str, list[ProblemType]]:
        """Return the problems that an operation may answer, by status, in order of status.

        :param operation: the operation
        """
        by_status = defaultdict(list)
        for problem in dict.fromkeys((*operation.problems, *self.options.always)):
            by_status[str(problem.status)].append(problem)
        # What a contract or Flask-RESTX says of the content of a status is what is answered.
        described = {status for status, answer in operation.answers.items() if answer.content}
        return {status: by_status[status] for status in sorted(by_status.keys() - described)}

    def answers_of(self, operation: Operation) -> dict[str, Answer]:
        """Return the answers of an operation by status.

        Where every failure is a problem document, a wrong address and `abort` answer one, beside
        the content that Flask-RESTX's decorators and error handlers document for that status.

        :param operation: the operation
        """
        return {
            status: self._with_problem(answer)
            if self.options.always and status[0] in "45"
            else answer
            for status, answer in operation.answers.items()
        }

    def _with_problem(self, answer: Answer) -> Answer:
        problem = MediaType(schema=self.options.problem_schema)
        return replace(answer, content={**answer.content, PROBLEM_JSON: problem})

    def headers_of_answer(self, answer: Answer) -> dict[str, Header]:
        """Return the headers of an answer, those of every answer first."""
        return {**self._always_headers(), **answer.headers}

    def headers_of_problems(self, problems: Iterable[ProblemType]) -> dict[str, Header]:
        """Return the headers that answers of these problems may have."""
        names = sorted({name for problem in problems for name in problem.response_headers})
        return {**self._always_headers(), **{name: HEADERS.get(name, Header()) for name in names}}

    def share(self, api: Any, write: Callable[[Answer], Json], *, exact: bool) -> None:
        """Keep the answers of error handlers, those of a stock Api even if nothing refers to them.

        :param api: a flask_restx.Api
        :param write: writes an answer
        :param exact: whether those that Flask-RESTX does not document are left out
        """
        answers = shared_answers(api, exact=exact)
        self.shared.update(answers)
        for name, answer in answers.items() if not is_ours(api) else ():
            self.responses[name] = write(answer)

    def answer(self, answer: Answer, root: str, write: Callable[[Answer], Json]) -> Json:
        """Return an answer as it is written, or a reference to it where operations share it.

        :param answer: the answer
        :param root: where the shared responses are: "#/responses/"
        :param write: writes an answer
        """
        if not answer.shared:
            return write(answer)
        if answer.shared not in self.responses:
            self.responses[answer.shared] = write(answer)
        return {"$ref": f"{root}{answer.shared}"}

    def add_models(self, api: Any, declared: Iterable[SwaggerOperation | None]) -> None:
        """Add the models that are declared, though no schema refers to them; or all, if asked to.

        :param api: a flask_restx.Api, in the context of its app
        :param declared: what Flask-RESTX says of its operations and paths
        """
        models, names = dict(api.models), []
        if current_app.config.get("RESTX_INCLUDE_ALL_MODELS"):
            names += api.models
        for each in filter(None, declared):
            models |= each.models
            names += each.mentioned
        for name in dict.fromkeys(names):
            reference = {"$ref": ROOT + quote(name, safe="")}
            self.schemas.schema(JsonSchema(reference, models=models))

    def problem_schema(self, problems: Sequence[ProblemType]) -> Json:
        """Return the schema of the problem documents of one response.

        :param problems: the problem types of the response
        """
        return problem_schema(self.schemas, self.options.problem_schema, problems)

    def example_of(self, media: MediaType, direction: Direction) -> Any:
        """Return the example of a body, declared or made from its schema, or MISSING.

        :param media: the body; its schema was converted before
        :param direction: whether it is that of a request or of an answer
        """
        if media.schema is None:
            return media.example
        return self.schemas.example(media.schema, direction, media.example)

    def _always_headers(self) -> dict[str, Header]:
        return {name: HEADERS.get(name, Header()) for name in self.options.always_headers}


def description_of(operation: Operation) -> str:
    """Return the description of an operation, with what it needs."""
    return "\n\n".join(filter(None, [operation.description, _needs(operation.access)]))


def description_of_problems(problems: Sequence[ProblemType]) -> str:
    """Return the problems of one response in a sentence each."""
    if len(problems) == 1:
        return f"{problems[0].title}."
    return " ".join(f"{problem.title}, or" for problem in problems)[:-4] + "."


def documented(operations: Iterable[Operation], methods: tuple[str, ...]) -> Mapping[str, Any]:
    """Return the operations of each path whose method a version of OpenAPI has a place for.

    :param operations: all operations
    :param methods: the methods that the version knows
    """
    paths: defaultdict[str, list[Operation]] = defaultdict(list)
    for operation in operations:
        if operation.method in methods:
            paths[operation.path].append(operation)
    return paths


def shared_parameters(operations: Sequence[Operation]) -> tuple[Any, ...]:
    """Return the path parameters that all operations of one path have in the same words."""
    first, *others = operations
    return tuple(
        parameter
        for parameter in first.parameters
        if parameter.location == "path" and all(parameter in each.parameters for each in others)
    )


def _needs(access: Access | None) -> str:
    if access is None or access.public:
        return ""
    if access.scheme:
        return f"Needs the header `{access.scheme.header}`."
    alternatives = (" and ".join(f"`{word}`" for word in words) for words in access.alternatives)
    granted = " or ".join(alternatives)
    token = f"an access token that grants {granted}" if granted else "an access token"
    claims = "".join(f" Its claim `{each.claim}` is {each.expected}." for each in access.checks)
    return (f"Takes {token}, or none." if access.optional else f"Needs {token}.") + claims
