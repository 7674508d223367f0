"""What the queries of api.storage need around them."""

from collections.abc import Iterator

import pytest
from flask import Flask

from api.core import storage
from api.core.storage import Database


@pytest.fixture
def stored(database: Database) -> Iterator[Flask]:
    """The smallest app that has a storage; the test runs in its context."""
    app = Flask("stored")
    storage.init_app(app, database)
    with app.app_context():
        yield app
