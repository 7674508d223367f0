"""Node.js, and what npm installs for some tests, beside their package.json."""

import shutil
import subprocess
from pathlib import Path

_CORE = Path(__file__).parents[1]
CLIENTS, PROVIDER = _CORE / "clients", _CORE / "provider"
INSTALL = ("npm", "ci", "--ignore-scripts", "--engine-strict", "--fetch-retries=1")


def is_ready(place: Path) -> bool:
    """Return whether Node.js is there, and the packages of a directory, or could be just now."""
    if not shutil.which("node") or not shutil.which("npm"):
        return False
    return _is_installed(place) or _install(place)


def _is_installed(place: Path) -> bool:
    wanted = place / "package-lock.json"
    installed = place / "node_modules/.package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= wanted.stat().st_mtime


def _install(place: Path) -> bool:
    ended = subprocess.run(INSTALL, cwd=place, capture_output=True, check=False)
    return ended.returncode == 0
