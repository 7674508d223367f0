"""The command `run`, as a developer uses it."""

import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from api.core.bridge import api_of
from api.core.cli.openapi import example_app
from openapi import operations
from openapi.operation import PUBLIC
from tests.core.demo import application
from tests.core.support.cli import Runner
from tests.core.support.commands import complaint, get, until
from tests.core.support.server import ROOT, Server, free_port, mint
from tests.core.support.tenant import Tenant

DISCOVERY = "/issuer/.well-known/openid-configuration"
TOKEN = re.compile(r"^[\w-]+\.[\w-]+\.[\w-]+$", re.MULTILINE)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def running(directory: Path) -> Iterator[Server]:
    """A first run, without any setting."""
    with Server(directory, "run", "--no-reload") as server:
        yield server


@pytest.fixture(scope="module")
def token(running: Server) -> str:
    """The only token that `run` has printed."""
    [found] = TOKEN.findall(running.log)
    return str(found)


def test_greeting(running: Server) -> None:
    """`run` prints the address of the page, and the page is there."""
    assert f"Swagger UI  {running.url}/docs\n" in running.log
    assert get(f"{running.url}/docs").status == 200


PROTECTED = [
    each.path
    for each in operations(api_of(example_app(application)))
    if each.method == "get" and each.access != PUBLIC and "{" not in each.path
]


@pytest.mark.parametrize("path", PROTECTED)
def test_token_ready_to_paste(running: Server, token: str, path: str) -> None:
    """The token that `run` prints gives access to every protected resource."""
    is_optional = path == "/api/callers/greeting"
    assert get(running.url + path).status == (200 if is_optional else 401)
    assert get(running.url + path, token).status == 200


def test_issuer(running: Server) -> None:
    """The embedded issuer is served at the address that its tokens name."""
    assert get(running.url + DISCOVERY).json["issuer"] == f"{running.url}/issuer/"


def test_mint_beside_it(running: Server, directory: Path) -> None:
    """`run` accepts tokens that `token mint` makes in the same directory."""
    answer = get(f"{running.url}/api/me", mint(directory, "read:messages"))
    assert (answer.status, answer.json["scopes"]) == (200, ["read:messages"])


def test_log(running: Server, token: str) -> None:
    """The log has one readable line per request, without the query string."""
    get(f"{running.url}/api/private?access_token={token}")
    assert re.search(r"^\d\d:\d\d:\d\d INFO    GET /api/private 401 ", running.log, re.MULTILINE)
    assert "access_token" not in running.log
    assert "Traceback" not in running.log


def test_modes(running: Server, directory: Path) -> None:
    """The files that `run` keeps can be read only by their owner."""
    kept = [directory / "instance", *(directory / "instance").rglob("*")]
    assert {path.name for path in kept} >= {"issuer", "signing-key.json", "url"}
    for path in kept:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_run_again(tmp_path: Path) -> None:
    """A second run, with its port from .env, accepts the token of the first one."""
    port = free_port()
    with Server(tmp_path, "run", "--no-reload", "--port", str(port), port=port) as first:
        [token] = TOKEN.findall(first.log)
    (tmp_path / ".env").write_text(f"PORT={port}\nLOG_FORMAT=json\n")
    with Server(tmp_path, "run", "--no-reload", port=port) as second:
        assert get(f"{second.url}/api/private", token).status == 200
        assert '"path": "/api/private"' in second.log


def test_host_and_port_of_the_environment(tmp_path: Path) -> None:
    """HOST and PORT of the environment set the address of the server and of the issuer."""
    port = free_port()
    environment: dict[str, Any] = {"HOST": "localhost", "PORT": str(port)}
    with Server(tmp_path, "run", "--no-reload", port=port, **environment) as server:
        assert f"http://localhost:{port}/docs" in server.log
        assert get(server.url + DISCOVERY).json["issuer"] == f"http://localhost:{port}/issuer/"


def test_tenant(tmp_path: Path, tenant: Tenant) -> None:
    """With a tenant there is no embedded issuer and none of its tokens, and the tenant's tokens are
    accepted."""
    with Server(tmp_path, "run", "--no-reload", **tenant.environment) as server:
        assert f"Tokens      from {tenant.issuer}\n" in server.log
        assert not TOKEN.search(server.log)
        assert get(server.url + DISCOVERY).status == 404
        assert get(f"{server.url}/api/private", tenant.token()).status == 200
    assert not (tmp_path / "instance" / "issuer").exists()


def test_reload(tmp_path: Path) -> None:
    """A change of the code or of .env takes effect without a restart by hand, and the token stays
    valid."""
    for name in ("api", "schemas", "openapi", "tests"):
        ignored = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    env_file = tmp_path / ".env"
    resource = tmp_path / "tests" / "core" / "demo" / "greetings.py"
    env_file.write_text("LOG_FORMAT=console\n")
    with Server(tmp_path, "run", PYTHONPATH=str(tmp_path)) as server:
        [token] = TOKEN.findall(server.log)

        def answers(text: str) -> bool:
            try:
                answer = get(f"{server.url}/api/private", token)
            except urllib3.exceptions.HTTPError:
                # The restart has cut it off.
                return False
            assert answer.status == 200
            return text in answer.json["message"]

        assert answers("Hello")
        resource.write_text(resource.read_text().replace('"Hello"', '"Good evening"'))
        until(lambda: answers("Good evening"))
        env_file.write_text("LOG_FORMAT=json\n")
        until(lambda: answers("Good evening") and '"path": "/api/private"' in server.log)
        assert TOKEN.findall(server.log) == [token]


def test_not_behind_a_proxy(runner: Runner) -> None:
    """The embedded issuer does not start behind a proxy, because a proxy lets other machines in."""
    result = runner("run", TRUSTED_PROXIES="1")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("Error: TRUSTED_PROXIES: ")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "api.example"])  # noqa: S104
def test_not_on_loopback(runner: Runner, host: str) -> None:
    """The embedded issuer starts only on a loopback address. The error names what to do instead."""
    result = runner("run", "--host", host)
    said = complaint(result)
    assert result.code == 2
    assert said.startswith(f"--host {host}: ")
    assert "Use --host 127.0.0.1, or set AUTH0_DOMAIN and AUTH0_AUDIENCE." in said
    assert not (runner.directory / "instance").exists()


def test_port_in_use(runner: Runner, busy_port: int) -> None:
    """A port in use is reported in one line, and the address of the issuer is not written."""
    said = complaint(runner("run", "--port", str(busy_port)))
    assert said == (
        f"Cannot listen on 127.0.0.1:{busy_port}: Address already in use. "
        "Choose another with --host or --port."
    )
    assert not (runner.directory / "instance" / "issuer" / "url").exists()


@pytest.mark.parametrize("host", ["nobody.invalid", "a..b", "192.0.2.1"])
def test_no_such_address(runner: Runner, tenant: Tenant, host: str) -> None:
    """An address that this machine does not have is reported in one line."""
    said = complaint(runner("run", "--host", host, **tenant.environment))
    assert said.startswith(f"Cannot listen on {host}:3010: ")
    assert "Errno" not in said
