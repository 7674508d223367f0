"""What every test can ask for: the app as a newcomer has it, and callers of every kind."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.issuer import EmbeddedIssuer
from api.settings import Settings
from tests.support.cli import Runner
from tests.support.tenant import Tenant


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedIssuer:
    directory = tmp_path_factory.mktemp("issuer")
    return EmbeddedIssuer(directory, "http://localhost/issuer/", "https://api.localhost/")


@pytest.fixture
def app(issuer: EmbeddedIssuer) -> Flask:
    """The app with the embedded issuer, TESTING off: failures look as they do in production."""
    return create_app(Settings(), issuer=issuer)


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
