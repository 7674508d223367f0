"""The documents of the demo, as files."""

from pathlib import Path

import pytest

from api.core.cli.openapi import committed_documents
from openapi.build import as_text
from tests.core import demo


@pytest.fixture(scope="package")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with each document under its name."""
    directory = tmp_path_factory.mktemp("documents")
    for name, document in committed_documents(demo.application).items():
        (directory / name).write_text(as_text(document), encoding="utf-8")
    return directory
