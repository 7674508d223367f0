"""The command `openapi`: it writes the documents and checks them."""

import importlib
from pathlib import Path

import pytest

from api.core.cli.openapi import committed_documents
from openapi.build import as_text
from tests.core.demo import application
from tests.core.support.cli import Runner
from tests.core.support.commands import printed_by
from tests.core.support.server import ROOT

NAMES = ["openapi-3.0.json", "openapi.json", "swagger.json"]


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory for the documents, in place of that of the committed ones."""
    # By import_module: as an attribute of api.core.cli, the command hides its module.
    monkeypatch.setattr(importlib.import_module("api.core.cli.openapi"), "DIRECTORY", tmp_path)
    return tmp_path


def test_write(runner: Runner, directory: Path) -> None:
    """`openapi write` prints the names of the documents, and they pass the check."""
    result = runner("openapi", "write")
    assert (result.code, sorted(result.out.split())) == (0, [f"openapi/{name}" for name in NAMES])
    assert sorted(path.name for path in directory.iterdir()) == NAMES
    assert runner("openapi", "check") == (0, "", "")


@pytest.mark.parametrize("name", NAMES)
def test_differs(runner: Runner, directory: Path, name: str) -> None:
    """A document that differs fails the check with a diff of it, and with the remedy."""
    runner("openapi", "write")
    path = directory / name
    path.write_text(path.read_text().replace("Greet anybody", "Greet nobody"))
    result = runner("openapi", "check")
    assert result.code == 1
    changed = [line for line in result.out.splitlines() if line.startswith(("-", "+"))]
    assert changed[:2] == [
        f"--- openapi/{name} as committed",
        f"+++ openapi/{name} as the code says",
    ]
    assert [line.split('"')[3] for line in changed[2:]] == ["Greet nobody", "Greet anybody"]
    assert result.err.endswith("Bring them up to date: python manage.py openapi write\n")
    assert len(result.err.splitlines()) == 1


@pytest.mark.parametrize("name", NAMES)
def test_missing(runner: Runner, directory: Path, name: str) -> None:
    """A document that is missing fails the check."""
    runner("openapi", "write")
    (directory / name).unlink()
    result = runner("openapi", "check")
    assert result.code == 1
    assert result.out.startswith(f"--- openapi/{name} as committed\n")


@pytest.mark.parametrize("change", [str.rstrip, lambda text: text + "\n"], ids=["less", "more"])
def test_newline_at_the_end(runner: Runner, directory: Path, change: object) -> None:
    """A missing or additional newline at the end of a document fails the check."""
    runner("openapi", "write")
    path = directory / NAMES[0]
    path.write_text(change(path.read_text()))  # type: ignore[operator]
    result = runner("openapi", "check")
    assert result.code == 1
    assert result.out


@pytest.mark.parametrize("seed", ["1", "2"])
def test_same_in_every_process(seed: str) -> None:
    """The documents are the same to the byte in every process, whatever its hash seed."""
    code = (
        "from tests.core.demo import application; "
        "from api.core.cli.openapi import committed_documents as found; "
        "from openapi.build import as_text; "
        "print(*map(as_text, found(application).values()), sep='', end='')"
    )
    here = "".join(map(as_text, committed_documents(application).values()))
    assert printed_by(code, ROOT, PYTHONHASHSEED=seed) == here
