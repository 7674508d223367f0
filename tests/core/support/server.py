"""A command that runs as a process and answers on a port of this machine."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import psutil

from api.core.settings import declarations
from tests.core.demo import application

ROOT = Path(__file__).parents[3]
# What manage.py is to the API of a team.
MANAGE = ("-m", "tests.core.demo")
SECONDS = 30


class Server:
    """`COMMAND --port PORT`, from enter to exit, in a directory of its own.

    port: where the command listens of its own accord; without it, a free one is given with --port.
    upgrade: bring the schema up to date before `serve`, which would refuse an old one.
    health: the path that is asked until it answers.
    url: where it answers. log: what it has written so far, standard output and error together.
    """

    health = "/health/live"

    def __init__(
        self,
        directory: Path,
        *command: str,
        port: int | None = None,
        upgrade: bool = True,
        manage: tuple[str, ...] = MANAGE,
        **environment: str,
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        told = [] if port else ["--port", str(self.port)]
        self._manage = [sys.executable, *manage]
        self._command = [*self._manage, *command, *told]
        self._directory = directory
        self._environment = clean_environment() | environment
        self._log = directory / "log"
        self._upgrade = upgrade and command[0] == "serve"

    def __enter__(self) -> Self:
        if self._upgrade:
            self._run("db", "upgrade")
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=self._directory,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def started(self) -> int:
        """The number of workers started so far, including those that have ended."""
        return len(re.findall(r'Started worker-[0-9]+"', self.log))

    def workers(self) -> list[psutil.Process]:
        """The current worker processes of `serve`."""
        children = psutil.Process(self.process.pid).children()
        return [each for each in children if "resource_tracker" not in " ".join(each.cmdline())]

    def _run(self, *command: str) -> None:
        subprocess.run(
            [*self._manage, *command],
            cwd=self._directory,
            env=self._environment,
            check=True,
            capture_output=True,
        )

    def _wait(self) -> None:
        deadline = time.monotonic() + SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{' '.join(self._command)} does not answer:\n{self.log}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS) as connection:
                head = f"GET {self.health} HTTP/1.1\r\nHost: localhost\r\n\r\n"
                connection.sendall(head.encode())
                return connection.recv(12) == b"HTTP/1.1 200"
        except OSError:
            return False


def clean_environment() -> dict[str, str]:
    """Return this environment without any setting, where the project can be imported."""
    known = declarations(application.settings)
    kept = {name: value for name, value in os.environ.items() if name not in known}
    return kept | {"PYTHONPATH": str(ROOT)}


def mint(directory: Path, scope: str = "", manage: tuple[str, ...] = MANAGE) -> str:
    """Return a token of the embedded issuer that `run` has in that directory."""
    command = [sys.executable, *manage, "token", "mint", "--scope", scope]
    minted = subprocess.run(
        command, cwd=directory, env=clean_environment(), capture_output=True, text=True, check=True
    )
    return minted.stdout.strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
