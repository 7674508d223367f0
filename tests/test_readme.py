"""The documents are true: the README's recipe works, and everything that they name exists."""

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import urllib3
from marshmallow import Schema, fields
from werkzeug.test import TestResponse

import api.core
from api.application import application
from api.core import Namespace, Settings
from api.core.factory import create_app
from api.core.issuer import EmbeddedIssuer
from api.core.settings import SettingsError, declarations, load
from openapi.schema_converter import SchemaConverter
from tests.core.support.commands import printed_by
from tests.core.support.markdown import examples_of
from tests.core.support.server import Server, clean_environment
from tests.core.support.server import mint as mint_with

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
SETTINGS = re.findall(r"^```py\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
NEW = re.findall(r"^\$ python manage\.py new ([a-z -]+?)(?:  |$)", README, re.MULTILINE)
FILES = re.findall(
    r"in `((?:schemas|api/resources|api/storage|tests/resources)/\w+\.py)`:\n", README
)
PLACES = dict(zip(FILES[:3], BLOCKS[:3], strict=True))
*_, TEST = PLACES
(TABLE, COLUMN), (SCHEMA, FIELD) = zip(FILES[3:], BLOCKS[3:], strict=True)

DOCUMENTS = sorted(
    path for place in ("*.md", "docs/*.md", "bench/*.md") for path in ROOT.glob(place)
)


STOCK = """
import flask, flask_restx

app = flask.Flask("notes")
api = flask_restx.Api(app)


@api.route("/notes/<int:number>")
class Note(flask_restx.Resource):
    def get(self, number):
        \"\"\"Read a note\"\"\"
"""


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


def run_tests(project: Path, file: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", file]
    ended = subprocess.run(
        command, cwd=project, env=clean_environment(), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


def replace_in(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text, f"{file}: {before}"
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project to which the recipe was applied: two resources, one of them changed."""
    copy = tmp_path_factory.mktemp("recipe") / "project"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "instance", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for command in NEW:
        # Who has followed the README in this project has the resource already.
        if not (copy / f"api/resources/{command.split()[0].replace('-', '_')}.py").exists():
            manage(copy, "new", *command.split())
    for name, content in PLACES.items():
        (copy / name).write_text(content, encoding="utf-8")
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


def test_the_recipe_begins_with_new() -> None:
    """The recipe makes one resource with a table and one without."""
    assert NEW == ["books", "word-counts --no-table"]
    assert [*PLACES] == [
        *("schemas/word_counts.py", "api/resources/word_counts.py"),
        "tests/resources/test_word_counts.py",
    ]


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
    assert "1 passed" in run_tests(project, TEST)


def test_the_price_of_the_recipe_is_a_line_in_each_file(project: Path, tmp_path: Path) -> None:
    """The lines of the README give the new resource a price, whose migration `db revision`
    drafts."""
    copy = shutil.copytree(project, tmp_path / "project", ignore=shutil.ignore_patterns("instance"))
    manage(copy, "db", "upgrade")
    title = "    title: Mapped[str] = mapped_column(String(MAX_TITLE))\n"
    replace_in(copy / TABLE, (title, title + COLUMN))
    replace_in(
        copy / TABLE,
        ("from uuid import UUID\n", "from decimal import Decimal\nfrom uuid import UUID\n"),
        ("from api.core import Repo", "from api.core import ExactNumeric, Repo"),
    )
    for line in ("    created_at = Rfc3339DateTime(\n", "\n\nclass BookView"):
        replace_in(copy / SCHEMA, (line, FIELD + line))
    fields_line = "from schemas.core.fields import"
    decimals = "from schemas.core.decimals import ExactDecimal\n"
    replace_in(copy / SCHEMA, (fields_line, decimals + fields_line))
    replace_in(
        copy / "tests/resources/test_books.py",
        ('json={"title":', 'json={"price": "12.50", "title":'),
        ('BODY = {"title":', 'BODY = {"price": "12.50", "title":'),
    )
    draft = Path(manage(copy, "db", "revision", "prices").splitlines()[-1]).read_text("utf-8")
    assert "sa.Column('price', sa.Numeric(precision=12, scale=2), server_default=" in draft
    assert "up to date" in manage(copy, "db", "upgrade")
    assert "4 passed" in run_tests(copy, "tests/resources/test_books.py")


def test_the_recipes_code_is_as_clean_as_ours(project: Path) -> None:
    """The code of the recipe passes ruff, because people copy it."""
    for check in (["check"], ["format", "--check"]):
        ruff = Path(sys.executable).with_name("ruff")
        subprocess.run([ruff, *check, *PLACES], cwd=project, check=True, capture_output=True)


@pytest.mark.parametrize(("accept", "text"), [("text/csv", "text\nhello\n"), ("*/*", "hello")])
def test_the_answers_are_answered(issuer: EmbeddedIssuer, accept: str, text: str) -> None:
    """The method that declares several answers starts, and answers what the client prefers."""
    ns = Namespace("reports", "Reports", path="/api")
    names = {
        **vars(api.core),
        **{"ns": ns, "Any": Any, "NoteView": Schema.from_dict({"text": fields.Str()})},
        **{"lines": lambda: iter(["text\n", "hello\n"]), "note": lambda: {"text": "hello"}},
    }
    [source] = examples_of(README, "What a handler returns")
    exec(source, names)  # noqa: S102
    app = create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)
    response = app.test_client().get("/api/report", headers={"Accept": accept})
    assert response.status_code == 200
    assert text in response.text


def test_a_field_describes_itself() -> None:
    """A field of a team's own is documented by its `json_schema`."""
    [source] = [block for block in SETTINGS if "json_schema" in block]
    names: dict[str, Any] = {"fields": fields}
    exec(source, names)  # noqa: S102
    converter = SchemaConverter("3.1.0")
    assert converter.schema(names["Colour"]()) == names["Colour"].json_schema


def test_the_setting_is_a_line(project: Path) -> None:
    """A team's setting is read, checked and described by the line that declares it."""
    [line] = [block for block in SETTINGS if "setting(" in block]
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


def test_the_form_is_read(
    issuer: EmbeddedIssuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The README's form with files is read, and a file that does not fit is refused by its name."""
    [example] = examples_of(README, "What an operation reads")
    (tmp_path / "photo_resource.py").write_text(example, encoding="utf-8")
    (tmp_path / "photos").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    photos = replace(application, namespaces=(import_module("photo_resource").ns,))
    client = create_app(photos, application.settings(), issuer=issuer).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {issuer.mint('write:photos')}"

    def post(name: str, media_type: str) -> TestResponse:
        photo = (io.BytesIO(b"png"), name, media_type)
        return client.post("/api/photos", data={"title": "Sea", "photo": photo})

    assert post("../sea.png", "image/png").status_code == 204
    assert (tmp_path / "photos/sea.png").read_bytes() == b"png"
    refused = post("sea.txt", "text/plain")
    assert (refused.status_code, refused.get_json()["errors"][0]["parameter"]) == (422, "photo")


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


def test_the_documents_of_any_api(tmp_path: Path) -> None:
    """The README's commands print the document and the operations of a stock Api."""
    (tmp_path / "notes.py").write_text(STOCK, encoding="utf-8")
    commands = re.findall(r"^\$ python -c '(.*notes\.api.*)'$", README, re.MULTILINE)
    document, operations = (
        printed_by(command, tmp_path, PYTHONPATH=f"{ROOT}") for command in commands
    )
    path = json.loads(document)["paths"]["/notes/{number}"]
    assert path["get"]["summary"] == "Read a note"
    assert "Note.get (GET /notes/{number}, " in operations
