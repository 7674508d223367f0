"""A plugin of pytest: what the tests of the machinery and those of a team can ask for.

It is there beside api.core.testing. All of it goes by `application`, which each conftest says. Two
fixtures last for a session, `sqlite` and `postgres`: where another application is tested in the
same session, its conftest defines them anew (tests/core does).
"""

import logging
import logging.config
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from api.core import storage
from api.core.application import Application
from api.core.storage import Branch, Database
from tests.core.support.cli import Runner
from tests.core.support.databases import Postgres, Sqlite
from tests.core.support.migrations import Migrations
from tests.core.support.missing import Missing
from tests.core.support.tenant import Tenant


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Missing())


@pytest.fixture(scope="session")
def sqlite(application: Application, tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    """A maker of SQLite databases with the schema of the application."""
    return Sqlite(tmp_path_factory.mktemp("sqlite"), application.branches)


@pytest.fixture(scope="session")
def postgres(application: Application) -> Iterator[Postgres]:
    """A real PostgreSQL, started when the first test needs it."""
    with Postgres(application.branches) as running:
        yield running


@pytest.fixture
def migrations(application: Application, tmp_path: Path) -> Migrations:
    """A copy of the application's migrations, to which the test can add some."""
    return Migrations(tmp_path, application)


@pytest.fixture
def migrated(request: pytest.FixtureRequest, application: Application) -> Application:
    """The application, with the migrations of the test if it asks for `migrations`."""
    if "migrations" not in request.fixturenames:
        return application
    migrations: Migrations = request.getfixturevalue("migrations")
    return migrations.application


@pytest.fixture
def branches(migrated: Application) -> tuple[Branch, ...]:
    """The branches of `database`: its tables and their migrations."""
    return migrated.branches


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a new database with the code's schema: SQLite, or what ON_BOTH asks for."""
    maker: Sqlite | Postgres = request.getfixturevalue(getattr(request, "param", "sqlite"))
    return maker.make()


@pytest.fixture
def database(database_url: str, branches: tuple[Branch, ...]) -> Iterator[Database]:
    """The database at `database_url`."""
    opened = Database(database_url, branches=branches)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def stored(database: Database) -> Iterator[Flask]:
    """The smallest app with a database. The test runs in its context."""
    app = Flask("stored")
    storage.init_app(app, database)
    with app.app_context():
        yield app


@pytest.fixture
def runner(
    migrated: Application,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Runner:
    """`runner("token", "mint")`: manage.py in an empty directory, without any setting."""
    # Commands set up the logging of their process; this one's is pytest's.
    monkeypatch.setattr("logging.config.dictConfig", lambda _config: None)
    monkeypatch.setattr(logging.root.manager, "disable", logging.NOTSET)
    return Runner(migrated, tmp_path, monkeypatch, capsys)


@pytest.fixture(scope="session")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    """An issuer over HTTPS on a port of this machine, whose certificate its own CA signed."""
    with Tenant(tmp_path_factory.mktemp("tenant")) as running:
        yield running
