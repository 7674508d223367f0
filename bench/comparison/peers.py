"""The servers that are compared: each with one worker, on a processor core of its own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.core.support.server import ROOT, clean_environment, free_port

DIRECTORY = Path(__file__).with_name("peers")
BIN = DIRECTORY / ".venv" / "bin"
MANAGE = (sys.executable, str(ROOT / "manage.py"))
STORED = 5_000
STARTS_WITHIN = 30

PUBLIC, PRIVATE, MESSAGES = "/api/public", "/api/private", "/api/messages"


@dataclass(frozen=True, slots=True)
class Peer:
    """A server.

    :param name: its name in the table
    :param command: what starts it; {port} stands for its port
    :param guarded: whether it has a private address
    :param messages: the address of its messages, if it stores any
    :param environment: its environment, beside that of the tenant
    """

    name: str
    command: tuple[str, ...]
    guarded: bool = True
    messages: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def addresses(self) -> list[str]:
        """Each address that is measured."""
        private = PRIVATE if self.guarded else ""
        return list(filter(None, (PUBLIC, private, self.messages)))


def _granian(module: str) -> tuple[str, ...]:
    granian = (str(BIN / "granian"), "--interface", "wsgi", "--workers", "1", "--no-ws")
    return (*granian, "--port", "{port}", f"{module}:app")


_SERVE = (*MANAGE, "serve", "--workers", "1", "--port", "{port}")
_UVICORN = (str(BIN / "uvicorn"), "--no-access-log", "--port", "{port}", "fastapi_app:app")

OURS = Peer("this project", _SERVE, messages=MESSAGES, environment={"LOG_LEVEL": "warning"})
LOGGING = Peer("this project, with its access log", _SERVE)
QUICKSTART = Peer("Auth0's quickstart", _granian("quickstart"))
FASTAPI = Peer("FastAPI, Auth0's plugin", _UVICORN, messages=MESSAGES)
FASTAPI_OPEN = Peer("FastAPI, unguarded", _UVICORN, guarded=False, messages="/open/messages")
EXPRESS = Peer("express-oauth2-jwt-bearer", ("node", "express.mjs"))
PLAIN = Peer("plain Flask, unguarded", _granian("plain"), guarded=False)
EMPTY = Peer("empty WSGI function", _granian("empty"), guarded=False)

PEERS = (OURS, LOGGING, QUICKSTART, FASTAPI, FASTAPI_OPEN, EXPRESS, PLAIN, EMPTY)


def present() -> tuple[Peer, ...]:
    """Return the servers that this machine can run: without Node, there is none of Express."""
    has_express = shutil.which("node") and (DIRECTORY / "node_modules").is_dir()
    return tuple(peer for peer in PEERS if peer is not EXPRESS or has_express)


@dataclass(slots=True)
class Running:
    """A server that runs.

    :param peer: which one
    :param port: where it answers
    :param process: its first process
    :param started: the seconds from its start to its first answer
    """

    peer: Peer
    port: int
    process: subprocess.Popen[bytes]
    started: float = 0.0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def memory(self) -> float:
        """Return the memory of its largest process in MiB, with its share of what others have."""
        return max(float(each.memory_full_info().pss) for each in self._processes()) / 2**20

    def processor_time(self) -> float:
        """Return the seconds of processor time that it has used so far."""
        return sum(sum(each.cpu_times()[:2]) for each in self._processes())

    def _processes(self) -> list[psutil.Process]:
        main = psutil.Process(self.process.pid)
        return [main, *main.children(recursive=True)]


@contextmanager
def running(peer: Peer, directory: Path, tenant: Mapping[str, Any], core: int) -> Iterator[Running]:
    """Run a server during a block.

    :param peer: the server
    :param directory: an empty directory of its own
    :param tenant: the environment that names the tenant
    :param core: the processor core that it gets
    """
    port = free_port()
    environment = clean_environment() | dict(tenant) | dict(peer.environment)
    environment |= {
        "DATABASE_URL": f"sqlite:///{directory}/messages.db",
        "NODE_ENV": "production",
        "NODE_EXTRA_CA_CERTS": tenant["SSL_CERT_FILE"],
        "PORT": str(port),
        "ROWS": str(STORED),
    }
    if peer.command == _SERVE:
        _store_messages(environment)
    command = [part.format(port=port) for part in peer.command]
    with (directory / "log").open("wb") as log, pinned(core):
        process = subprocess.Popen(  # noqa: S603
            command, cwd=DIRECTORY, env=environment, stdout=log, stderr=log
        )
    try:
        server = Running(peer, port, process)
        server.started = _wait(server, directory / "log")
        yield server
    finally:
        process.terminate()
        process.wait(STARTS_WITHIN)


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """Keep this thread, and the processes that it starts, on one processor core during a block."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _store_messages(environment: Mapping[str, str]) -> None:
    lines = (json.dumps({"text": f"message {n}", "author": "auth0|ann"}) for n in range(STORED))
    for command, given in (
        (("db", "upgrade"), ""),
        (("messages", "import", "-"), "\n".join(lines)),
    ):
        subprocess.run(  # noqa: S603
            [*MANAGE, *command],
            env=environment,
            input=given.encode(),
            capture_output=True,
            check=True,
        )


def _wait(server: Running, log: Path) -> float:
    """Wait for the first answer, and return how many seconds it took."""
    began = time.monotonic()
    while time.monotonic() < began + STARTS_WITHIN and server.process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=1) as connection:
                connection.sendall(b"GET /api/public HTTP/1.1\r\nHost: localhost\r\n\r\n")
                if connection.recv(12) == b"HTTP/1.1 200":
                    return time.monotonic() - began
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"{server.peer.name} does not answer:\n{log.read_text()}")
