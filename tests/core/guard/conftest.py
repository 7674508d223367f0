"""The API of the tenant, in this process and in one of its own, a clock, and a signing key."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import RSAKey

from api.core.testing import Clock
from tests.core.guard.exchange import exchange
from tests.core.support.app import app_of
from tests.core.support.redis import Redis
from tests.core.support.server import Server
from tests.core.support.sockets import Answer
from tests.core.support.tenant import Tenant


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


@pytest.fixture
def send(server: Server) -> Callable[..., Answer]:
    """`send("/api/me", b"Bearer …")`: what the process of `server` answers."""
    return lambda path, *authorization, **sent: exchange(server.port, path, *authorization, **sent)
