"""Flask-RESTX's ways to fail, in our app: a problem document that has the developer's own words."""

import logging
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import flask
import flask_restx
import pytest
from flask import Response
from flask.testing import FlaskClient
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import (
    BadRequest,
    Conflict,
    HTTPException,
    RequestedRangeNotSatisfiable,
    TooManyRequests,
    Unauthorized,
)
from werkzeug.test import TestResponse

from api.core.bridge import Namespace, Resource
from api.core.factory import create_app
from api.core.guard import public
from api.core.issuer import EmbeddedIssuer
from api.core.problems import NotFound
from api.core.settings import Settings
from tests.core.demo import application

Fail = Callable[[Callable[[], Any]], TestResponse]

WORDS = "This seat is taken."


@pytest.fixture(params=[False, True], ids=["TESTING off", "TESTING on"])
def fail(issuer: EmbeddedIssuer, request: pytest.FixtureRequest) -> Fail:
    """`fail(function)`: the answer to a GET whose method calls it."""

    def failing(function: Callable[[], Any]) -> TestResponse:
        ns = Namespace("seats", "Seats", path="/seats")

        @ns.route("")
        class Seats(Resource):
            @public
            def get(self) -> Any:
                """Take a seat"""
                return function()

        app = create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)
        app.testing = request.param
        return app.test_client().get("/seats")

    return failing


def raising(error: BaseException) -> Callable[[], Any]:
    def function() -> Any:
        raise error

    return function


class OutOfTea(HTTPException):
    code = 418
    description = WORDS


class Odd(HTTPException):
    code = 499


NS = Namespace("seats", "Seats", path="/seats")

ABORTS: dict[str, tuple[Callable[[], Any], int, dict[str, Any]]] = {
    "restx": (lambda: flask_restx.abort(404, WORDS), 404, {"detail": WORDS}),
    "restx by name": (lambda: flask_restx.abort(404, message=WORDS), 404, {"detail": WORDS}),
    "restx description": (
        lambda: flask_restx.abort(400, description=WORDS, seat=5),
        400,
        {"detail": WORDS, "seat": 5, "type": "about:blank"},
    ),
    "numbers": (
        lambda: flask_restx.abort(409, seat=2**70, price=Decimal("0.5")),
        409,
        {"seat": 2**70, "price": 0.5},
    ),
    "restx data alone": (lambda: flask_restx.abort(409, seat=5), 409, {"seat": 5}),
    "restx message and description": (
        lambda: flask_restx.abort(409, WORDS, description="x"),
        409,
        {"detail": WORDS, "description": "x"},
    ),
    "namespace": (lambda: NS.abort(409, WORDS, seat="12A"), 409, {"detail": WORDS, "seat": "12A"}),
    "a code of their own": (
        lambda: NS.abort(403, WORDS, code="E42"),
        403,
        {"detail": WORDS, "code": "E42"},
    ),
    "a code of their own, and a status by name": (
        lambda: NS.abort(code=403, message=WORDS),
        403,
        {"detail": WORDS},
    ),
    "flask": (lambda: flask.abort(403, WORDS), 403, {"detail": WORDS, "title": "Forbidden"}),
    "flask by name": (lambda: flask.abort(409, description=WORDS), 409, {"detail": WORDS}),
    "flask data": (
        lambda: flask.abort(409, {"message": WORDS, "seat": 5}),
        409,
        {"detail": WORDS, "seat": 5},
    ),
    "flask, a number": (lambda: flask.abort(409, 5), 409, {"detail": "5"}),
    "werkzeug": (raising(Conflict(WORDS)), 409, {"detail": WORDS}),
    "a class of their own": (raising(OutOfTea()), 418, {"detail": WORDS}),
    "no words": (lambda: flask.abort(404), 404, {"type": "/problems#not-found"}),
    "empty words": (lambda: flask.abort(404, ""), 404, {"type": "/problems#not-found"}),
    "internal": (
        lambda: flask.abort(500, WORDS),
        500,
        {"detail": WORDS, "type": "/problems#internal-error"},
    ),
    "unavailable": (lambda: flask.abort(503, WORDS), 503, {"detail": WORDS}),
    "not acceptable": (lambda: flask.abort(406, WORDS), 406, {"detail": WORDS}),
    "not registered": (
        lambda: flask_restx.abort(499, WORDS, seat=5),
        499,
        {"detail": WORDS, "title": "Client error", "seat": 5},
    ),
    "not registered, flask": (lambda: flask.abort(599), 599, {"title": "Server error"}),
    "not registered, a class": (raising(Odd(WORDS)), 499, {"detail": WORDS}),
    "errors of fields": (
        lambda: flask_restx.abort(400, WORDS, errors={"seat": ["Taken."], "row": {"0": "No."}}),
        400,
        {
            "errors": [
                {"pointer": "/seat", "detail": "Taken."},
                {"pointer": "/row/0", "detail": "No."},
            ]
        },
    ),
    "errors, a list": (
        lambda: flask_restx.abort(400, errors=["Taken."]),
        400,
        {"errors": [{"pointer": "", "detail": "Taken."}]},
    ),
    "errors of a problem": (
        lambda: flask_restx.abort(400, errors=[{"parameter": "q", "detail": "No."}]),
        400,
        {"errors": [{"parameter": "q", "detail": "No."}]},
    ),
    "the client's own lone surrogate": (
        lambda: flask_restx.abort(404, "No \ud800."),
        404,
        {"detail": "No ?."},
    ),
}


@pytest.mark.parametrize("case", ABORTS)
def test_the_words_of_a_developer_reach_the_client(fail: Fail, case: str) -> None:
    """`abort`, of whatever package, is a problem with the developer's words and data in it."""
    function, status, members = ABORTS[case]
    response = fail(function)
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    document = response.get_json()
    assert document["status"] == status
    assert members.items() <= document.items()
    assert {"type", "title", "status", "detail", "instance"} <= document.keys()
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"status": "fail"}, "abort gave as status=, which is a member that RFC 9457 defines"),
        ({"instance": "x"}, "abort gave as instance="),
        ({"type": "x"}, "abort gave as type="),
        ({"price": {1, 2}}, "abort gave as price=, which has a value that JSON cannot hold"),
        ({"seat": float("nan")}, "abort gave as seat="),
    ],
)
def test_what_a_problem_cannot_have_is_logged(
    fail: Fail, caplog: pytest.LogCaptureFixture, data: dict[str, Any], said: str
) -> None:
    """Data that a problem cannot have is left out, which the log says; the status stays."""
    with caplog.at_level(logging.WARNING):
        response = fail(lambda: flask_restx.abort(409, WORDS, **data))
    assert (response.status_code, response.get_json()["detail"]) == (409, WORDS)
    assert response.get_json()["status"] == 409
    assert said in caplog.text


@pytest.mark.parametrize(
    ("error", "header", "value"),
    [
        (TooManyRequests(WORDS, retry_after=7), "Retry-After", "7"),
        (RequestedRangeNotSatisfiable(length=9), "Content-Range", "bytes */9"),
        (
            Unauthorized(WORDS, www_authenticate=WWWAuthenticate("hmac")),
            "WWW-Authenticate",
            "Hmac",
        ),
    ],
)
def test_the_headers_of_an_exception_are_sent(
    fail: Fail, error: HTTPException, header: str, value: str
) -> None:
    """The headers of an HTTPException are sent with its problem document."""
    assert fail(raising(error)).headers.get(header) == value


@pytest.mark.parametrize(
    "function",
    [
        lambda: flask.abort(Response("<seat/>", 409, {"X-A": "b"}, mimetype="application/xml")),
        raising(Conflict(response=Response("<seat/>", 409, {"X-A": "b"}, None, "application/xml"))),
        raising(BadRequest(response=Response("<seat/>", 409, {"X-A": "b"}, "application/xml"))),
        raising(HTTPException(response=Response("<seat/>", 409, {"X-A": "b"}, "application/xml"))),
    ],
)
def test_a_response_of_an_exception_is_sent(fail: Fail, function: Callable[[], Any]) -> None:
    """An HTTPException that has a Response is answered by it: body, media type and headers."""
    response = fail(function)
    assert (response.status_code, response.data) == (409, b"<seat/>")
    assert (response.mimetype, response.headers["X-A"]) == ("application/xml", "b")


def test_an_internal_error_of_a_developer_is_logged(
    fail: Fail, caplog: pytest.LogCaptureFixture
) -> None:
    """`abort(500)` is logged with its place, as any defect."""
    fail(lambda: flask.abort(500, WORDS))
    [record] = [record for record in caplog.records if record.exc_info]
    assert record.levelno == logging.ERROR


def test_an_error_handler_may_be_a_coroutine(issuer: EmbeddedIssuer) -> None:
    """An error handler that is `async def` is awaited."""
    ns, app = handled(issuer, Taken())

    async def handle(error: Taken) -> Any:
        return {"message": "x"}, 409

    ns.errorhandler(Taken)(handle)
    assert app.test_client().get("/seats").status_code == 409


class Taken(Exception):
    """A seat is taken."""


class VeryTaken(Taken):
    """A seat is taken by two."""


def handled(issuer: EmbeddedIssuer, error: Exception, *extra: Namespace) -> Any:
    """An app with a namespace `seats`, whose method raises the error, and others."""
    ns = Namespace("seats", "Seats", path="/seats")

    @ns.route("")
    class Seats(Resource):
        @public
        def get(self) -> Any:
            """Take a seat"""
            raise error

    app = create_app(replace(application, namespaces=(*extra, ns)), Settings(), issuer=issuer)
    return ns, app


@pytest.mark.parametrize(
    ("returned", "status", "body"),
    [
        (({"message": "x"}, 409), 409, {"message": "x"}),
        (({"message": "x"}, 409, {"X-A": "b"}), 409, {"message": "x"}),
        ({"message": "x"}, 500, {"message": "x"}),
        ((["x"], 410), 410, ["x"]),
        (Response('{"a": 1}', 409, mimetype="application/json"), 409, {"a": 1}),
    ],
)
def test_an_error_handler_answers_in_its_status(
    issuer: EmbeddedIssuer, returned: Any, status: int, body: Any
) -> None:
    """What `ns.errorhandler` returns is sent as it is, in its status: 500 where it says none."""
    ns, app = handled(issuer, Taken())
    ns.errorhandler(Taken)(lambda error: returned)
    response = app.test_client().get("/seats")
    assert (response.status_code, response.json) == (status, body)


def test_an_error_handler_may_marshal(issuer: EmbeddedIssuer) -> None:
    """The documented form, `@ns.errorhandler` above `@ns.marshal_with(model, code=...)`, works."""
    ns, app = handled(issuer, Taken("12A"))
    model = ns.model("Fault", {"message": flask_restx.fields.String})

    def handle(error: Taken) -> Any:
        """The seat is taken."""
        return {"message": str(error), "secret": 1}, 409

    ns.errorhandler(Taken)(ns.marshal_with(model, code=409)(handle))
    response = app.test_client().get("/seats")
    assert (response.status_code, response.json) == (409, {"message": "12A"})


@pytest.mark.parametrize(
    ("error", "of_ns", "of_api", "of_other", "status"),
    [
        (VeryTaken(), Taken, VeryTaken, None, 452),
        (VeryTaken(), VeryTaken, Taken, None, 451),
        (Taken(), Taken, None, Taken, 451),
        (Taken(), None, Taken, Taken, 452),
        (Taken(), None, None, Taken, 453),
        (Taken(), VeryTaken, None, None, 500),
        (Taken(), Exception, None, None, 451),
        (Conflict(), Exception, None, None, 451),
        (Conflict(), Conflict, Exception, None, 451),
        (NotFound(), Exception, Exception, None, 404),
        (NotFound(), NotFound, None, None, 451),
    ],
)
def test_the_nearest_error_handler_answers(
    issuer: EmbeddedIssuer, error: Exception, of_ns: Any, of_api: Any, of_other: Any, status: int
) -> None:
    """The nearest class counts, then the namespace of the request. A handler of every Exception
    does not answer for a Problem."""
    other = Namespace("other", "Other", path="/other")
    ns, app = handled(issuer, error, other)
    api = app.extensions["api"]
    for place, kind, code in ((other, of_other, 453), (api, of_api, 452), (ns, of_ns, 451)):
        if kind:
            place.errorhandler(kind)(lambda error, code=code: ({"message": "x"}, code))
    assert app.test_client().get("/seats").status_code == status


@pytest.mark.parametrize("of_api", [True, False])
def test_a_default_error_handler_answers_what_nobody_else_does(
    issuer: EmbeddedIssuer, of_api: bool
) -> None:
    """`@errorhandler` without a class answers any exception but an HTTPException."""
    for error, status in ((Taken(), 451), (Conflict(), 409), (NotFound(), 404)):
        ns, app = handled(issuer, error)
        place = app.extensions["api"] if of_api else ns
        place.errorhandler(lambda error: ({"message": "x"}, 451))
        assert app.test_client().get("/seats").status_code == status


def test_an_error_handler_may_fail(
    issuer: EmbeddedIssuer, caplog: pytest.LogCaptureFixture
) -> None:
    """An error handler that raises or returns what cannot be written is a logged 500, or the
    problem that it raises."""
    ns, app = handled(issuer, Taken())
    for returned, status, said in (
        (lambda _: object(), 500, "returned a value of type object"),
        (lambda _: flask.abort(409), 409, ""),
        (raising, 409, ""),
    ):
        function = returned if returned is not raising else lambda _: raising(Conflict())()
        ns.errorhandler(Taken)(function)
        response = app.test_client().get("/seats")
        assert (response.status_code, response.mimetype) == (status, "application/problem+json")
        assert said in str(caplog.records[-1].exc_info) if said else True


def test_a_handled_server_error_is_logged(
    issuer: EmbeddedIssuer, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception that a handler answers 500 is logged; one that it answers 409 is not."""
    ns, app = handled(issuer, Taken())
    for status, logged in ((409, 0), (500, 1)):
        ns.errorhandler(Taken)(lambda error, status=status: ({"message": "x"}, status))
        app.test_client().get("/seats")
        assert len([record for record in caplog.records if record.exc_info]) == logged


def test_other_paths_are_not_handled(issuer: EmbeddedIssuer) -> None:
    """The handlers of an Api do not answer for paths that are not its own."""
    ns, app = handled(issuer, Taken())
    ns.errorhandler(Exception)(lambda error: ({"message": "x"}, 451))
    client: FlaskClient = app.test_client()
    assert client.get("/nowhere").status_code == 404
    assert client.get("/seats").status_code == 451
