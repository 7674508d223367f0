"""Every part of the API follows the limits that operators set."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.pool import QueuePool

from api.core.application import Application
from api.core.factory import create_app
from api.core.issuer import EmbeddedIssuer
from api.core.server.gateway import Gateway
from api.core.server.worker import load
from api.core.settings import Settings
from api.core.storage import database_of
from tests.core.support.cli import Runner

TENANT = {"AUTH0_DOMAIN": "tenant.example", "AUTH0_AUDIENCE": "https://api.example/"}


def app_with(application: Application, issuer: EmbeddedIssuer, **settings: Any) -> Flask:
    return create_app(application, application.settings(**settings), issuer=issuer)


@pytest.mark.parametrize(
    ("limit", "words"), [(65536, "64 KiB"), (2048, "2 KiB"), (1500, "1500 bytes")]
)
def test_body(application: Application, issuer: EmbeddedIssuer, limit: int, words: str) -> None:
    """A body over MAX_BODY is answered 413, and the answer and the documents name the limit."""
    client = app_with(application, issuer, max_body=limit).test_client()
    headers = {
        "Authorization": f"Bearer {issuer.mint('write:messages')}",
        "Content-Type": "application/json",
    }
    body = b'{"text": 1}'.ljust(limit)
    assert client.post("/api/messages", data=body, headers=headers).status_code == 422
    refused = client.post("/api/messages", data=body + b" ", headers=headers)
    detail = f"The request body is over the limit of {words}."
    assert (refused.status_code, refused.get_json()["detail"]) == (413, detail)
    for name in ("openapi.json", "openapi-3.0.json", "swagger.json"):
        assert f'"{detail}"' in client.get(f"/{name}").text


@pytest.mark.parametrize(("limit", "words"), [(1024, "1 KiB"), (20000, "20000 bytes")])
def test_header(application: Application, issuer: EmbeddedIssuer, limit: int, words: str) -> None:
    """An Authorization header over MAX_HEADER is answered 400, and the answer names the limit."""
    client = app_with(application, issuer, max_header=limit).test_client()
    header = "Bearer ".ljust(limit, "a")
    statuses = [
        client.get("/api/private", headers={"Authorization": text}).status_code
        for text in (header, header + "a")
    ]
    assert statuses == [401, 400]
    refused = client.get("/api/private", headers={"Authorization": header + "a"})
    assert refused.get_json()["detail"] == f"The Authorization header is over {words}."


def test_explain_reads_as_long_a_header(runner: Runner) -> None:
    """`token explain` refuses a token that is too long for MAX_HEADER, as the API does."""
    longer = runner("token", "explain", "a" * 1018, MAX_HEADER="1024")
    assert "1018 characters" in longer.out
    assert "1017 characters" not in runner("token", "explain", "a" * 1017, MAX_HEADER="1024").out


def test_database(application: Application, issuer: EmbeddedIssuer, tmp_path: Path) -> None:
    """The size, timeout and retries of the database's pool are those of the settings."""
    app = app_with(
        application,
        issuer,
        database_url=f"sqlite:///{tmp_path}/api.db",
        database_pool_size=3,
        database_timeout=2.0,
        database_retries=1,
    )
    database = database_of(app)
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    assert pool.size() == 3
    assert pool.timeout() == 2.0
    assert database._attempts == 2


def test_workers_share_the_connections(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each worker of `serve` knows the number of workers and takes its share of the connections."""
    loaders: list[Any] = []

    class Recorder:
        def __init__(self, *_args: Any, **_more: Any) -> None:
            pass

        def serve(self, target_loader: Any, wrap_loader: bool) -> None:
            loaders.append(target_loader)

    monkeypatch.setattr("api.core.cli.serve.Granian", Recorder)
    (tmp_path / "instance").mkdir()
    environment = TENANT | {"THREADS": "64", "MAX_BODY": "2048", "PORT": "3999"}
    assert runner("db", "upgrade", **environment).code == 0
    assert runner("serve", "--workers", "16", **environment).code == 0
    [loader] = loaders
    assert isinstance(loader, partial)
    assert loader.func is load
    settings = loader.args[1]
    assert isinstance(settings, Settings)
    assert (settings.workers, settings.database_connections) == (16, 5)
    monkeypatch.setattr("api.core.server.worker.end_with_main_process", lambda: None)
    gateway = loader()
    assert isinstance(gateway, Gateway)
    environ = {"PATH_INFO": "/api/messages", "REQUEST_METHOD": "POST"}
    assert gateway._max_body(environ) == 2048
    assert isinstance(gateway.app, Flask)
    pool = database_of(gateway.app).engine.pool
    assert isinstance(pool, QueuePool)
    assert pool.size() == 5
