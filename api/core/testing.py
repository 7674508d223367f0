"""A pytest plugin for the tests of an API: `pytest_plugins = ["api.core.testing"]`.

client     a client that sends no token
bearer     `bearer("read:messages", sub="auth0|ann")`: a client whose token has these scopes
issuer     the issuer of the tokens; it can rotate its key and be unreachable
clock      the time of the app and the issuer, which only a test advances
app        the app under test, with an empty `database` and its own `settings`

Nothing is patched: tokens are signed, and the guard checks them as in production. The issuer, the
clock and the database are arguments of `create_app`.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.core.application import Application
from api.core.factory import create_app
from api.core.guard.fetch import FetchError
from api.core.issuer import EmbeddedIssuer
from api.core.issuer.keys import KeyRing
from api.core.settings import Settings
from api.core.storage import Database, schema

URL = "http://localhost/issuer/"
AUDIENCE = "https://api.localhost/"


def location_of(response: TestResponse) -> str:
    """Return the path of the app that the Location header of a response leads to.

    The header itself is relative to the request.

    :param response: the response of a test client
    """
    return urljoin(response.request.path, response.headers["Location"])


class Clock:
    """A clock that stands still until a test advances it.

    :ivar now: seconds since the epoch
    """

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass.

        :param seconds: how much
        """
        self.now += seconds


class FakeIssuer(EmbeddedIssuer):
    """The embedded issuer, whose keys and reachability a test controls."""

    def __init__(self, directory: Path) -> None:
        """
        :param directory: where its first key is stored
        """
        self._test_clock = Clock(0)
        super().__init__(directory, URL, AUDIENCE, lambda: self._test_clock.now)
        self._first_key = self.keys.current
        self.reset(self._test_clock)

    def reset(self, clock: Clock) -> None:
        """Return to the first key, and be reachable.

        :param clock: the clock of the next test
        """
        self._test_clock = clock
        self.keys = KeyRing(self._first_key)
        self._is_reachable = True

    def rotate(self, *, withdraw: bool = False) -> None:
        """Sign with a new key from now on.

        The API fetches the keys when a token names an unknown key, but only once in 5 seconds:
        until then, a token of a second new key is answered 503. It notices that a key was withdrawn
        at its next fetch, which is after 10 minutes at the latest. Advance the clock in a test.

        :param withdraw: publish the former keys no longer
        """
        self.keys.rotate()
        if withdraw:
            self.keys.withdraw()

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Make the issuer unreachable for the API in a block. Tokens can still be minted."""
        self._is_reachable = False
        try:
            yield
        finally:
            self._is_reachable = True

    def fetch(self, url: str, seconds: float = 0.0) -> bytes:
        """Return a document of the issuer.

        :param url: the URL of the document
        :param seconds: the deadline of the fetch
        :raises FetchError: the issuer is unreachable
        """
        if not self._is_reachable:
            raise FetchError(f"{url} is out of reach")
        return super().fetch(url, seconds)


@pytest.fixture(scope="session")
def application() -> Application:
    """The application under test. A project overrides this fixture in its conftest.py."""
    raise LookupError(
        "The fixture named application is missing. Add it to tests/conftest.py: it returns the "
        "application of api/application.py."
    )


@pytest.fixture
def clock() -> Clock:
    """The clock of the app and the issuer, which starts at the present time."""
    return Clock(time.time())


@pytest.fixture(scope="session")
def shared_issuer(tmp_path_factory: pytest.TempPathFactory) -> FakeIssuer:
    """One issuer for all tests, since it takes long to generate a key."""
    return FakeIssuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture
def issuer(shared_issuer: FakeIssuer, clock: Clock) -> FakeIssuer:
    """The issuer of the tokens, reachable and with its first key."""
    shared_issuer.reset(clock)
    return shared_issuer


@pytest.fixture
def database(application: Application, tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database with the current schema. Override it to test another database."""
    database = Database(f"sqlite:///{tmp_path / 'api.db'}", branches=application.branches)
    schema.upgrade(database)
    yield database
    database.engine.dispose()


@pytest.fixture
def settings(application: Application) -> Settings:
    """The default settings. Override it to test other settings."""
    return application.settings()


@pytest.fixture
def app(
    application: Application,
    settings: Settings,
    issuer: FakeIssuer,
    database: Database,
    clock: Clock,
) -> Flask:
    """The app with the embedded issuer. TESTING is off, so that errors look as in production."""
    return create_app(
        application, settings, issuer=issuer, database=database, now=clock, clock=clock
    )


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client that sends no token."""
    return app.test_client()


@pytest.fixture
def bearer(app: Flask, issuer: FakeIssuer) -> Callable[..., FlaskClient]:
    """`bearer("read:messages", sub="auth0|ann")` makes a client whose token has these scopes.

    The token is valid for a day, or for `expires_in` seconds. Further keyword arguments are claims,
    such as `org_id="org_acme"`, and so is `claims={"https://example.com/roles": ["editor"]}`. None
    removes a claim.
    """

    def make_client(
        *scopes: str, claims: Mapping[str, Any] | None = None, **more: Any
    ) -> FlaskClient:
        token = issuer.mint(" ".join(scopes), claims=claims, **more)
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    return make_client
