"""The script manage.py: errors in one line, and calls from any directory."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.core.support.server import ROOT, clean_environment


def test_manage_py_ends_in_one_line(tmp_path: Path) -> None:
    """Decorators in the wrong order end a command with one line and no traceback."""
    copy = tmp_path / "project"
    ignored = shutil.ignore_patterns(".*", "instance", "tests", "__pycache__")
    shutil.copytree(ROOT, copy, ignore=ignored)
    private = copy / "api/resources/private.py"
    lines = private.read_text(encoding="utf-8").splitlines(keepends=True)
    [number] = [number for number, line in enumerate(lines) if "@require_auth()" in line]
    lines[number], lines[number + 1] = lines[number + 1], lines[number]
    private.write_text("".join(lines), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "manage.py", "routes"],
        cwd=copy,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    place = f"{private}:{number + 1}"
    assert ended.stderr.startswith(f"Error: Private.get ({place}) has @ns.operation above")
    assert ended.stderr.count("\n") == 1


def test_manage_py_can_be_called_from_anywhere(tmp_path: Path) -> None:
    """manage.py finds its project when it is called from another directory."""
    ended = subprocess.run(
        [sys.executable, ROOT / "manage.py", "nope"],
        cwd=tmp_path,
        env={name: value for name, value in clean_environment().items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (2, "Error: No such command 'nope'.\n")
