"""A run of pytest on a machine that lacks a browser, and on one that has it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.chromium import NAMES

ROOT = Path(__file__).parents[1]


def collect(path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """pytest, as far as its choice of tests, for this file and the page, with `path` as PATH."""
    inherited = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", __file__, "tests/page"],
        cwd=ROOT,
        env=inherited | {"PATH": str(path)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(params=NAMES)
def browser(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A directory with a browser in it, as far as one can see without starting it."""
    executable = tmp_path / request.param
    executable.touch(mode=0o755)
    return tmp_path


def test_left_out(tmp_path: Path) -> None:
    """Without a browser its tests are left out, the run is a success, and its last line says so."""
    ended = collect(tmp_path)
    assert ended.returncode == 0
    assert "tests/page/" not in ended.stdout
    last = ended.stdout.splitlines()[-1]
    assert last.startswith("Not tested here: the page in a browser (")
    assert last.endswith(
        "To test it: sudo apt-get install chromium (Debian/Ubuntu), "
        "or any Chromium or Chrome on the PATH"
    )


def test_demanded(tmp_path: Path) -> None:
    """With CI=true the run is refused, and says the same."""
    ended = collect(tmp_path, CI="true")
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert "With CI=true nothing may be left out." in ended.stderr
    assert ended.stdout.splitlines()[-1].startswith("Not tested here: the page in a browser (")


@pytest.mark.parametrize("ci", ["", "true"])
def test_chosen(browser: Path, ci: str) -> None:
    """With a browser of any usual name its tests are chosen, and nothing is said."""
    ended = collect(browser, CI=ci)
    assert ended.returncode == 0
    assert "tests/page/" in ended.stdout
    assert "Not tested here" not in ended.stdout
