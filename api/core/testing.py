"""For the tests of API developers, a plugin of pytest: `pytest_plugins = ["api.core.testing"]`.

client     a caller without a token
bearer     `bearer("read:messages", sub="auth0|ann")`: a caller whose token grants these scopes
issuer     who signs the tokens; can change its key, and be out of reach
clock      the time of app and issuer, which stands still until a test moves it
app        the API that they all have to do with, with an empty `database` and `settings` of its own

Nothing is patched: tokens are signed, and pass the same guard as in production. Issuer, clock and
database come in by the doors that `create_app` has for them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey

from api.core.application import Application
from api.core.factory import create_app
from api.core.guard.fetch import FetchError
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings
from api.core.storage import Database, schema

URL = "http://localhost/issuer/"
AUDIENCE = "https://api.localhost/"


class Clock:
    """Seconds since the epoch, `now`, that pass when a test says so."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class FickleIssuer(EmbeddedIssuer):
    """The embedded issuer, to which things happen when a test says so."""

    def __init__(self, directory: Path) -> None:
        self._time = Clock(0)
        super().__init__(directory, URL, AUDIENCE, lambda: self._time.now)
        self._first = self._key
        self.begin(self._time)

    def begin(self, clock: Clock) -> None:
        """Be as in the beginning, by that clock."""
        self._time = clock
        self._key = self._first
        self._former: list[RSAKey] = []
        self._is_reachable = True

    def rotate(self, *, withdraw: bool = False) -> None:
        """Sign with a new key from now on; go on publishing the former ones, or `withdraw` them.

        The API learns of a new key when a token comes with it, but asks only once in 5 s: a second
        new key is answered 503 until then. That a key was withdrawn it learns when it next asks,
        after 10 minutes at the latest. Advance the clock.
        """
        self._former = [] if withdraw else [*self._former, self._key]
        self._key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Meanwhile the API cannot reach the issuer; tokens are made all the same."""
        self._is_reachable = False
        try:
            yield
        finally:
            self._is_reachable = True

    def fetch(self, url: str, seconds: float = 0.0) -> bytes:
        if not self._is_reachable:
            raise FetchError(f"{url} is out of reach")
        return super().fetch(url, seconds)

    def _jwks(self) -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False) for key in (self._key, *self._former)]}


@pytest.fixture(scope="session")
def application() -> Application:
    """Whose API is tested. Each project has a fixture of this name in its conftest.py."""
    raise LookupError(
        "Which API is tested? Add a fixture named application to tests/conftest.py. It returns "
        "what api.application has under that name."
    )


@pytest.fixture
def clock() -> Clock:
    return Clock(time.time())


@pytest.fixture(scope="session")
def shared_issuer(tmp_path_factory: pytest.TempPathFactory) -> FickleIssuer:
    """One for all tests, for what it begins with takes its time: a key."""
    return FickleIssuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture
def issuer(shared_issuer: FickleIssuer, clock: Clock) -> FickleIssuer:
    shared_issuer.begin(clock)
    return shared_issuer


@pytest.fixture
def database(application: Application, tmp_path: Path) -> Iterator[Database]:
    """A new SQLite with the code's schema. Override it to test on another."""
    opened = Database(f"sqlite:///{tmp_path / 'api.db'}", branches=application.branches)
    schema.upgrade(opened)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def settings(application: Application) -> Settings:
    """The settings of the app: the default of each. Override it to test with others."""
    return application.settings()


@pytest.fixture
def app(
    application: Application,
    settings: Settings,
    issuer: FickleIssuer,
    database: Database,
    clock: Clock,
) -> Flask:
    """The app with the embedded issuer, TESTING off: failures look as they do in production."""
    return create_app(
        application, settings, issuer=issuer, database=database, now=clock, clock=clock
    )


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller without a token."""
    return app.test_client()


@pytest.fixture
def bearer(app: Flask, issuer: FickleIssuer) -> Callable[..., FlaskClient]:
    """`bearer("read:messages", sub="auth0|ann")`: a caller whose token grants these scopes, good
    for a day, or for `expires_in` seconds. Other arguments are claims; None takes one out."""

    def caller(*scopes: str, **claims: Any) -> FlaskClient:
        token = issuer.mint(" ".join(scopes), **claims)
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    return caller
