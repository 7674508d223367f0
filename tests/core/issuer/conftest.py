"""An issuer, its clock, and who asks it for tokens."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.core.issuer import EmbeddedIssuer
from api.core.testing import Clock
from tests.core.issuer.browser import AUDIENCE, URL, Browser, MakeIssuer, client_for


@pytest.fixture
def clock() -> Clock:
    return Clock(1_800_000_000.75)


@pytest.fixture
def make_issuer(tmp_path: Path, clock: Clock) -> MakeIssuer:
    def make(directory: Path = tmp_path / "issuer", url: str = URL) -> EmbeddedIssuer:
        return EmbeddedIssuer(directory, url, AUDIENCE, clock)

    return make


@pytest.fixture
def issuer(make_issuer: MakeIssuer) -> EmbeddedIssuer:
    return make_issuer()


@pytest.fixture
def client(issuer: EmbeddedIssuer) -> FlaskClient:
    return client_for(issuer)


@pytest.fixture
def browser(client: FlaskClient, issuer: EmbeddedIssuer) -> Browser:
    return Browser(client, issuer)
