"""Commands that run as processes, and requests to servers while they run."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import urllib3

from tests.core.support.cli import Result
from tests.core.support.server import MANAGE, SECONDS, clean_environment

Terminal = Callable[[int], None]
"""`terminal(80)`: standard output is a terminal of that width (a fixture of tests/core/cli)."""


def manage(
    directory: Path,
    *arguments: str,
    stdin: bytes = b"",
    program: tuple[str, ...] = MANAGE,
    **environment: str,
) -> Result:
    """Run a command of manage.py as a process in that directory."""
    ended = subprocess.run(
        [sys.executable, *program, *arguments],
        cwd=directory,
        env=clean_environment() | environment,
        input=stdin,
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    return Result(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def printed_by(code: str, directory: Path, **environment: str) -> str:
    """Return what Python code prints in a process of its own, which must succeed."""
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=directory,
        env=clean_environment() | {"PYTHONIOENCODING": "utf-8"} | environment,
        capture_output=True,
        check=True,
    )
    return ended.stdout.decode()


def complaint(result: Result) -> str:
    """Return the one error line of a failed command, and verify that it printed nothing else."""
    assert result.code != 0
    assert result.out == ""
    [line] = result.err.splitlines()
    assert line.startswith("Error: ")
    assert line.isprintable()
    return line.removeprefix("Error: ")


def until(holds: Callable[[], bool]) -> None:
    """Repeat a check until it holds, and fail after a time limit."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class Answer(NamedTuple):
    status: int
    headers: Any
    json: Any


def get(url: str, token: str | None = None) -> Answer:
    """Send a GET request on a new connection."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib3.PoolManager() as pool:
        response = pool.request("GET", url, headers=headers, retries=False, timeout=SECONDS)
        is_json = response.headers.get("Content-Type", "").endswith("json")
        return Answer(response.status, response.headers, response.json() if is_json else None)
