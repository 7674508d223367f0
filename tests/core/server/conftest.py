"""Fixtures for tests of `serve`: a worker that waits only one second for a body."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.core.support.commands import get, until
from tests.core.support.databases import Sqlite
from tests.core.support.server import Server
from tests.core.support.tenant import Tenant


@pytest.fixture(scope="module")
def server(
    tenant: Tenant, sqlite: Sqlite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """One worker with eight threads, which waits one second for a body."""
    settings: dict[str, Any] = {"THREADS": "8", "BODY_TIMEOUT": "1", "DATABASE_URL": sqlite.make()}
    directory = tmp_path_factory.mktemp("server")
    with Server(directory, "serve", "--workers", "1", **tenant.environment, **settings) as running:
        # The keys are fetched after the start, and not before it.
        until(lambda: get(f"{running.url}/health/ready").status == 200)
        yield running
    # Whatever the tests did to it.
    assert all(isinstance(json.loads(line), dict) for line in running.log.splitlines())


@pytest.fixture
def writer(tenant: Tenant) -> str:
    """The header line of a caller who may write messages."""
    return f"Authorization: Bearer {tenant.token(scope='write:messages')}"
