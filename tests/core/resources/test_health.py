"""The health checks: /health/live and /health/ready."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from api.core.factory import create_app
from api.core.guard.fetch import FetchError
from api.core.guard.keys import RETRY_AFTER_FAILURE
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings
from api.core.storage import Database, schema
from tests.core.demo import application
from tests.core.support.databases import ON_BOTH, Sqlite
from tests.core.support.migrations import Migrations

LIVE, READY = "/health/live", "/health/ready"


def is_ready(client: FlaskClient) -> bool:
    """Whatever it lacks, it lives."""
    assert client.get(LIVE).json == {"status": "live"}
    return client.get(READY).status_code == 200


def fault(client: FlaskClient) -> str:
    """What it lacks, in words."""
    assert not is_ready(client)
    response = client.get(READY)
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    assert response.get_json()["type"] == "/problems#not-ready"
    assert response.headers["Retry-After"] == "5"
    return str(response.get_json()["detail"])


@ON_BOTH
@pytest.mark.parametrize(("path", "status"), [(LIVE, "live"), (READY, "ready")])
def test_it_is_well(client: FlaskClient, path: str, status: str) -> None:
    """The health checks are answered 200 without a token, and with an invalid token as well."""
    for headers in ({}, {"Authorization": "Bearer x"}):
        response = client.get(path, headers=headers)
        assert (response.status_code, response.json) == (200, {"status": status})
    assert client.head(path).status_code == 200


@ON_BOTH
def test_an_old_schema_is_told(client: FlaskClient, database: Database) -> None:
    """The API is not ready with an old schema, and ready after the upgrade."""
    schema.downgrade(database, "base")
    assert fault(client) == "Not ready: the database's schema is not the code's."
    schema.upgrade(database)
    assert is_ready(client)


def test_a_database_that_is_away_is_told(
    issuer: EmbeddedIssuer, sqlite: Sqlite, tmp_path: Path
) -> None:
    """The API is not ready without its database, whose address is not shown, and recovers."""
    file = tmp_path / "later" / "api.db"
    database = Database(f"sqlite:///{file}", branches=application.branches)
    client = create_app(application, Settings(), issuer=issuer, database=database).test_client()
    assert fault(client).startswith("Not ready: the database cannot be used")
    assert "later" not in fault(client)
    file.parent.mkdir()
    shutil.copy(urlsplit(sqlite.make()).path, file)
    assert is_ready(client)
    database.engine.dispose()


class Issuers:
    """Two tenants of which `down` cannot be reached, and the time."""

    domains = ("one.example.com", "two.example.com")

    def __init__(self, issuer: EmbeddedIssuer) -> None:
        self.down: set[str] = set()
        self.time = 0.0
        self._jwks = issuer.fetch(issuer.jwks_uri)

    def fetch(self, url: str, seconds: float) -> bytes:
        host = urlsplit(url).netloc
        if host in self.down:
            raise FetchError(f"{url} is down")
        if url.endswith("jwks.json"):
            return self._jwks
        issuer = f"https://{host}/"
        return f'{{"issuer": "{issuer}", "jwks_uri": "{issuer}jwks.json"}}'.encode()


@pytest.fixture
def issuers(issuer: EmbeddedIssuer) -> Issuers:
    return Issuers(issuer)


@pytest.fixture
def tenants(issuers: Issuers, database: Database) -> FlaskClient:
    """A caller of an app that takes tokens of both."""
    settings = Settings(auth0_domain=issuers.domains, auth0_audience="https://api.example.com/")
    app = create_app(
        application, settings, database=database, fetch=issuers.fetch, clock=lambda: issuers.time
    )
    return app.test_client()


def test_signing_keys_are_fetched_to_know(tenants: FlaskClient) -> None:
    """The readiness check fetches the signing keys itself, before any token arrives."""
    assert is_ready(tenants)


def test_signing_keys_that_cannot_be_had_are_told(issuers: Issuers, tenants: FlaskClient) -> None:
    """The API is not ready if no issuer can be reached, and names each of them."""
    issuers.down = set(issuers.domains)
    told = fault(tenants)
    assert all(
        f"the signing keys of https://{each}/ cannot be had" in told for each in issuers.down
    )
    issuers.down = set()
    issuers.time += RETRY_AFTER_FAILURE
    assert is_ready(tenants)


@pytest.mark.parametrize("down", Issuers.domains)
def test_one_issuer_that_is_down_is_no_reason_to_leave(
    issuers: Issuers, tenants: FlaskClient, down: str
) -> None:
    """The API is ready if only one of its issuers is down."""
    issuers.down = {down}
    assert is_ready(tenants)


def test_a_schema_that_cannot_be_read_is_told(client: FlaskClient, migrations: Migrations) -> None:
    """Migrations with two heads are reported as not ready, and not as an internal error."""
    for revision in ("0002", "0003"):
        migrations.add(revision, "pass", down_revision="0001")
    assert fault(client) == "Not ready: the database's schema cannot be read."


def test_signing_keys_that_are_kept_are_enough(issuers: Issuers, tenants: FlaskClient) -> None:
    """The API stays ready with cached keys if the issuers go down later."""
    assert is_ready(tenants)
    issuers.down = set(issuers.domains)
    issuers.time += 3600
    assert is_ready(tenants)


def test_all_faults_are_told(issuers: Issuers, tenants: FlaskClient, database: Database) -> None:
    """All faults are reported in one answer."""
    schema.downgrade(database, "base")
    issuers.down = set(issuers.domains)
    told = fault(tenants)
    for name in ("schema", *issuers.domains):
        assert name in told
