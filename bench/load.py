"""Load: callers that send requests during a disturbance, and statistics of their responses."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import urllib3

PAUSE = 0.02
TIMEOUT = 30


@dataclass
class Kind:
    """Callers of one endpoint.

    :param name: their name in the table
    :param good: the expected status
    :param ask: sends a request, and returns its status, or 0 if there is no response
    :param callers: the number of callers
    """

    name: str
    good: int
    ask: Callable[[], int]
    callers: int = 2
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    longest_gap: float = 0.0
    _last_good: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        self._last_good = time.monotonic()

    def call(self) -> None:
        """Send a request, and record its status and duration."""
        started = time.monotonic()
        status = self.ask()
        ended = time.monotonic()
        with self._lock:
            self.statuses[status] += 1
            self.slowest = max(self.slowest, ended - started)
            if status == self.good:
                self.end(ended)

    def end(self, now: float) -> None:
        """Record the time since the last good response.

        :param now: monotonic seconds
        """
        self.longest_gap = max(self.longest_gap, now - self._last_good)
        self._last_good = now

    def row(self) -> str:
        counts = " ".join(f"{status}:{count}" for status, count in sorted(self.statuses.items()))
        return f"| {self.name} | {self.longest_gap:.2f} s | {self.slowest:.2f} s | {counts} |"


def getter(
    url: str, token: str | Callable[[], str] = "", body: dict[str, str] | None = None
) -> Callable[[], int]:
    """Return a function that sends a request on a new connection, and returns its status.

    :param url: the URL of the request
    :param token: an access token, or a function that makes one for each request
    :param body: the JSON of a POST; without it, the request is a GET
    """
    method = "GET" if body is None else "POST"

    def ask() -> int:
        headers = {"Connection": "close"}
        if token:
            credentials = token if isinstance(token, str) else token()
            headers["Authorization"] = f"Bearer {credentials}"
        try:
            answer = urllib3.request(
                method, url, json=body, headers=headers, retries=False, timeout=TIMEOUT
            )
        except urllib3.exceptions.HTTPError:
            return 0
        return answer.status

    return ask


@contextmanager
def load(kinds: list[Kind]) -> Iterator[None]:
    """Send requests of each kind during a block, and print a table of the responses at its end.

    :param kinds: the callers
    """
    over = threading.Event()

    def go_on(kind: Kind) -> None:
        while not over.wait(PAUSE):
            kind.call()

    each = [kind for kind in kinds for _ in range(kind.callers)]
    threads = [threading.Thread(target=go_on, args=(kind,)) for kind in each]
    for kind in kinds:
        kind.begin()
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
        for kind in kinds:
            kind.end(time.monotonic())
    print("| endpoint | longest gap | slowest answer | answers |\n|---|---|---|---|")
    for kind in kinds:
        print(kind.row())
