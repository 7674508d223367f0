"""Logs and request ids: what they contain, and which secrets they must not contain."""

import io
import json
import logging
import logging.config
import re
import sys
from collections.abc import Callable
from typing import Any, NoReturn
from urllib.parse import unquote
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.core.guard import public
from api.core.observability import MaskingHandler, RequestIdFilter, logging_config, request_id

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
SECRETS = ["QUERY-SECRET", "FORM-SECRET", "HEADER-SECRET"]


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Each test sees all that anybody logs."""
    caplog.set_level(logging.DEBUG)


@pytest.fixture
def app(app: Flask) -> Flask:
    """The app, and an address that fails."""

    @public
    def fail() -> NoReturn:
        raise RuntimeError("a defect")

    app.add_url_rule("/defect", "defect", fail)
    return app


def formatter(form: str) -> logging.Formatter:
    """The formatter of the lines in that form."""
    configurator = logging.config.DictConfigurator(logging_config("info", form))
    return configurator.configure_formatter(configurator.config["formatters"]["lines"])


def access_lines(caplog: pytest.LogCaptureFixture, form: str) -> list[str]:
    """The access log in that form."""
    records = [record for record in caplog.records if record.name == "api.access"]
    return [formatter(form).format(record) for record in records]


ANSWERS = [
    ("GET", "/api/public", {}, 200),
    ("HEAD", "/api/public", {}, 200),
    ("GET", "/", {}, 302),
    ("GET", "/docs", {}, 200),
    ("GET", "/openapi.json", {}, 200),
    ("GET", "/issuer/.well-known/jwks.json", {}, 200),
    ("GET", "/api/private", {"Authorization": "Bearer"}, 400),
    ("GET", "/api/private", {}, 401),
    ("GET", "/api/nothing", {}, 404),
    ("GET", "//api/public", {}, 404),
    ("DELETE", "/api/public", {}, 405),
    ("GET", "/defect", {}, 500),
]


def ask(client: FlaskClient, method: str, path: str, headers: dict[str, str]) -> TestResponse:
    # As a path in the environment: in an address, `//api` would be a host.
    overrides = {"PATH_INFO": path}
    return client.open("/", method=method, headers=headers, environ_overrides=overrides)


@pytest.mark.parametrize(("method", "path", "headers", "status"), ANSWERS)
def test_request_id(
    client: FlaskClient, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    """Every answer has one X-Request-Id, a UUIDv7 by default, which a problem's `instance` has."""
    response = ask(client, method, path, headers)
    assert response.status_code == status
    [request_id] = response.headers.getlist("X-Request-Id")
    assert UUID7.fullmatch(request_id)
    if status >= 400:
        assert response.get_json()["instance"] == f"urn:uuid:{request_id}"


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        *(({"X-Request-Id": name}, name) for name in ("mine", "!~", "a" * 128, "a,b/c?d=%20<e>")),
        ({"X-Request-Id": str(UUID(int=7))}, str(UUID(int=7))),
        ({"traceparent": f"00-{TRACE}-{PARENT}-01"}, TRACE),
        ({"traceparent": f"cc-{TRACE}-{PARENT}-00"}, TRACE),
        ({"traceparent": f"cc-{TRACE}-{PARENT}-00-what comes later"}, TRACE),
        ({"X-Request-Id": "mine", "traceparent": f"00-{TRACE}-{PARENT}-01"}, "mine"),
        ({"X-Request-Id": "not mine", "traceparent": f"00-{TRACE}-{PARENT}-01"}, TRACE),
    ],
)
def test_id_of_the_request(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, headers: dict[str, str], taken: str
) -> None:
    """A valid X-Request-Id, or else the trace-id of a valid traceparent, is the request's id in the
    answer, the log and the problem, whose `instance` is a URI."""
    response = client.get("/api/nothing", headers=headers)
    assert response.headers.getlist("X-Request-Id") == [taken]
    [line] = access_lines(caplog, "json")
    assert json.loads(line)["request_id"] == taken
    instance = response.get_json()["instance"]
    assert unquote(instance.rpartition(":")[2]) == taken
    assert re.fullmatch(r"urn:(uuid|request-id):([A-Za-z0-9._~:@$!*,;=-]|%[0-9A-F]{2})+", instance)


@pytest.mark.parametrize(
    "headers",
    [
        *({"X-Request-Id": name} for name in ("", " ", "a b", "a" * 129, "é", "a\tb", "\x7f")),
        *(
            {"traceparent": value}
            for value in (
                f"ff-{TRACE}-{PARENT}-01",
                f"00-{TRACE}-{PARENT}-01-",
                f"00-{TRACE}-{PARENT}-01-later",
                f"cc-{TRACE}-{PARENT}-01later",
                f"00-{TRACE}-{PARENT}-1",
                f"00-{TRACE}-{PARENT}",
                f"00-{TRACE[1:]}-{PARENT}-01",
                f"00-{TRACE.upper()}-{PARENT}-01",
                f"00-{'0' * 32}-{PARENT}-01",
                f"00-{TRACE}-{'0' * 16}-01",
                f"00-{TRACE}-{PARENT}-01,00-{TRACE}-{PARENT}-01",
            )
        ),
    ],
)
def test_bad_id_of_the_request(client: FlaskClient, headers: dict[str, str]) -> None:
    """An id that is not valid is replaced by a new one, and nothing of it is in the answer."""
    response = client.get("/api/nothing", headers=headers)
    assert UUID7.fullmatch(response.headers["X-Request-Id"])
    told = f"{response.headers}{response.text}"
    assert not any(value.strip() and value in told for value in headers.values())


@pytest.mark.parametrize(("method", "path", "headers", "status"), ANSWERS)
def test_json_line(
    client: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    headers: dict[str, str],
    status: int,
) -> None:
    """Each request is logged as one line of JSON with its method, path, status and duration."""
    response = ask(client, method, path, headers)
    [line] = access_lines(caplog, "json")
    assert "\n" not in line
    found = json.loads(line)
    # Which check refused it, test_refusal below tells.
    found.pop("refusal", None)
    assert found.pop("duration_ms") >= 0
    assert found.pop("time")
    assert re.match(rf"{method} {path} {status} \d+\.\d ms", found.pop("message"))
    assert found == {
        "level": "INFO",
        "logger": "api.access",
        "method": method,
        "path": path,
        "status": status,
        "request_id": response.headers["X-Request-Id"],
    }


def test_console_line(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    """The console format is a short line that ends with the id of the request."""
    number = client.get("/api/public").headers["X-Request-Id"]
    [line] = access_lines(caplog, "console")
    told = rf"\d\d:\d\d:\d\d INFO    GET /api/public 200 \d+\.\d ms  {number}"
    assert re.fullmatch(told, line)


def test_every_line_of_a_request_has_its_id(client: FlaskClient) -> None:
    """A line that is logged during a request has its id; outside a request it has a dash."""
    record = logging.LogRecord("api", logging.ERROR, "", 0, "lost", None, None)
    with client.application.test_request_context():
        RequestIdFilter().filter(record)
        assert vars(record)["request_id"] == request_id()
    outside = logging.LogRecord("api", logging.INFO, "", 0, "up", None, None)
    RequestIdFilter().filter(outside)
    assert vars(outside)["request_id"] == "-"


def test_defect_is_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    """An unexpected exception is logged with its traceback, in one JSON object."""
    client.get("/defect")
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    line = formatter("json").format(record)
    assert "\n" not in line
    assert "RuntimeError: a defect" in json.loads(line)["exc_info"]


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize(
    "path",
    ["/api/\x1b[2J", "/a\nb", "/a\r\nb", "/a\x00b", "/a\u2028b", "/a\u202eb", '/"}', "/\xff\x80"],
    ids=ascii,
)
def test_control_characters(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, form: str, path: str
) -> None:
    """The log line is one line of printable ASCII, whatever characters the path contains."""
    ask(client, "GET", path.encode().decode("latin-1"), {})
    [line] = access_lines(caplog, form)
    assert line.isascii()
    assert line.isprintable()


def test_control_characters_in_method(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The log line is printable even if the method contains control characters."""
    client.open("/api/public", method="GET\x1b[2J\n")
    [line] = access_lines(caplog, "console")
    assert line.isprintable()


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, path, *_ in ANSWERS if "//" not in path]
)
def test_no_secrets(
    client: FlaskClient,
    bearer: Callable[..., FlaskClient],
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
) -> None:
    """No log line contains a query string, a form, an Authorization value or a token."""
    token = bearer("read:messages").environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    secrets = [*SECRETS, token, token.rpartition(".")[2]]
    values = [f"Bearer {token}", f"Bearer {token[:-4]}AAAA", *SECRETS, "Basic HEADER-SECRET"]
    for value in [*values, f"Bearer {SECRETS[2]}"]:
        client.open(
            f"{path}?access_token={SECRETS[0]}",
            method=method,
            headers={"Authorization": value},
            data={"access_token": SECRETS[1]},
        )
    logged = "\n".join(formatter("json").format(record) for record in caplog.records)
    assert "/api/public" in logged or path in logged
    assert not [secret for secret in secrets if secret in logged]


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize(
    ("path", "claims", "refusal"),
    [
        ("/api/private", {"exp": 1}, "invalid_token:exp"),
        ("/api/private", {"aud": "https://other.example/"}, "invalid_token:aud"),
        ("/api/private", {"cnf": {"x5t#S256": "abc"}}, "invalid_token:cnf"),
        ("/api/private-scoped", {}, "insufficient_scope"),
        ("/api/private", {}, None),
    ],
)
def test_refusal(
    bearer: Callable[..., FlaskClient],
    caplog: pytest.LogCaptureFixture,
    path: str,
    claims: dict[str, Any],
    refusal: str | None,
    form: str,
) -> None:
    """The log line of a refused request names the check that refused it; other lines name none."""
    bearer("x", **claims).get(path)
    [line] = access_lines(caplog, form)
    assert refusal is None or refusal in line
    assert form == "console" or json.loads(line).get("refusal") == refusal


def test_refusal_without_a_token(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    """A missing token and a malformed Authorization header are logged as different refusals."""
    client.get("/api/private")
    client.get("/api/private", headers={"Authorization": "Bearer"})
    found = [json.loads(line).get("refusal") for line in access_lines(caplog, "json")]
    assert found == ["authorization-missing", "invalid_request"]


JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize(
    ("path", "logged"),
    [
        (f"/api/private/{JWT}", "/api/private/***"),
        (f"/{JWT}/messages", "/***/messages"),
        (f"/{JWT}.{JWT}", "/***"),
        (f"/a,{JWT}", "/a%2C***"),
        ("/eyJhbGciOiJSUzI1NiJ9..c2ln", "/***"),
        ("/api/private/Bearer opaque/x", "/api/private/Bearer%20***/x"),
        ("/api/private/bearer+opaque", "/api/private/bearer%2B***"),
        ("/api/DPoP opaque", "/api/DPoP%20***"),
        ("/api/private;access_token=opaque", "/api/private%3Baccess_token%3D***"),
        ("/docs/oauth2-redirect.html", "/docs/oauth2-redirect.html"),
        ("/api/users/key.with.dots", "/api/users/key.with.dots"),
        (f"/api/{JWT.replace('.', '%2E')}/x", "/api/***/x"),
        ("/api/Basic b3BhcXVl", "/api/Basic%20***"),
        ("/api/Basic%20b3BhcXVl", "/api/Basic%20***"),
        ("/api/refresh_token:opaque/x", "/api/refresh_token%3A***/x"),
    ],
)
def test_token_in_a_path(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, path: str, logged: str, form: str
) -> None:
    """A token in a path is masked in the log line, and the rest of the path is kept."""
    ask(client, "GET", path, {})
    [line] = access_lines(caplog, form)
    assert f"GET {logged} " in line
    assert "opaque" not in line
    assert "eyJ" not in line


def test_token_in_any_line() -> None:
    """A token in the message or the traceback of any logger is masked."""
    lines = io.StringIO()
    handler = MaskingHandler(lines)
    handler.setFormatter(formatter("json"))
    try:
        raise ValueError(JWT)
    except ValueError:
        record = logging.LogRecord("x", 40, "", 0, "sent %s", (JWT,), sys.exc_info())
    RequestIdFilter().filter(record)
    handler.emit(record)
    assert "ValueError" in json.loads(lines.getvalue())["exc_info"]
    assert "eyJ" not in lines.getvalue()


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_level(level: str) -> None:
    """The level in the settings applies to every logger except the HTTP server's own."""
    config = logging_config(level, "json")
    assert config["root"]["level"] == level.upper()
    # Its access lines have the query string in them.
    assert config["loggers"]["werkzeug"]["level"] == "ERROR"
