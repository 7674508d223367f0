"""`routes`."""

import pytest

from api.core.cli.openapi import committed_documents
from api.core.cli.routes import METHODS
from tests.core.demo import application
from tests.core.support.cli import Runner

EXPECTED = [
    ("GET", "/api/public", "nothing"),
    ("GET", "/api/private", "any access token"),
    ("GET", "/api/private-scoped", "read:messages"),
    ("GET", "/api/me", "any access token"),
]


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: row[1])
def test_row(runner: Runner, row: tuple[str, str, str]) -> None:
    """An operation is a line with its method, its path and what it needs."""
    result = runner("routes")
    assert (result.code, result.err) == (0, "")
    rows = [line.split(maxsplit=3) for line in result.out.splitlines()]
    assert row in [(method, path, needs) for method, path, _operation, needs in rows]


def test_complete(runner: Runner) -> None:
    """There is a line for each operation of the document, below one with the columns' names."""
    document = committed_documents(application)["openapi.json"]
    heading, *lines = runner("routes").out.splitlines()
    assert heading.split() == ["METHOD", "PATH", "OPERATION", "NEEDS"]
    assert sorted(line.split()[2] for line in lines) == sorted(
        operation["operationId"]
        for operations in document["paths"].values()
        for method, operation in operations.items()
        if method in METHODS
    )
