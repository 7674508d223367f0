"""A worker process of `serve`: how it ends, what it has at its start, and what it logs."""

import json
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from api.core.server.worker import OTHER_FILES
from tests.core.support.commands import get, until
from tests.core.support.databases import Postgres, Sqlite
from tests.core.support.server import SECONDS, Server, clean_environment
from tests.core.support.sockets import Connection, request
from tests.core.support.tenant import Tenant


@pytest.fixture
def two_workers(tenant: Tenant, database_url: str, tmp_path: Path) -> Server:
    """Two workers that have not been started yet."""
    environment = tenant.environment | {"DATABASE_URL": database_url, "BODY_TIMEOUT": "1"}
    return Server(tmp_path, "serve", "--workers", "2", **environment)


def is_answered(port: int) -> bool:
    """Whether a new connection is answered at once; without a descriptor, it waits."""
    with socket.create_connection(("127.0.0.1", port), timeout=0.5) as waiting:
        waiting.sendall(request("/health/live", "Host: localhost", method="GET"))
        try:
            return waiting.recv(1) != b""
        except TimeoutError:
            return False


def is_open(port: int) -> bool:
    try:
        with Connection(port):
            return True
    except ConnectionError:
        return False


def test_workers_end_with_their_main_process(two_workers: Server) -> None:
    """Workers end when their main process is killed, and the port is free again."""
    with two_workers as server:
        until(lambda: server.started == 2)
        orphans = server.workers()
        assert len(orphans) == 2
        server.process.kill()
        server.process.wait(SECONDS)
        gone, alive = psutil.wait_procs(orphans, SECONDS)
        assert (len(gone), alive) == (2, [])
        assert not is_open(server.port)


def test_workers_end_though_requests_do_not(two_workers: Server) -> None:
    """A worker whose main process was killed ends, even while a body is on its way."""
    with two_workers as server, Connection(server.port) as connection:
        connection.send(request("/api/messages", "Host: localhost", "Content-Length: 100"))
        orphans = server.workers()
        server.process.kill()
        server.process.wait(SECONDS)
        _gone, alive = psutil.wait_procs(orphans, SECONDS)
        assert alive == []


def test_a_worker_that_starts_later(tenant: Tenant, database_url: str, tmp_path: Path) -> None:
    """A restarted worker has the settings of the others, whatever `.env` says now."""
    secret = "a-secret-that-nobody-sees"
    file = tmp_path / ".env"
    file.write_text(f"THREADS=8\nAUTH0_CLIENT_ID=client\nAUTH0_CLIENT_SECRET={secret}\n")
    environment = tenant.environment | {"DATABASE_URL": database_url}
    with Server(tmp_path, "serve", "--workers", "2", **environment) as server:
        until(lambda: server.started == 2)
        file.write_text("THREADS=banana\nAUTH0_AUDIENCE=https://other.example/\n")
        [killed, _] = server.workers()
        killed.kill()
        until(lambda: server.started == 3)
        for _ in range(20):
            assert get(f"{server.url}/api/private", tenant.token()).status == 200
        commands = [" ".join(each.cmdline()) for each in server.workers()]
        assert len(commands) == 2
        assert server.process.poll() is None
        assert secret not in server.log + "".join(commands)


def test_a_worker_that_cannot_start(tmp_path: Path) -> None:
    """A worker with invalid settings ends with one line that names them."""
    code = 'from api.core.server.worker import *; load("tests.core.demo:application", Settings())'
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    [line] = [json.loads(line) for line in ended.stderr.splitlines()]
    assert line["level"] == "CRITICAL"
    assert "correct the settings: AUTH0_DOMAIN and AUTH0_AUDIENCE: Not set." in line["message"]


def test_file_limit(two_workers: Server) -> None:
    """A worker may open as many files as the system allows."""
    with two_workers as server:
        [worker, _] = server.workers()
        soft, hard = worker.rlimit(psutil.RLIMIT_NOFILE)
        assert soft == hard


def test_without_file_descriptors(tenant: Tenant, database_url: str, tmp_path: Path) -> None:
    """A worker without a free file descriptor logs that, and answers again as soon as it has
    one."""
    environment = tenant.environment | {"DATABASE_URL": database_url}
    with Server(tmp_path, "serve", "--workers", "1", **environment) as server:
        [worker] = server.workers()
        limits = worker.rlimit(psutil.RLIMIT_NOFILE)
        with Connection(server.port) as kept:
            # One connection is there; no file can be opened beside it.
            kept.send(request("/health/live", "Host: localhost", method="GET")).answer("GET")
            worker.rlimit(psutil.RLIMIT_NOFILE, (1, limits[1]))
            assert not is_answered(server.port)
            until(lambda: "no file descriptor is left" in server.log)
            for path in ("/api/public", "/api/private", "/health/ready", "/docs"):
                kept.send(
                    request(
                        *(path, "Host: localhost", f"Authorization: Bearer {tenant.token()}"),
                        method="GET",
                    )
                ).answer("GET")
        worker.rlimit(psutil.RLIMIT_NOFILE, limits)
        assert get(f"{server.url}/api/public").status == 200
        until(lambda: "there are file descriptors again" in server.log)
        assert server.log.count("file descriptor") == 2
        assert get(f"{server.url}/docs").status == 200
        until(lambda: get(f"{server.url}/api/private", tenant.token()).status == 200)
        assert get(f"{server.url}/health/ready").status == 200
        assert all(isinstance(json.loads(line), dict) for line in server.log.splitlines())


LIMITED = """
import resource, runpy, sys
if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))
    runpy.run_module("tests.core.demo", run_name="__main__")
"""


def test_few_files(tenant: Tenant, database_url: str, tmp_path: Path) -> None:
    """Where the system allows few files, connections wait before the last descriptor is used."""
    manage = tmp_path / "limited.py"
    manage.write_text(LIMITED)
    environment = tenant.environment | {"DATABASE_URL": database_url}
    with (
        Server(tmp_path, "serve", "--workers", "1", manage=(str(manage),), **environment) as server,
        ExitStack() as stack,
    ):
        [worker] = server.workers()
        connections = [stack.enter_context(Connection(server.port)) for _ in range(400)]
        until(lambda: worker.num_fds() > 300 - OTHER_FILES)
        head = request("/health/ready", "Host: localhost", method="GET")
        until(lambda: connections[0].send(head).answer("GET").status == 200)
        assert not is_answered(server.port)
        assert worker.num_fds() < 300
        assert "file descriptor" not in server.log
        stack.close()
        assert get(f"{server.url}/api/public").status == 200


LAZY = """
import json, sys
from werkzeug.test import Client
from api.core.server.worker import load as load_app
from api.core.settings import load
client = Client(load_app("tests.core.demo:application", load()).app)
before = set(sys.modules)
token = {"Authorization": "Bearer " + sys.argv[1]}
answers = [
    client.get("/api/public"),
    client.get("/api/public", headers={"Host": "m\\xfcnchen.example"}),
    client.get("/api/nothing"),
    client.post("/api/public"),
    client.get("/api/private"),
    client.get("/api/private", headers=token),
    client.get("/api/private-scoped", headers=token),
    client.get("/api/messages?q=a&since=2026-01-01T00:00:00Z", headers=token),
    client.post("/api/messages", json={"text": "hello"}, headers=token | {"Idempotency-Key": "k"}),
    client.post("/api/messages", json={"text": 1}, headers=token),
    client.options("/api/private", headers={"Origin": "https://a.example"}),
    *(client.get(path) for path in ("/docs", "/docs/page.js", "/openapi.json", "/swagger.json")),
    *(client.get(path) for path in ("/problems", "/health/live", "/health/ready")),
    client.get("/.well-known/oauth-protected-resource"),
]
print([answer.status_code for answer in answers])
print(sorted(set(sys.modules) - before))
"""


@pytest.mark.parametrize("maker", ["sqlite", "postgres"])
def test_nothing_is_imported_late(
    tenant: Tenant, tmp_path: Path, request: pytest.FixtureRequest, maker: str
) -> None:
    """No request imports a module, because an import that fails once for lack of a file may fail
    for good."""
    made: Sqlite | Postgres = request.getfixturevalue(maker)
    environment: dict[str, Any] = {"DATABASE_URL": made.make()}
    ended = subprocess.run(
        [sys.executable, "-c", LAZY, tenant.token(scope="read:messages write:messages")],
        cwd=tmp_path,
        env=clean_environment() | tenant.environment | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    statuses, late = ended.stdout.splitlines()
    assert 500 not in json.loads(statuses)
    assert json.loads(late.replace("'", '"')) == []


NOISY = """
import sys, threading, warnings
from api.core.observability import init_logging, log_everything
init_logging("info", "json")
log_everything()
print("printed", file=sys.stderr)
sys.stderr.write("in two ")
sys.stderr.write("pieces\\n")
warnings.warn("a warning")
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
class Unraisable:
    def __del__(self): raise KeyError("at its end")
del [Unraisable()][0]
import logging
logging.getLogger("x").error("%d", "no number")
int("uncaught")
"""


def test_each_line_is_an_object(tmp_path: Path) -> None:
    """Whatever a process prints, warns of or ends with is logged as a JSON object on one line."""
    ended = subprocess.run(
        [sys.executable, "-c", NOISY],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    said = "\n".join(f"{line['message']} {line.get('exc_info', '')}" for line in lines)
    for expected in (
        *("printed", "in two pieces", "a warning", "ZeroDivisionError", "at its end"),
        *("no number", "invalid literal for int"),
    ):
        assert expected in said
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
