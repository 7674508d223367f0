"""Doubles of what the signing keys have to do with: the issuer, the background, a slow network."""

import json
import threading
from collections.abc import Callable
from typing import Any

from api.core.guard.fetch import FetchError

ISSUER = "https://issuer.example/"
DISCOVERY = f"{ISSUER}.well-known/openid-configuration"
JWKS = f"{ISSUER}keys"


class Documents:
    """A fetch that answers from memory. requests: the addresses asked for so far.

    A test may change `jwks` and `discovery`; None stands for an issuer that is down.
    """

    def __init__(self, *jwks: Any) -> None:
        self.discovery: Any = {"issuer": ISSUER, "jwks_uri": JWKS}
        self.jwks: Any = {"keys": list(jwks)}
        self.requests: list[str] = []

    def __call__(self, url: str, seconds: float) -> bytes:
        self.requests.append(url)
        document = {DISCOVERY: self.discovery, JWKS: self.jwks}[url]
        if document is None:
            raise FetchError(f"{url} is down")
        return document if isinstance(document, bytes) else json.dumps(document).encode()

    @property
    def fetches(self) -> int:
        """How many times the issuer was asked, whatever came of it."""
        return self.requests.count(DISCOVERY)


class Background:
    """Runs at once what it is handed; while it is busy, when a test has it catch up."""

    def __init__(self) -> None:
        self.is_busy = False
        self.tasks: list[Callable[[], None]] = []

    def __call__(self, task: Callable[[], None]) -> None:
        if self.is_busy:
            self.tasks.append(task)
        else:
            task()

    def catch_up(self) -> None:
        while self.tasks:
            self.tasks.pop(0)()


class Gate:
    """A fetch that stands still while a test has it shut. entered: somebody stands before it."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._opened = threading.Event()
        self.entered = threading.Event()
        self.open()

    def __call__(self, url: str, seconds: float) -> bytes:
        if not self._opened.is_set():
            self.entered.set()
            assert self._opened.wait(30)
        return self._documents(url, seconds)

    def open(self) -> None:
        self._opened.set()

    def shut(self) -> None:
        self.entered.clear()
        self._opened.clear()
