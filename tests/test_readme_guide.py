"""The README's guide for an application of Flask-RESTX is followed to the letter."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.core.support.markdown import examples_of
from tests.core.support.server import clean_environment
from tests.core.support.tenant import Tenant

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (README, "You have a Flask-RESTX application already")
APP, PROBLEMS, GUARD, DECORATORS = examples_of(*GUIDE)
DOCUMENT, COPIES, LISTING = examples_of(*GUIDE, "console")
[SETTINGS] = examples_of(*GUIDE, "sh")

# Sends requests to the app and prints the status and the body of each answer.
CALLS = """
import json, sys
from app import app
client = app.test_client()
for headers, body in json.loads(sys.argv[1]):
    answer = client.post("/cats/", json=body, headers=headers)
    print(json.dumps([answer.status_code, answer.mimetype, answer.json]))
"""


class Application:
    """The application of the guide in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.environment = clean_environment() | {
            "PROJECT": str(ROOT),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        self.write(APP)

    def write(self, text: str) -> None:
        (self.directory / "app.py").write_text(text, encoding="utf-8")

    def type(self, console: str) -> str:
        """Run the commands of a block, but for pip: the packages are there."""
        commands = re.findall(r"^\$ (.*)$", console, re.M)
        lines = [command for command in commands if not command.startswith("pip install")]
        return self._run(["sh", "-ec", "\n".join(lines)])

    def call(self, *requests: tuple[dict[str, str], Any]) -> list[Any]:
        """Send requests, each with its headers and body, to the app."""
        written = self._run([sys.executable, "-c", CALLS, json.dumps(requests)])
        return [json.loads(line) for line in written.splitlines()]

    def _run(self, command: list[str]) -> str:
        ended = subprocess.run(
            command,
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout


@pytest.fixture
def stock(tmp_path: Path) -> Application:
    return Application(tmp_path)


def below_the_api(*blocks: str) -> str:
    """The application with these blocks below the line that makes the Api."""
    head, line, tail = re.split(r"^(api = Api\(.*\)\n)", APP, maxsplit=1, flags=re.M)
    return "\n".join([head + line, *blocks, tail])


def test_the_application_is_one_of_flask_restx_alone(stock: Application) -> None:
    """The application that the guide begins with works, and imports nothing of this project."""
    [created, refused] = stock.call(({}, {"name": "Tom"}), ({}, {}))
    assert created == [201, "application/json", {"name": "Tom"}]
    assert refused[:2] == [400, "application/json"]


def test_the_first_step_writes_a_document(stock: Application) -> None:
    """With `openapi/` alone beside it, the application has a valid document of OpenAPI 3.1."""
    stock.type(DOCUMENT)
    assert not (stock.directory / "api").exists()
    document = json.loads((stock.directory / "openapi.json").read_text("utf-8"))
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    assert document["info"]["title"] == "Cats"
    assert document["paths"]["/cats/"]["post"]["requestBody"]["required"]


def test_the_packages_of_the_first_step_are_all_it_needs() -> None:
    """`openapi/` imports what the guide installs, and what Flask-RESTX and these bring along."""
    [installed] = re.findall(r"^\$ pip install (.*)$", DOCUMENT, re.M)
    brought = set(_with_requirements({"flask-restx", *installed.split()}))
    by_module = packages_distributions()
    for path in (ROOT / "openapi").rglob("*.py"):
        for module in _imported(path) - sys.stdlib_module_names - {"openapi"}:
            assert {_normal(name) for name in by_module[module]} & brought, module


def _imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names.add(str(node.module).partition(".")[0])
        elif isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
    return names


def _with_requirements(names: set[str]) -> Iterator[str]:
    seen, pending = set[str](), list(names)
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        yield name
        lines = (line for line in distribution(name).requires or () if ";" not in line)
        pending += [_normal(re.split(r"[^\w.-]", line)[0]) for line in lines]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_second_step_answers_problems(stock: Application) -> None:
    """With `use_problems`, failures are problem documents, and the rest is as before."""
    stock.type(COPIES)
    stock.write(below_the_api(PROBLEMS))
    [created, refused] = stock.call(({}, {"name": "Tom"}), ({}, {}))
    assert created == [201, "application/json", {"name": "Tom"}]
    assert refused[:2] in ([400, "application/problem+json"], [422, "application/problem+json"])


def test_the_third_step_guards(stock: Application, tenant: Tenant) -> None:
    """With `use_guard`, a guarded method wants a token, before anything of the body is read."""
    stock.type(DOCUMENT)
    stock.type(COPIES)
    first = DECORATORS.splitlines()[1]
    stock.write(below_the_api(PROBLEMS, GUARD).replace(f"{first}\n", DECORATORS))
    names = re.findall(r"^(\w+)=", SETTINGS, re.M)
    assert names == ["AUTH0_DOMAIN", "AUTH0_AUDIENCE"]
    stock.environment |= {name: str(value) for name, value in tenant.environment.items()}
    bearer = {"Authorization": f"Bearer {tenant.token(scope='write:cats')}"}
    poor = {"Authorization": f"Bearer {tenant.token(scope='read:cats')}"}
    answers = stock.call(
        ({}, {"name": "Tom"}), ({}, {}), (poor, {}), (bearer, {}), (bearer, {"name": "Tom"})
    )
    assert [answer[0] for answer in answers] == [401, 401, 403, 422, 201]
    assert {answer[1] for answer in answers[:4]} == {"application/problem+json"}
    assert answers[3][2]["errors"][0]["pointer"] == "/name"
    assert stock.type(LISTING) == "post /cats/ write:cats\n"
    stock.type(DOCUMENT)
    document = json.loads((stock.directory / "openapi.json").read_text("utf-8"))
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    operation = document["paths"]["/cats/"]["post"]
    assert {"401", "403", "503"} <= operation["responses"].keys()
    assert {"auth0": ["write:cats"]} in operation["security"]
