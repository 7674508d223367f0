"""The command `settings`: it writes the reference of the settings and checks it."""

import importlib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from api.core.settings import Settings, reference, setting
from tests.core.support.cli import Runner

MARKED = f"# A title\n{reference.START}\n{reference.END}\nThe end.\n"


@dataclass(frozen=True)
class Own(Settings):
    """Settings with one more setting."""

    greeting: str = setting("Hello", "How everybody is greeted.", example="Good day")


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory for the files, in place of that of the committed ones."""
    # By import_module: as an attribute of api.core.cli, the command hides its module.
    monkeypatch.setattr(importlib.import_module("api.core.cli.settings"), "DIRECTORY", tmp_path)
    return tmp_path


@pytest.fixture
def own(runner: Runner, directory: Path) -> Runner:
    """The commands of an API that has its own setting and a README."""
    runner.application = replace(runner.application, settings=Own)
    (directory / "README.md").write_text(MARKED)
    return runner


def test_committed(runner: Runner) -> None:
    """The committed files match the code. If not, run: python manage.py settings write"""
    assert runner("settings", "check") == (0, "", "")


def test_write(own: Runner, directory: Path) -> None:
    """`settings write` includes the team's own settings, and its files pass the check."""
    assert own("settings", "write") == (0, ".env.example\nREADME.md\n", "")
    assert "\n#GREETING='Good day'\n" in (directory / ".env.example").read_text()
    row = "| `GREETING` | How everybody is greeted. | `Good day` | `Hello` |\n"
    assert row in (directory / "README.md").read_text()
    assert own("settings", "check") == (0, "", "")


@pytest.mark.parametrize("name", ["README.md", ".env.example"])
def test_differs(own: Runner, directory: Path, name: str) -> None:
    """A file that differs fails the check with a diff of it, and with the remedy."""
    own("settings", "write")
    path = directory / name
    path.write_text(path.read_text().replace("How everybody", "How nobody"))
    result = own("settings", "check")
    assert result.code == 1
    assert result.out.startswith(f"--- {name} as committed\n+++ {name} as the code says\n")
    assert result.err.endswith("Bring that up to date: python manage.py settings write\n")


@pytest.mark.parametrize("readme", [None, "# Without a table\n"], ids=["none", "unmarked"])
def test_readme_without_a_table(own: Runner, directory: Path, readme: str | None) -> None:
    """A README without a place for the table is not changed, and the command says how to add
    one."""
    path = directory / "README.md"
    path.unlink() if readme is None else path.write_text(readme)
    result = own("settings", "write")
    assert (result.code, result.out) == (0, ".env.example\n")
    assert result.err.startswith("README.md has no place for the table.")
    assert (path.read_text() if path.exists() else None) == readme
    assert own("settings", "check").code == 0
