"""The command `serve`, as it runs in production."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from werkzeug.test import Client

from api.core import settings
from api.core.factory import create_app
from tests.core import demo
from tests.core.support.cli import Runner
from tests.core.support.commands import complaint, get, printed_by, until
from tests.core.support.databases import Sqlite
from tests.core.support.server import SECONDS, Server, free_port
from tests.core.support.tenant import AUDIENCE, Tenant, sign

TENANT = {"AUTH0_DOMAIN": "tenant.example", "AUTH0_AUDIENCE": AUDIENCE}
DISCOVERY = "/issuer/.well-known/openid-configuration"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve")


@pytest.fixture(scope="module")
def served(directory: Path, tenant: Tenant, sqlite: Sqlite) -> Iterator[Server]:
    """A server with two workers, a database, and a tenant that issues the tokens."""
    environment = tenant.environment | {"DATABASE_URL": sqlite.make()}
    with Server(directory, "serve", "--workers", "2", **environment) as server:
        yield server


def lines(server: Server) -> list[dict[str, Any]]:
    """The lines of the log, each of which is a JSON object."""
    return [json.loads(line) for line in server.log.splitlines()]


def test_tenants_token(served: Server, tenant: Tenant) -> None:
    """Every worker accepts the tenant's tokens."""
    statuses = {get(f"{served.url}/api/private", tenant.token()).status for _ in range(10)}
    assert statuses == {200}


def test_forged_token(served: Server, tenant: Tenant) -> None:
    """A token that is signed with another key is refused with 401 by every worker."""
    forger = RSAKey.generate_key(2048)
    token = sign(tenant.header(), tenant.claims(), forger)
    answers = [get(f"{served.url}/api/private", token) for _ in range(10)]
    assert {answer.status for answer in answers} == {401}
    assert "signature: " in answers[0].json["detail"]


def test_scope(served: Server, tenant: Tenant) -> None:
    """A token without the scope that an operation needs is refused with 403."""
    assert get(f"{served.url}/api/private-scoped", tenant.token(scope="x")).status == 403


def test_log(served: Server, tenant: Tenant) -> None:
    """The log has one line of JSON per request, without the query string or a token."""
    token = tenant.token()
    answer = get(f"{served.url}/api/public?access_token={token}", token)
    found = {line.get("request_id"): line for line in lines(served)}
    line = found[answer.headers["X-Request-Id"]]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/public", 200)
    assert token.partition(".")[0] not in served.log
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in found.values())


def test_embedded_issuer(served: Server, directory: Path) -> None:
    """`serve` has no embedded issuer and writes no file for one."""
    assert get(served.url + DISCOVERY).status == 404
    assert not (directory / "instance" / "issuer").exists()


def test_issuer_down(tmp_path: Path, tenant: Tenant, database_url: str) -> None:
    """When the issuer is down, `serve` starts, public endpoints answer, and private ones answer
    503."""
    environment: dict[str, Any] = TENANT | {
        "AUTH0_DOMAIN": "localhost:1",
        "DATABASE_URL": database_url,
    }
    with Server(tmp_path, "serve", "--workers", "1", **environment) as server:
        answer = get(f"{server.url}/api/private", tenant.token(iss="https://localhost:1/"))
        assert answer.status == 503
        assert 1 <= int(answer.headers["Retry-After"]) <= 5
        assert "WWW-Authenticate" not in answer.headers
        assert get(f"{server.url}/api/public").status == 200
        assert "could not be fetched" in server.log
        assert len(lines(server)) > 1


def test_end(tmp_path: Path, database_url: str) -> None:
    """SIGTERM stops `serve` without killing a worker. HOST comes from the environment, PORT from
    .env."""
    port = free_port()
    (tmp_path / ".env").write_text(f"PORT={port}\nHOST=192.0.2.1\n")
    environment: dict[str, Any] = TENANT | {"HOST": "127.0.0.1", "DATABASE_URL": database_url}
    with Server(tmp_path, "serve", "--workers", "2", port=port, **environment) as server:
        until(lambda: server.started == 2)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(SECONDS) == 0
        assert not {line["level"] for line in lines(server)} & {"ERROR", "CRITICAL"}
        assert "Killing" not in server.log


def test_without_a_tenant(runner: Runner) -> None:
    """Without a tenant, `serve` refuses to start and names both settings in one line."""
    result = runner("serve")
    assert result.code == 2
    assert complaint(result).startswith("AUTH0_DOMAIN and AUTH0_AUDIENCE: Not set.")


@pytest.mark.parametrize("given", TENANT)
def test_with_half_a_tenant(runner: Runner, given: str) -> None:
    """With only one of the two settings of a tenant, `serve` refuses to start and names both."""
    result = runner("serve", **{given: TENANT[given]})
    assert result.code == 2
    assert all(name in complaint(result) for name in TENANT)


def test_port_in_use(runner: Runner, busy_port: int) -> None:
    """A port in use is reported in one line."""
    result = runner("serve", "--port", str(busy_port), **TENANT)
    assert result.code == 1
    said = complaint(result)
    assert said.startswith(f"Cannot listen on 127.0.0.1:{busy_port}: Address already in use.")


ATTEMPTS: list[dict[str, str]] = [
    {},
    {"AUTH0_DOMAIN": "localhost:3010", "AUTH0_AUDIENCE": "https://api.localhost/"},
    {"AUTH0_DOMAIN": "127.0.0.1:3010,tenant.example"},
    {"AUTH0_SPA_CLIENT_ID": "embedded-spa"},
    {"FLASK_ENV": "development", "FLASK_DEBUG": "1", "DEBUG": "1", "TESTING": "1"},
    {"ISSUER": "embedded", "EMBEDDED_ISSUER": "1", "AUTH0_EMBEDDED": "true"},
    {"HOST": "127.0.0.1", "PORT": "3010", "LOG_LEVEL": "debug", "LOG_FORMAT": "console"},
    {"WERKZEUG_RUN_MAIN": "true"},
]


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: "+".join(attempt) or "none")
def test_no_issuer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attempt: dict[str, str]
) -> None:
    """`serve` has no embedded issuer, whatever the settings are and whatever files an earlier run
    left."""
    (tmp_path / "instance" / "issuer").mkdir(parents=True)
    (tmp_path / "instance" / "issuer" / "url").write_text("http://127.0.0.1:3010/issuer/")
    monkeypatch.chdir(tmp_path)
    for name, value in (TENANT | attempt).items():
        monkeypatch.setenv(name, value)
    client = Client(create_app(demo.application, settings.load()))
    for path in (DISCOVERY, "/issuer/.well-known/jwks.json", "/issuer/authorize"):
        assert client.get(path).status_code == 404
    assert client.post("/issuer/oauth/token").status_code == 404
    assert client.get("/api/public").status_code == 200


def test_never_imports_the_issuer(tmp_path: Path) -> None:
    """The workers never import the embedded issuer."""
    code = (
        "import sys; from api.core import settings; from api.core.server.worker import load; "
        "load('tests.core.demo:application', settings.load()); "
        "print([name for name in sys.modules"
        " if name.startswith(('api.core.issuer', 'api.core.cli.main'))])"
    )
    assert printed_by(code, tmp_path, **TENANT) == "[]\n"
