"""Measures the effect of unfinished bodies, lost file descriptors and a killed main process.

`python -m bench.bodies`
"""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from bench.load import Kind, getter, load
from tests.core.support.server import Server
from tests.core.support.sockets import Connection, request
from tests.core.support.tenant import Tenant

WORKERS = 2
DISTURBANCE = 15


def main() -> None:
    """Disturb two workers in each way under load."""
    with tempfile.TemporaryDirectory() as name, Tenant(Path(name)) as tenant:
        directory = Path(name) / "served"
        directory.mkdir()
        command = ("serve", "--workers", str(WORKERS))
        with Server(directory, *command, **tenant.environment) as server:
            token = tenant.token(scope="read:messages write:messages")
            for count in (12, 500):
                print(f"\n{count} bodies of which a byte comes each second, for {DISTURBANCE} s")
                with unfinished_bodies(server, token, count), load(kinds(server, token)):
                    time.sleep(DISTURBANCE)
            print("\nno file descriptor left in any worker for 5 s")
            with load(kinds(server, token)):
                time.sleep(1)
                with no_descriptors(server):
                    time.sleep(5)
                time.sleep(4)
            print(f"\nmain process killed: the workers end in {killed(server):.2f} s")


def kinds(server: Server, token: str) -> list[Kind]:
    return [
        Kind("GET /health/live", 200, getter(f"{server.url}/health/live")),
        Kind("GET /api/public", 200, getter(f"{server.url}/api/public")),
        Kind("GET /api/private", 200, getter(f"{server.url}/api/private", token)),
        Kind("GET /api/messages", 200, getter(f"{server.url}/api/messages", token)),
        Kind("POST /api/messages", 201, getter(f"{server.url}/api/messages", token, {"text": "a"})),
    ]


@contextmanager
def unfinished_bodies(server: Server, token: str, count: int) -> Iterator[None]:
    """Send a byte of each of `count` bodies each second for a block, and complete none."""
    lines = ("Host: a", f"Authorization: Bearer {token}", "Content-Length: 10000")
    over = threading.Event()
    with ExitStack() as stack:
        slow = [stack.enter_context(Connection(server.port)) for _ in range(count)]
        for connection in slow:
            connection.send(request("/api/messages", *lines))
        dripping = threading.Thread(target=drip, args=(slow, over))
        dripping.start()
        try:
            yield
        finally:
            over.set()
            dripping.join()


def drip(connections: list[Connection], over: threading.Event) -> None:
    while not over.wait(1):
        for connection in connections:
            # The server closes the connection after its timeout.
            with suppress(OSError):
                connection.send(b" ")


@contextmanager
def no_descriptors(server: Server) -> Iterator[None]:
    """Prevent the workers from opening files in a block."""
    workers = server.workers()
    limits = [worker.rlimit(psutil.RLIMIT_NOFILE) for worker in workers]
    for worker, (_, hard) in zip(workers, limits, strict=True):
        worker.rlimit(psutil.RLIMIT_NOFILE, (1, hard))
    try:
        yield
    finally:
        for worker, limit in zip(workers, limits, strict=True):
            worker.rlimit(psutil.RLIMIT_NOFILE, limit)


def killed(server: Server) -> float:
    """Kill the main process, and return the seconds until its workers had ended."""
    workers = server.workers()
    started = time.monotonic()
    server.process.kill()
    _gone, alive = psutil.wait_procs(workers, 30)
    return float("inf") if alive else time.monotonic() - started


if __name__ == "__main__":
    main()
