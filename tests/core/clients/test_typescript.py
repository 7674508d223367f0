"""The types of openapi-typescript, and a program that uses them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.core.support.node import CLIENTS

pytestmark = pytest.mark.needs("npm")
TSC = [
    "--strict",
    "--noEmit",
    "--module",
    "esnext",
    "--moduleResolution",
    "bundler",
    "--target",
    "es2022",
    "--lib",
    "es2022,dom",
]


@pytest.mark.parametrize("name", ["openapi.json", "openapi-3.0.json"])
def test_a_program_compiles(documents: Path, tmp_path: Path, name: str) -> None:
    """A program with the types of the document compiles, and one that sends something else does
    not."""
    (tmp_path / "node_modules").symlink_to(CLIENTS / "node_modules")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(CLIENTS / "client.ts", tmp_path)
    for command in (
        ["openapi-typescript", str(documents / name), "--output", "schema.d.ts"],
        ["tsc", *TSC, "client.ts"],
    ):
        program, *arguments = command
        ended = subprocess.run(
            [f"node_modules/.bin/{program}", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
