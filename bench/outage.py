"""What callers see while PostgreSQL falls silent or stands behind a lock: `python -m bench.outage`.

A server with two workers, a proxy before its database, and callers of three kinds of endpoints:
those that need no database, those that do. What each was answered is a line of a table.
"""

import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple

import click
import psycopg
import urllib3

from tests.support.databases import Postgres
from tests.support.proxy import Proxy
from tests.support.server import Server
from tests.support.tenant import Tenant

# How many callers of each ask all the time, with a pause between two requests.
CALLERS = {"/api/public": 4, "/health/live": 2, "/api/messages": 24, "/health/ready": 1}
PAUSE = 0.02
SILENCE, LOCK, AFTERWARDS = 15, 4, 4


class Answer(NamedTuple):
    path: str
    status: int
    at: float
    took: float


class Load:
    """The callers, from enter to exit, and what they were answered."""

    def __init__(self, url: str, token: str) -> None:
        self.answers: list[Answer] = []
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._stopped = threading.Event()
        paths = [path for path, count in CALLERS.items() for _ in range(count)]
        self._threads = [threading.Thread(target=self._call, args=[path]) for path in paths]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        time.sleep(1)
        self.answers.clear()
        return self

    def __exit__(self, *_: object) -> None:
        time.sleep(AFTERWARDS)
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _call(self, path: str) -> None:
        with urllib3.PoolManager(headers=self._headers, retries=False, timeout=60) as pool:
            while not self._stopped.wait(PAUSE):
                started = time.monotonic()
                try:
                    status = pool.request("GET", f"{self._url}{path}").status
                except urllib3.exceptions.HTTPError:
                    status = 0  # the connection broke
                ended = time.monotonic()
                self.answers.append(Answer(path, status, ended, ended - started))


@click.command()
def main() -> None:
    """Silence for 15 s, then a lock for 4 s, each under load."""
    with ExitStack() as stack:
        enter = stack.enter_context
        directory = Path(enter(tempfile.TemporaryDirectory()))
        url = enter(Postgres()).make()
        proxy, tenant = enter(Proxy(url)), enter(Tenant(directory))
        environment = tenant.environment | {"DATABASE_URL": proxy.url, "LOG_LEVEL": "warning"}
        server = enter(Server(directory, "serve", "--workers", "2", **environment))
        token = tenant.token(scope="read:messages")
        with Load(server.url, token) as load:
            started = time.monotonic()
            proxy.silent = True
            time.sleep(SILENCE)
            proxy.silent = False
        show(f"Connections silent for {SILENCE} s", load.answers, started + SILENCE)
        plain = url.replace("+psycopg", "")
        with Load(server.url, token) as load, psycopg.connect(plain) as connection:
            connection.execute("LOCK TABLE messages")
            started = time.monotonic()
            time.sleep(LOCK)
        show(f"A lock on the table for {LOCK} s", load.answers, started + LOCK)
        click.echo(f"\nLines of the log: {len(server.log.splitlines())}")


def show(title: str, answers: list[Answer], ended: float) -> None:
    """Print a table; the last column is when the first good answer came after the trouble."""
    click.echo(f"\n{title}\n\n| endpoint | statuses | median | slowest | good again after |")
    click.echo("|---|---|---|---|---|")
    for path in CALLERS:
        mine = [each for each in answers if each.path == path]
        statuses = sorted(Counter(each.status for each in mine).items())
        counted = ", ".join(f"{number} x {status}" for status, number in statuses)
        good = [each.at - ended for each in mine if each.status == 200 and each.at > ended]
        took = [each.took for each in mine]
        again = f"{min(good):.2f} s" if good else "never"
        click.echo(f"| `{path}` | {counted} | {median(took):.3f} s | {max(took):.2f} s | {again} |")


if __name__ == "__main__":
    main()
