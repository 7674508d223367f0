"""The checks of a response against the declared answers: status, media type and headers."""

from collections.abc import Collection, Mapping

from flask import current_app, request
from marshmallow import ValidationError
from marshmallow.fields import Field
from werkzeug.wrappers import Response as AnyResponse

from api.core.problems import PreconditionFailed
from api.core.response.answers import PROBLEM_JSON, REDIRECTS, WITHOUT_CONTENT, Answer
from api.core.serialisation import AnswerError

# A file that is asked for in part or under a condition is answered with these instead of 200.
_OF_FILE = (206, 304, PreconditionFailed.status)


def declared_status(
    status: int,
    media_type: str | None,
    answers: Mapping[int, Answer],
    problems: Collection[int],
) -> int | None:
    """Return the status in the declaration that counts for a response.

    :param status: the status of the response
    :param media_type: its media type
    :param answers: the declared answers, by status
    :param problems: the statuses of the problems of the method
    :returns: None if nothing is to be checked: a problem, or what Flask-RESTX's decorators document
    :raises AnswerError: the status is not declared
    :raises PreconditionFailed: the response of a file says so
    """
    usual = answers.get(200, Answer())
    if status in answers:
        return status
    if (usual.file and status in _OF_FILE) or (usual.etag and status == 304):
        if status == PreconditionFailed.status:
            raise PreconditionFailed
        return 200
    is_problem = status in problems and media_type == PROBLEM_JSON
    if is_problem or status in documented():
        return None
    raise AnswerError(f"the status {status}, which it does not declare: {_remedy(status)}")


def _remedy(status: int) -> str:
    if status >= 400:
        return "raise a Problem that problems= names, or call abort"
    if status in (206, 304):
        return "declare etag=True or file=True of its 200, in answers= of @ns.operation"
    return "name it in answers= of @ns.operation"


def check(response: AnyResponse, answer: Answer, *, is_own: bool) -> None:
    """Check a response against its answer.

    :param response: the response
    :param answer: the answer
    :param is_own: whether the method has made the response itself
    :raises AnswerError: the response is not as declared
    """
    if is_own and response.status_code not in WITHOUT_CONTENT:
        _check_content(response, answer)
    if answer.location and "Location" not in response.headers:
        raise AnswerError(f"no Location header, which its {response.status_code} declares")
    for name, field in answer.headers.items():
        if isinstance(field, Field):
            _check_header(response.headers.get(name), name, field)


def _check_content(response: AnyResponse, answer: Answer) -> None:
    kind = response.mimetype or "no media type"
    if response.direct_passthrough and not answer.file:
        raise AnswerError(
            "a file, which clients may ask for in part or under a condition: declare it, "
            f'Answer(media_types="{kind}", file=True)'
        )
    if not answer.types:
        if not _is_empty(response) and response.status_code not in REDIRECTS:
            raise AnswerError(
                f"a Response with content of {kind}, but declares none for the status "
                f"{response.status_code}: name its media type in media_types= of an Answer"
            )
    elif response.mimetype not in answer.types:
        raise AnswerError(
            f"a Response of {kind}, which it does not declare: name it in media_types= of its "
            f"Answer, or make the Response with mimetype={answer.types[0]!r}"
        )


def _is_empty(response: AnyResponse) -> bool:
    return response.is_sequence and not any(response.response)


def _check_header(value: str | None, name: str, field: Field) -> None:  # type: ignore[type-arg]
    if value is None:
        if field.required:
            raise AnswerError(f"no header {name}, which it declares as required")
        return
    try:
        field.deserialize(value)
    except ValidationError as error:
        raise AnswerError(
            f"a header {name} that is not as declared ({'; '.join(map(str, error.messages))})"
        ) from error


def documented() -> dict[int, bool]:
    """Return the statuses that `@ns.response` and the like document for the current method, and
    whether each has a model."""
    view = current_app.view_functions[request.endpoint or ""]
    resource = getattr(view, "view_class", None)
    of_class = getattr(resource, "__apidoc__", None) or {}
    method = getattr(resource, request.method.lower(), None) or getattr(resource, "get", None)
    docs = (of_class, of_class.get(request.method.lower()), getattr(method, "__apidoc__", None))
    return {
        int(status): isinstance(said, tuple) and said[1] is not None
        for doc in docs
        for status, said in ((doc or {}).get("responses") or {}).items()
        if str(status).isdigit()
    }
