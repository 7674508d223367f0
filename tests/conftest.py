"""What every test can ask for, beside what api.core.testing gives to all: the app as a newcomer
has it, and callers of every kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

import api.application
from api.core import storage
from api.core.application import Application
from api.core.storage import Database, schema
from tests.core.support.cli import Runner
from tests.core.support.databases import Postgres, Sqlite
from tests.core.support.migrations import Migrations
from tests.core.support.missing import Missing
from tests.core.support.tenant import Tenant

pytest_plugins = ["api.core.testing"]


@pytest.fixture(scope="session")
def application() -> Application:
    return api.application.application


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Missing())


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL, started when the first test needs it."""
    with Postgres() as running:
        yield running


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """A new database with the code's schema: SQLite, or what ON_BOTH asks for."""
    maker: Sqlite | Postgres = request.getfixturevalue(getattr(request, "param", "sqlite"))
    return maker.make()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def stored(database: Database) -> Iterator[Flask]:
    """The smallest app that has a storage; the test runs in its context."""
    app = Flask("stored")
    storage.init_app(app, database)
    with app.app_context():
        yield app


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Migrations:
    """Those that `schema` sees from now on."""
    added = Migrations(tmp_path)
    monkeypatch.setattr(schema, "MIGRATIONS", added.directory)
    return added


@pytest.fixture
def runner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Runner:
    """`runner("token", "mint")`: manage.py in an empty directory, without any setting."""
    return Runner(tmp_path, monkeypatch, capsys)


@pytest.fixture(scope="session")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    """An issuer over HTTPS on a port of this machine, whose certificate its own CA signed."""
    with Tenant(tmp_path_factory.mktemp("tenant")) as running:
        yield running
