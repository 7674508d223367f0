"""The machinery imports nothing that a team may remove."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.support.server import ROOT

UPSTREAM = ("api.core", "schemas.core", "openapi", "tests.core")
FILES = sorted(
    path
    for name in UPSTREAM
    for path in ROOT.joinpath(*name.split(".")).rglob("*.py")
    if "node_modules" not in path.parts
)
PROJECT = {"api", "schemas", "openapi", "tests"}


def imports(path: Path) -> Iterator[str]:
    """Every name of the project that a file imports, wherever in the file it does."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] in PROJECT)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_upstream_knows_nothing_of_the_team(path: Path) -> None:
    """The machinery's files import none of the team's, so a team may remove any of its own."""
    foreign = [
        name
        for name in imports(path)
        if not any(name == each or name.startswith(f"{each}.") for each in UPSTREAM)
    ]
    assert foreign == []
