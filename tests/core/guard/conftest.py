"""The app as a tenant's API, in this process and in its own, a clock that moves when a test says
so, and an issuer of bytes."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPMessage, HTTPResponse
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from flask import Flask
from joserfc.jwk import RSAKey

from api.core.application import Application
from api.core.factory import create_app
from api.core.guard.fetch import FetchError
from api.core.settings import Settings
from api.core.testing import Clock
from tests.core.demo import application
from tests.core.support.redis import Redis
from tests.core.support.server import Server
from tests.core.support.tenant import AUDIENCE, Tenant

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


@pytest.fixture
def clock() -> Clock:
    return Clock(1_000_000.0)


@pytest.fixture(scope="session")
def key() -> RSAKey:
    return RSAKey.generate_key(2048)


@pytest.fixture(scope="session")
def jwk(key: RSAKey) -> Callable[..., dict[str, Any]]:
    """`jwk("a", alg=None)`: the key as published under a kid; a change to None leaves one out."""
    public = key.as_dict(private=False)

    def published(kid: str | None, **changes: Any) -> dict[str, Any]:
        members = {**public, "kid": kid, "use": "sig", "alg": "RS256"} | changes
        return {name: value for name, value in members.items() if value is not None}

    return published


@pytest.fixture
def app(tenant: Tenant) -> Flask:
    """The API of `tenant`, which it asks for its keys without a socket."""
    return app_of(tenant)


def app_of(
    tenant: Tenant,
    audience: str = AUDIENCE,
    settings: dict[str, Any] | None = None,
    api: Application = application,
    **changes: Any,
) -> Flask:
    configured = Settings(
        auth0_domain=(tenant.domain,), auth0_audience=audience, **(settings or {})
    )
    fetch = {"fetch": lambda url, _seconds: tenant.documents[urlsplit(url).path]}
    return create_app(api, configured, **(fetch | changes))


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A real Redis, started when the first test needs it."""
    with Redis(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture(scope="session")
def server(tenant: Tenant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The API in production, one worker, trusting `tenant`."""
    directory = tmp_path_factory.mktemp("server")
    with Server(directory, "serve", "--workers", "1", **tenant.environment) as running:
        yield running


class Answer(NamedTuple):
    status: int
    headers: HTTPMessage
    body: dict[str, Any]


def exchange(
    port: int,
    path: str,
    *authorization: bytes,
    method: str = "GET",
    host: str = "localhost",
    more: bytes = b"",
    body: bytes = b"",
) -> Answer:
    """A request with these Authorization lines and no other header than `more`, byte by byte."""
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n".encode()
    lines = b"".join(b"Authorization: %b\r\n" % line for line in authorization)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head + lines + more + b"\r\n" + body)
        response = HTTPResponse(connection, method=method)
        response.begin()
        text = response.read()
    return Answer(response.status, response.headers, json.loads(text) if text else {})


@pytest.fixture
def send(server: Server) -> Callable[..., Answer]:
    """`send("/api/me", b"Bearer …")`: what the process of `server` answers."""
    return lambda path, *authorization, **sent: exchange(server.port, path, *authorization, **sent)


METADATA = "http://localhost/.well-known/oauth-protected-resource"


def challenges(body: dict[str, Any], failing_scheme: str = "Bearer", scope: str = "") -> list[str]:
    """What the lines of WWW-Authenticate must be, to the letter, with a refusal of this `body`.

    :param failing_scheme: the scheme whose challenge says what is wrong
    :param scope: the scope that a 403 asks for
    """
    known = {"realm": AUDIENCE, "resource_metadata": METADATA}
    members = {name: body[name] for name in ("error", "error_description") if name in body}
    error = members | ({"scope": scope} if scope else {})
    of_scheme = {"Bearer": known, "DPoP": known | {"algs": "ES256 RS256 EdDSA"}}
    of_scheme[failing_scheme] = of_scheme[failing_scheme] | error
    return [
        f"{scheme} " + ", ".join(f'{name}="{value}"' for name, value in attributes.items())
        for scheme, attributes in of_scheme.items()
    ]


def echoes(answer: Answer, sent: tuple[bytes, ...]) -> bool:
    """Whether twelve letters of the request in a row stand in the answer."""
    text = str(answer.headers) + json.dumps(answer.body)
    request = b" ".join(sent).decode("latin-1")
    return any(text[at : at + 12] in request for at in range(len(text) - 11))
