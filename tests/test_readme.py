"""The documents are true: the README's recipe works, and everything that they name exists."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import urllib3
from marshmallow import Schema, fields

import api.core
from api.application import application
from api.core import Namespace, Settings
from api.core.factory import create_app
from api.core.issuer import EmbeddedIssuer
from api.core.settings import SettingsError, declarations, load
from tests.core.support.server import Server, clean_environment
from tests.core.support.server import mint as mint_with

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
LINES = re.findall(r"^```text\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
ANSWERS = re.findall(r"^```python3\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
SETTINGS = re.findall(r"^```py\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
FILES = re.findall(
    r"in `((?:schemas|api/resources|api/storage|tests/resources)/\w+\.py)`:\n", README
)

TEST, TABLE = FILES[2:]

DOCUMENTS = sorted(
    path for place in ("*.md", "docs/*.md", "bench/*.md") for path in ROOT.glob(place)
)


def _named(pattern: str, documents: list[Path]) -> list[str]:
    """What the documents name by a pattern, each once."""
    texts = [path.read_text(encoding="utf-8") for path in documents]
    return sorted({name for text in texts for name in re.findall(pattern, text, re.MULTILINE)})


def manage(project: Path, *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    ended = subprocess.run(
        command, cwd=project, env=clean_environment(), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project to which the recipe was applied: two files, a line, and a test."""
    copy = tmp_path_factory.mktemp("recipe") / "project"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "instance", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    [line] = LINES
    for name, content in zip(FILES, BLOCKS, strict=True):
        (copy / name).write_text(content, encoding="utf-8")
    names = copy / "api/resources/__init__.py"
    text = names.read_text(encoding="utf-8")
    names.write_text(text.replace("import (\n", f"import (\n{line}"), encoding="utf-8")
    manage(copy, "openapi", "write")
    return copy


@pytest.fixture(scope="module")
def server(project: Path) -> Iterator[Server]:
    for part in ("api", "schemas", "openapi"):
        assert (project / part).is_dir()
    with Server(project, "run", "--no-reload", manage=(str(project / "manage.py"),)) as running:
        yield running


def mint(project: Path, scope: str) -> str:
    """A token of the issuer of the project's own `run`."""
    return mint_with(project, scope, (str(project / "manage.py"),))


def post(server: Server, body: object, token: str = "") -> urllib3.BaseHTTPResponse:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return urllib3.request("POST", f"{server.url}/api/word-counts", json=body, headers=headers)


def test_the_recipe_is_two_files_and_a_line() -> None:
    """The recipe consists of a schema, a resource, one line in a list, and a test."""
    *recipe, test, _table = FILES
    assert recipe == ["schemas/word_count.py", "api/resources/word_counts.py"]
    assert test == "tests/resources/test_word_counts.py"
    assert [len(block.splitlines()) for block in LINES] == [1]


def test_the_new_resource_is_guarded(server: Server, project: Path) -> None:
    """The new resource is 401 without a token and 403 without its scope."""
    assert post(server, {"text": "a b"}).status == 401
    refused = post(server, {"text": "a b"}, mint(project, "read:messages"))
    assert refused.status == 403
    assert 'scope="count:words"' in refused.headers["WWW-Authenticate"]


def test_the_new_resource_is_validated(server: Server, project: Path) -> None:
    """The new resource answers a bad value 422 with a pointer to it."""
    refused = post(server, {"text": ""}, mint(project, "count:words"))
    assert (refused.status, refused.json()["errors"][0]["pointer"]) == (422, "/text")


def test_the_new_resource_works(server: Server, project: Path) -> None:
    """The new resource is answered 200 with the members of its schema."""
    answer = post(server, {"text": "To be or not to be"}, mint(project, "count:words"))
    assert (answer.status, answer.json()) == (200, {"words": 6, "asked_by": "auth0|developer"})


def test_the_new_resource_is_documented(server: Server, project: Path) -> None:
    """The new resource is in every document and in the output of `routes`."""
    assert re.search(
        r"POST +/api/word-counts +postWordCounts +count:words", manage(project, "routes")
    )
    for name in ("openapi.json", "openapi-3.0.json", "swagger.json"):
        document = urllib3.request("GET", f"{server.url}/{name}").json()
        assert "post" in document["paths"]["/api/word-counts"]
    manage(project, "openapi", "check")


def test_the_recipes_test_passes(project: Path) -> None:
    """The test in the README passes unchanged with the fixtures of api.core.testing."""
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TEST],
        cwd=project,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, "1 passed" in ended.stdout) == (0, True), ended.stdout


def test_the_migration_of_the_recipes_table_is_drafted(project: Path, tmp_path: Path) -> None:
    """`db revision` drafts a migration for the new table alone, even if nothing imports it."""
    copy = shutil.copytree(project, tmp_path / "project", ignore=shutil.ignore_patterns("instance"))
    (copy / TABLE).unlink()
    manage(copy, "db", "upgrade")
    shutil.copy(project / TABLE, copy / TABLE)
    draft = Path(manage(copy, "db", "revision", "books").splitlines()[-1]).read_text("utf-8")
    assert re.findall(r"op\.(\w+_table)\('(\w+)'", draft) == [
        ("create_table", "books"),
        ("drop_table", "books"),
    ]
    assert "down_revision = '0001'" in draft
    assert "up to date" in manage(copy, "db", "upgrade")


def test_the_recipes_code_is_as_clean_as_ours(project: Path) -> None:
    """The code of the recipe passes ruff, because people copy it."""
    for check in (["check"], ["format", "--check"]):
        ruff = Path(sys.executable).with_name("ruff")
        subprocess.run([ruff, *check, *FILES], cwd=project, check=True, capture_output=True)


@pytest.mark.parametrize(("accept", "text"), [("text/csv", "text\nhello\n"), ("*/*", "hello")])
def test_the_answers_are_answered(issuer: EmbeddedIssuer, accept: str, text: str) -> None:
    """The method that declares several answers starts, and answers what the client prefers."""
    ns = Namespace("reports", "Reports", path="/api")
    names = {
        **vars(api.core),
        **{"ns": ns, "Any": Any, "NoteView": Schema.from_dict({"text": fields.Str()})},
        **{"lines": lambda: iter(["text\n", "hello\n"]), "note": lambda: {"text": "hello"}},
    }
    [source] = ANSWERS
    exec(source, names)  # noqa: S102
    app = create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)
    response = app.test_client().get("/api/report", headers={"Accept": accept})
    assert response.status_code == 200
    assert text in response.text


def test_the_setting_is_a_line(project: Path) -> None:
    """A team's setting is read, checked and described by the line that declares it."""
    [line] = SETTINGS
    assert len(line.splitlines()) == 1
    path = project / "api/settings.py"
    head, docstring, tail = path.read_text("utf-8").partition('and this API\'s own."""\n')
    path.write_text(f"{head}{docstring}\n{line}{tail}", encoding="utf-8")
    manage(project, "settings", "write")
    assert "\n#GREETING='Good day'\n" in (project / ".env.example").read_text("utf-8")
    read = "from api.wsgi import application; application.app_context().push(); "
    read += "from api.settings import current_settings; print(current_settings.greeting)"
    tenant = {"AUTH0_DOMAIN": "tenant.example", "AUTH0_AUDIENCE": "urn:api"}
    ended = subprocess.run(
        [sys.executable, "-c", read],
        cwd=project,
        env=clean_environment() | tenant | {"GREETING": "Hi"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "Hi\n"


def test_every_setting_is_listed() -> None:
    """The README's table and .env.example list exactly the settings that the code reads. If they
    do not: python manage.py settings write"""
    table = re.findall(r"^\| `([A-Z_0-9]+)` \|", README, re.MULTILINE)
    assert table == list(declarations(application.settings))
    assert manage(ROOT, "settings", "check") == ""


@pytest.mark.parametrize("name", declarations(application.settings))
def test_every_example_can_be_used(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example in a setting's error message is itself a valid value."""
    monkeypatch.setenv(name, declarations(application.settings)[name].example)
    faults: dict[str, str] = {}
    try:
        load(application.settings, tmp_path / "none")
    except SettingsError as error:
        faults |= error.faults
    assert name not in faults


@pytest.mark.parametrize(
    "command", _named(r"(?:^\$ |`)python manage\.py ([a-z]+(?: [a-z]+)?)", DOCUMENTS)
)
def test_every_command_exists(command: str) -> None:
    """Each command of manage.py that a document names exists."""
    assert "Usage:" in manage(ROOT, *command.split(), "--help")


def test_every_target_and_module_exists() -> None:
    """Each make target and each runnable module that a document names exists."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert set(_named(r"(?:^\$ |`)make ([a-z]+)", DOCUMENTS)) <= targets
    modules = _named(r"python -m ((?:bench|tests)[a-z_.]*[a-z])", DOCUMENTS)
    files = [ROOT / f"{module.replace('.', '/')}.py" for module in modules]
    assert [file for file in files if not file.is_file()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=[path.name for path in DOCUMENTS])
def test_every_link_leads_somewhere(path: Path) -> None:
    """Each link in a document leads to a file or a heading that exists."""
    text = path.read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, heading = link.partition("#")
        if not file:
            assert heading in headings
        elif "://" not in file:
            assert (path.parent / file).exists(), link


def test_no_secret_is_in_the_tree() -> None:
    """No private key and no token is committed."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        data = (ROOT / name).read_bytes()
        assert b"PRIVATE KEY--" + b"---" not in data, name
        assert not re.search(rb"eyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{40,}", data), name
