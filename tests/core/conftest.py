"""The tests of the machinery run on an application of their own, tests.core.demo."""

from collections.abc import Iterator

import pytest

from api.core.application import Application
from tests.core import demo
from tests.core.support.databases import Postgres, Sqlite

# What lasts for a session is defined here again: the tests of a team have it for their application.


@pytest.fixture(scope="session")
def application() -> Application:
    return demo.application


@pytest.fixture(scope="session")
def sqlite(application: Application, tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("sqlite"), application.branches)


@pytest.fixture(scope="session")
def postgres(application: Application) -> Iterator[Postgres]:
    with Postgres(application.branches) as running:
        yield running
