"""Answers of a WSGI application through Granian."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import urllib3

from tests.core.server.streaming import PIECE
from tests.core.support.commands import until
from tests.core.support.server import ROOT, SECONDS, free_port
from tests.core.support.sockets import Connection, request

START = """
import sys
from granian import Granian
from granian.constants import HTTPModes, Interfaces
if __name__ == "__main__":
    Granian(
        "tests.core.server.streaming:application", factory=True, interface=Interfaces.ASGINL,
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
            env={"PYTHONPATH": str(ROOT)},
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
        ("/nothing", b""),
        ("/sized", b"four"),
        ("/written", b"written and returned"),
        ("/pieces", PIECE * 100),
    ],
)
def test_answers(url: str, path: str, expected: bytes) -> None:
    """An answer arrives as the application gave it: whole, empty, written, or piece by piece."""
    assert body(url + path) == expected


@pytest.mark.parametrize("path", ["/raises", "/exits", "/status", "/header"])
def test_exception(url: str, path: str) -> None:
    """An application that raises, exits, or returns an invalid status or header is answered 500,
    and the next request is answered as usual."""
    assert [status(url + path) for _ in range(4)] == [500] * 4
    assert body(f"{url}/whole") == b"whole"


@pytest.mark.parametrize("path", ["/whole", "/empty", "/nothing", "/sized"])
def test_whole_answers(url: str, path: str) -> None:
    """An answer of known size is sent at once, with its Content-Length."""
    answer = urllib3.request("GET", url + path, retries=False)
    assert answer.headers["Content-Length"] == str(len(answer.data))


def test_exception_in_the_middle(url: str) -> None:
    """An answer that breaks off is not mistaken for a complete one, and holds no thread."""
    assert [status(f"{url}/breaks") for _ in range(4)] == [None] * 4
    assert body(f"{url}/whole") == b"whole"


def test_events(url: str) -> None:
    """The first piece of a stream arrives while the second is still held back."""
    with urllib3.request(
        "GET", f"{url}/events", preload_content=False, retries=False, timeout=SECONDS
    ) as answer:
        stream = answer.stream(1)
        assert b"".join(next(stream) for _ in range(13)) == b"data: first\n\n"
        assert body(f"{url}/release") == b"whole"
        assert b"".join(stream) == b"data: second\n\n"


@pytest.mark.parametrize("path", ["/pieces", "/ticks", "/endless"])
def test_clients_that_go_away(url: str, path: str) -> None:
    """A client that reads the first piece and closes holds no thread."""
    for _ in range(4):
        with urllib3.PoolManager() as pool:
            answer = pool.request("GET", url + path, preload_content=False, retries=False)
            assert answer.read(1) in (b"x", b"t")
            answer.close()
    assert body(f"{url}/whole") == b"whole"


def test_clients_that_take_nothing(url: str) -> None:
    """A client that stops reading an answer holds no thread, and the answer does not fill the
    memory."""
    port = int(url.rpartition(":")[2])
    with ExitStack() as stack:
        for _ in range(4):
            connection = stack.enter_context(Connection(port))
            connection.send(request("/endless", "Host: localhost", method="GET"))
        assert body(f"{url}/whole") == b"whole"
