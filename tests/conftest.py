"""What every test can ask for: the app as a newcomer has it, and callers of every kind."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.issuer import EmbeddedIssuer
from api.settings import Settings
from api.storage import Database
from tests.support.cli import Runner
from tests.support.databases import Postgres, Sqlite
from tests.support.missing import Missing
from tests.support.tenant import Tenant


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Missing())


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedIssuer:
    directory = tmp_path_factory.mktemp("issuer")
    return EmbeddedIssuer(directory, "http://localhost/issuer/", "https://api.localhost/")


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A real PostgreSQL, started when the first test needs it."""
    with Postgres(tmp_path_factory.mktemp("postgres")) as running:
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
def app(issuer: EmbeddedIssuer, database: Database) -> Flask:
    """The app with the embedded issuer, TESTING off: failures look as they do in production."""
    return create_app(Settings(), issuer=issuer, database=database)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller without a token."""
    return app.test_client()


@pytest.fixture
def bearer(app: Flask, issuer: EmbeddedIssuer) -> Callable[..., FlaskClient]:
    """`bearer("read:messages", sub="auth0|ann")`: a caller whose token grants these scopes."""

    def caller(*scopes: str, **claims: object) -> FlaskClient:
        token = issuer.mint(" ".join(scopes), **claims)
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    return caller


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
