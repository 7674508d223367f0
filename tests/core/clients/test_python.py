"""The Python client of OpenAPI Generator."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.support.commands import printed_by

pytestmark = pytest.mark.needs("java")
IMPORT_ALL = """
import importlib, pkgutil, demo_client
for module in pkgutil.walk_packages(demo_client.__path__, "demo_client."):
    importlib.import_module(module.name)
from demo_client.models.shape import Shape
print(Shape.from_json('{"type": "circle", "radius": "5"}').to_json())
"""


@pytest.mark.parametrize("name", ["openapi.json", "openapi-3.0.json", "swagger.json"])
def test_a_client_is_generated(documents: Path, tmp_path: Path, name: str) -> None:
    """Every module of the client is imported, and a shape is read and written."""
    generator = Path(sys.executable).with_name("openapi-generator-cli")
    arguments = f"generate -g python -i {documents / name} -o . --package-name demo_client"
    ended = subprocess.run(
        [generator, *arguments.split()], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert '"radius"' in printed_by(IMPORT_ALL, tmp_path)
