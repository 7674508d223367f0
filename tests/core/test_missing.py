"""How a run of pytest treats the browser's tests, with a browser and without one."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.support import chromium

ROOT = Path(__file__).parents[2]
LAST_LINE = (
    r"Not tested here: the page in a browser \(\d+ tests\)\. "
    r"To test it: sudo apt-get install chromium \(Debian/Ubuntu\), "
    r"or any Chromium or Chrome on the PATH"
)


def collect(path: Path, ci: str = "") -> subprocess.CompletedProcess[str]:
    """pytest, as far as its choice of tests, for this file and the page, with `path` as PATH."""
    return run(path, "--collect-only", __file__, "tests/core/page", ci=ci)


def run(path: Path, *arguments: str, ci: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *arguments],
        cwd=ROOT,
        env=os.environ | {"PATH": str(path), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )


def put_browser(directory: Path, name: str) -> str:
    """A browser, as far as one can see without starting it."""
    executable = directory / name
    executable.touch(mode=0o755)
    return str(executable)


@pytest.mark.parametrize("name", chromium.NAMES)
def test_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A browser is found under each of its usual names."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium.find() is None
    executable = put_browser(tmp_path, name)
    assert chromium.find() == executable


def test_left_out(tmp_path: Path) -> None:
    """Without a browser, its tests are left out, the run succeeds, and the last line says so."""
    ended = collect(tmp_path)
    assert ended.returncode == 0
    assert "tests/core/page/" not in ended.stdout
    assert re.fullmatch(LAST_LINE, ended.stdout.splitlines()[-1])


def test_demanded(tmp_path: Path) -> None:
    """Without a browser and with CI=true, the run fails and says what to install."""
    ended = collect(tmp_path, ci="true")
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert "With CI=true nothing may be left out: sudo apt-get install" in ended.stderr
    assert re.fullmatch(LAST_LINE, ended.stdout.splitlines()[-1])


def test_chosen(tmp_path: Path) -> None:
    """With a browser, its tests are collected, and no notice is printed."""
    put_browser(tmp_path, "chromium")
    ended = collect(tmp_path, ci="true")
    assert ended.returncode == 0
    assert "tests/core/page/" in ended.stdout
    assert "Not tested here" not in ended.stdout


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", pytest.ExitCode.USAGE_ERROR)])
def test_spread(tmp_path: Path, ci: str, code: int) -> None:
    """A run in two processes prints the notice about a missing browser once."""
    ended = run(tmp_path, "-n", "2", "tests/core/page", "tests/core/test_strictjson.py", ci=ci)
    assert ended.returncode == code, ended.stdout + ended.stderr
    said = ended.stdout.splitlines() + ended.stderr.splitlines()
    assert len([line for line in said if "sudo apt-get install chromium" in line]) == 1
