"""api.wsgi, the application for other WSGI servers, as the README starts it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core.support.commands import get
from tests.core.support.server import ROOT, Server, clean_environment, free_port
from tests.core.support.sockets import Connection, request
from tests.core.support.tenant import Tenant

TENANT = {"AUTH0_DOMAIN": "tenant.example", "AUTH0_AUDIENCE": "https://api.example.com/"}
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ ((?:gunicorn|waitress-serve|flask) .*)$", README, re.MULTILINE)


class Prefixed(Server):
    """A server with the prefix /prefix."""

    health = "/prefix/health/live"


def start(
    directory: Path,
    command: str,
    tenant: Tenant,
    kind: type[Server] = Server,
    **environment: str,
) -> Server:
    """The server of a command of the README, on a free port."""
    port = free_port()
    assert "3010" in command
    name, *arguments = command.replace("3010", str(port)).split()
    # The script that pip has installed.
    program = str(Path(sys.executable).with_name(name))
    settings: dict[str, Any] = {
        **tenant.environment,
        "DATABASE_URL": f"sqlite:///{directory}/api.db",
        **environment,
    }
    return kind(directory, *arguments, port=port, manage=(program,), **settings)


@pytest.fixture(params=COMMANDS, ids=lambda command: str(command).split()[0])
def server(request: pytest.FixtureRequest, tmp_path: Path, tenant: Tenant) -> Iterator[Server]:
    # An earlier `run` may have left its files here.
    (tmp_path / "instance" / "issuer").mkdir(parents=True)
    with start(tmp_path, request.param, tenant) as running:
        yield running


def test_every_server_is_in_the_readme() -> None:
    """The README has the commands of gunicorn, waitress and flask."""
    names = [command.split()[0] for command in COMMANDS]
    assert names == ["gunicorn", "waitress-serve", "flask"]


def test_server(server: Server, tenant: Tenant) -> None:
    """The server serves the API, its guard and its documents, without the embedded issuer."""
    assert get(f"{server.url}/api/public").status == 200
    assert get(f"{server.url}/api/me").status == 401
    assert get(f"{server.url}/api/me", tenant.token()).json["subject"] == "auth0|ann"
    assert get(f"{server.url}/openapi.json").json["servers"][0]["url"] == "."
    assert get(f"{server.url}/issuer/.well-known/openid-configuration").status == 404
    with Connection(server.port) as connection:
        connection.send(request("/health/live", method="GET", version="1.0"))
        assert connection.answer("GET").status == 200
    assert re.search(r'"path": "/api/public".*"status": 200', server.log)


@pytest.mark.parametrize(
    ("name", "options", "environment"),
    [
        ("gunicorn", (), {"SCRIPT_NAME": "/prefix"}),
        ("waitress-serve", ("--url-prefix=/prefix",), {}),
    ],
)
def test_prefix(
    tmp_path: Path,
    tenant: Tenant,
    name: str,
    options: tuple[str, ...],
    environment: dict[str, str],
) -> None:
    """The prefix that a server is told goes into documents and challenges."""
    [command] = [each for each in COMMANDS if each.startswith(name)]
    program, _, arguments = command.partition(" ")
    command = " ".join([program, *options, arguments])
    with start(tmp_path, command, tenant, Prefixed, **environment) as server:
        url = f"{server.url}/prefix"
        assert get(f"{url}/swagger.json").json["basePath"] == "/prefix"
        challenge = get(f"{url}/api/me").headers["WWW-Authenticate"]
        assert f'resource_metadata="{url}/.well-known/oauth-protected-resource"' in challenge


def test_settings_that_cannot_be_used(tmp_path: Path) -> None:
    """A wrong setting ends the import of api.wsgi with its line."""
    ended = subprocess.run(
        [sys.executable, "-c", "import api.wsgi"],
        cwd=tmp_path,
        env=clean_environment() | TENANT | {"PORT": "x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].endswith(
        "SettingsError: PORT: Not a valid integer. Example: PORT=3010"
    )


def test_it_never_imports_the_issuer(tmp_path: Path) -> None:
    """api.wsgi does not import the embedded issuer."""
    code = (
        "import sys, api.wsgi; "
        "print([name for name in sys.modules if name.startswith('api.core.issuer')])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=clean_environment() | TENANT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.splitlines()[-1] == "[]"
