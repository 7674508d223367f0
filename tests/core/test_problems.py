"""Every failure of every path is one problem document (RFC 9457)."""

import json
from collections.abc import Callable
from typing import Any, NoReturn
from uuid import UUID

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from marshmallow import Schema, ValidationError, fields
from werkzeug.exceptions import ImATeapot

from api.core import problems
from api.core.guard import problems as guard_problems
from api.core.guard.problems import AuthorizationProblem
from api.core.problems import NotFound, Problem, ValidationFailed

SECRET = "hunter2 /srv/secret.py SELECT"


def _raise(error: Exception) -> NoReturn:
    raise error


@pytest.fixture(params=[False, True], ids=["TESTING off", "TESTING on"])
def failing(request: pytest.FixtureRequest) -> FlaskClient:
    """A client of an app whose paths fail, each in its own way."""
    app = Flask(__name__)
    app.testing = request.param
    problems.init_app(app)
    views: dict[str, Callable[[], Any]] = {
        "/crash": lambda: _raise(RuntimeError(SECRET)),
        "/problem": lambda: _raise(NotFound("No message has this id.")),
        "/abort": lambda: abort(403),
        "/teapot": lambda: _raise(ImATeapot()),
        "/invalid": lambda: _raise(
            ValidationError({"password": ["Too short."]}, data={"": SECRET})
        ),
        "/unserialisable": lambda: object(),
        "/key": lambda: dict[str, str]()["missing"],
    }
    for path, view in views.items():
        app.add_url_rule(path, path, view)
    return app.test_client()


CASES = [
    ("/crash", 500, "/problems#internal-error"),
    ("/problem", 404, "/problems#not-found"),
    ("/abort", 403, "about:blank"),
    ("/teapot", 418, "about:blank"),
    ("/invalid", 500, "/problems#internal-error"),
    ("/unserialisable", 500, "/problems#internal-error"),
    ("/key", 500, "/problems#internal-error"),
    ("/nowhere", 404, "/problems#not-found"),
]


@pytest.mark.parametrize(("path", "status", "kind"), CASES)
def test_a_failure_is_a_problem_document(
    failing: FlaskClient, path: str, status: int, kind: str
) -> None:
    """Every failure is a problem document with type, status and instance, whoever raised it."""
    response = failing.get(path)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    found = json.loads(response.data)
    assert (found["type"], found["status"]) == (kind, status)
    assert found["title"]
    assert found["detail"]
    assert UUID(found["instance"].removeprefix("urn:uuid:")).version == 7


@pytest.mark.parametrize("path", [path for path, _, _ in CASES])
def test_a_failure_tells_nothing_of_the_inside(failing: FlaskClient, path: str) -> None:
    """A failure's answer contains no exception text, no data of the client and no internal name."""
    response = failing.get(path)
    told = response.get_data(as_text=True) + str(response.headers)
    assert not any(word in told for word in (*SECRET.split(), "Traceback", "missing"))


def test_a_crash_is_logged_with_its_traceback(
    failing: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected exception is logged with its traceback for the operator."""
    failing.get("/crash")
    [record] = [record for record in caplog.records if record.exc_info]
    assert record.exc_info is not None
    assert SECRET in str(record.exc_info[1])


def test_a_wrong_method_lists_the_right_ones(failing: FlaskClient) -> None:
    """A 405 answer lists the allowed methods in the Allow header."""
    response = failing.post("/problem")
    assert response.status_code == 405
    assert set(response.allow) == {"GET", "HEAD", "OPTIONS"}


def test_a_head_request_has_no_body(failing: FlaskClient) -> None:
    """A failed HEAD request has the status of GET and no body."""
    response = failing.head("/nowhere")
    assert (response.status_code, response.data) == (404, b"")


class _Address(Schema):
    street = fields.Str(required=True)


class _Person(Schema):
    name = fields.Str(required=True)
    addresses = fields.List(fields.Nested(_Address))
    numbers = fields.Dict(fields.Str(), fields.Int())


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/name"}),
        ({"name": 1}, {"/name"}),
        ({"name": "a", "addresses": [{"street": "b"}, {}]}, {"/addresses/1/street"}),
        ({"name": "a", "x/y~z": 1}, {"/x~1y~0z"}),
        ({"name": "a", "numbers": {"one": "x"}}, {"/numbers/one/value"}),
        ([], {""}),
        ({"name": "a", "\ud800": 1}, {"/?"}),
    ],
    ids=["missing", "type", "nested", "escaped", "dict", "whole", "lone surrogate"],
)
def test_errors_point_at_the_values(body: Any, pointers: set[str]) -> None:
    """Each error has a JSON Pointer (RFC 6901) to its value, and the list is always valid JSON."""
    with pytest.raises(ValidationError) as raised:
        _Person().load(body)
    found = problems.validation_errors(raised.value.messages)
    assert {error["pointer"] for error in found} == pointers
    assert all(error["detail"] for error in found)
    json.dumps(found).encode()


def test_errors_of_a_query_name_the_parameter() -> None:
    """An error in a query names the parameter as it is written in the query string."""
    [error] = problems.validation_errors({"limit": ["Not a valid integer."]}, "parameter")
    assert error == {"parameter": "limit", "detail": "Not a valid integer."}


OURS = [
    kind
    for module in (problems, guard_problems)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Problem) and "name" in vars(kind)
    if kind.__module__ == module.__name__
]


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.name)
def test_each_problem_type_is_explained(kind: type[Problem]) -> None:
    """Every problem type has a title of its own and a docstring."""
    assert kind.__doc__
    assert kind().members()["type"] == f"/problems#{kind.name}"
    assert len({each.title for each in OURS}) == len(OURS)


def test_the_tree_is_drawn_as_it_is() -> None:
    """The tree in the docstring of api.core.problems lists each type with its status and name."""
    drawn = problems.__doc__ or ""
    for kind in OURS:
        [line] = [line for line in drawn.splitlines() if f" {kind.__name__} " in f"{line} "]
        assert line.split()[-2:] == [str(kind.status), kind.name]


def test_a_raise_adds_only_what_is_new() -> None:
    """The detail, errors and headers of one instance do not change its class."""
    problem = ValidationFailed("Two faults.", errors=[], headers={"X": "y"})
    assert problem.members()["detail"] == "Two faults."
    assert problem.members()["errors"] == []
    assert ValidationFailed().members().get("errors") is None
    assert ValidationFailed.detail != "Two faults."


@pytest.mark.parametrize(
    ("text", "quotable"),
    [('say "no"', "say 'no'"), ("back\\slash", "back/slash"), ("né\r\n\x00", "n????")],
)
def test_a_description_keeps_to_the_characters_of_rfc_6750(text: str, quotable: str) -> None:
    """error_description contains only characters that RFC 6750 allows."""

    class Sample(AuthorizationProblem):
        """A sample."""

        name, status, title, detail, error = "sample", 400, "Sample", text, "invalid_request"

    assert Sample().members()["error_description"] == quotable
