"""Answers of a WSGI application through Granian."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from tests.core.cli.conftest import until
from tests.core.server.streaming import PIECE
from tests.core.support.server import MANAGE, SECONDS, free_port

START = """
import sys
from granian import Granian
from granian.constants import HTTPModes, Interfaces
if __name__ == "__main__":
    Granian(
        "tests.core.server.streaming:application", factory=True, interface=Interfaces.RSGI,
        port=int(sys.argv[1]), http=HTTPModes.http1, websockets=False,
    ).serve()
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the application of tests.core.server.streaming answers."""
    directory = tmp_path_factory.mktemp("gateway")
    (directory / "start.py").write_text(START)
    port = free_port()
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "start.py", str(port)],
            cwd=directory,
            env={"PYTHONPATH": str(MANAGE.parent)},
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: status(f"{address}/whole") == 200)
        yield address
    finally:
        process.terminate()
        process.wait(SECONDS)


def status(url: str) -> int | None:
    try:
        return urllib3.request("GET", url, retries=False, timeout=SECONDS).status
    except urllib3.exceptions.HTTPError:
        return None


def body(url: str) -> bytes:
    return urllib3.request("GET", url, retries=False, timeout=SECONDS).data


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/whole", b"whole"),
        ("/empty", b""),
        ("/written", b"written and returned"),
        ("/pieces", PIECE * 100),
    ],
)
def test_answers(url: str, path: str, expected: bytes) -> None:
    """An answer arrives as the application gave it: whole, empty, written, or piece by piece."""
    assert body(url + path) == expected


@pytest.mark.parametrize("path", ["/raises", "/exits", "/status"])
def test_exception(url: str, path: str) -> None:
    """An application that raises, exits or answers a status that is none is answered with 500, and
    the next request as ever."""
    assert [status(url + path) for _ in range(4)] == [500] * 4
    assert body(f"{url}/whole") == b"whole"


def test_exception_in_the_middle(url: str) -> None:
    """An answer that breaks off holds no thread, and none of it is sent twice."""
    for _ in range(4):
        assert status(f"{url}/breaks") in (200, None)
    assert body(f"{url}/whole") == b"whole"


def test_clients_that_go_away(url: str, tmp_path: Path) -> None:
    """Clients that take the first piece and go hold no thread."""
    for _ in range(4):
        answer = urllib3.request("GET", f"{url}/pieces", preload_content=False, retries=False)
        assert answer.read(1) == b"x"
        answer.close()
    assert body(f"{url}/whole") == b"whole"
