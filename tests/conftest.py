"""What the tests of this API begin with: its application, and two plugins that go by it."""

import pytest

import api.application
from api.core.application import Application

pytest_plugins = ["api.core.testing", "tests.core.support.fixtures"]


@pytest.fixture(scope="session")
def application() -> Application:
    return api.application.application
