"""Node.js, and what npm installs for tests/core/provider."""

import shutil
import subprocess
from pathlib import Path

PROVIDER = Path(__file__).parents[1] / "provider"
INSTALL = ("npm", "ci", "--ignore-scripts", "--engine-strict", "--fetch-retries=1")


def is_ready() -> bool:
    """Return whether the provider can start: its packages are installed, or could be just now."""
    if not shutil.which("node") or not shutil.which("npm"):
        return False
    return _is_installed() or _install()


def _is_installed() -> bool:
    wanted = PROVIDER / "package-lock.json"
    installed = PROVIDER / "node_modules/.package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= wanted.stat().st_mtime


def _install() -> bool:
    ended = subprocess.run(INSTALL, cwd=PROVIDER, capture_output=True, check=False)
    return ended.returncode == 0
