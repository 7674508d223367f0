"""The command `routes`: it lists the operations."""

import pytest

from api.core.bridge import api_of
from api.core.cli.openapi import example_app
from openapi import operations
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
    """Each operation has a line with its method, its path and what access it needs."""
    result = runner("routes")
    assert (result.code, result.err) == (0, "")
    rows = [line.split(maxsplit=3) for line in result.out.splitlines()]
    assert row in [(method, path, needs) for method, path, _operation, needs in rows]


def test_complete(runner: Runner) -> None:
    """Below the heading there is one line for each operation, in the order of the API."""
    heading, *lines = runner("routes").out.splitlines()
    assert heading.split() == ["METHOD", "PATH", "OPERATION", "NEEDS"]
    api = api_of(example_app(application))
    assert [line.split()[2] for line in lines] == [operation.id for operation in operations(api)]
