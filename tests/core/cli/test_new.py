"""`new` writes a resource that is green as written, or nothing."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest

from api.core.application import Application
from api.core.cli import new
from api.core.cli.new.names import names_of
from api.core.cli.new.registering import with_import
from tests.core.support.cli import Result, Runner
from tests.core.support.commands import complaint
from tests.core.support.migrations import Migrations
from tests.core.support.server import ROOT, clean_environment

# The longest names make the longest lines.
RESOURCES = [
    ("spare-parts",),
    ("pneumatic-spare-partsxxxxxxs",),
    ("spare-checks", "--no-table"),
    ("pneumatic-spare-partsxxxxxxy", "--no-table"),
]


def call(directory: Path, *command: str, **environment: str) -> Result:
    """Run a command of Python in a project, however long it takes."""
    ended = subprocess.run(
        [sys.executable, *command],
        cwd=directory,
        env=clean_environment() | {"PYTHONPATH": str(directory)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return Result(ended.returncode, ended.stdout, ended.stderr)


def run(directory: Path, *command: str, **environment: str) -> str:
    """What a command prints that succeeds."""
    ended = call(directory, *command, **environment)
    assert ended.code == 0, f"{command}: {ended.out[-3000:]}{ended.err[-3000:]}"
    return ended.out


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, in which `new` has made resources one after another."""
    copy = tmp_path_factory.mktemp("new") / "project"
    ignored = shutil.ignore_patterns(".[a-z]*", "instance", "__pycache__", "node_modules")
    shutil.copytree(ROOT, copy, ignore=ignored)
    for arguments in RESOURCES:
        made = run(copy, "manage.py", "new", *arguments).splitlines()
        assert all((copy / line).is_file() for line in made)
    return copy


def new_files(clone: Path) -> list[str]:
    """The Python files that the copy has and the project does not."""
    listed = {path.relative_to(clone) for path in clone.rglob("*.py")}
    return sorted(str(path) for path in listed if not (ROOT / path).exists())


def test_what_is_written_is_clean(clone: Path) -> None:
    """The new files pass ruff's checks, have its format, and pass mypy."""
    files = [*new_files(clone), "api/resources/__init__.py"]
    assert len(files) == 2 * 5 + 2 * 3 + 1
    run(clone, "-m", "ruff", "check", "--no-cache", *files)
    run(clone, "-m", "ruff", "format", "--no-cache", "--check", "--force-exclude", *files)
    run(clone, "-m", "mypy", *(file for file in files if "migrations" not in file))


def test_what_is_written_passes_its_tests(clone: Path) -> None:
    """The new tests pass as they are written, and the committed documents are current."""
    files = [file for file in new_files(clone) if file.startswith("tests/")]
    summary = run(clone, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files)
    assert "12 passed" in summary
    run(clone, "manage.py", "openapi", "check")


def test_what_is_written_is_guarded(clone: Path) -> None:
    """Reading needs read:NAME and everything else write:NAME."""
    routes = run(clone, "manage.py", "routes").splitlines()
    needs = [line.split()[0::3] for line in routes if "/api/spare-parts" in line]
    assert sorted(needs) == [
        ["DELETE", "write:spare-parts"],
        ["GET", "read:spare-parts"],
        ["GET", "read:spare-parts"],
        ["PATCH", "write:spare-parts"],
        ["POST", "write:spare-parts"],
    ]


def test_its_migrations_follow_each_other(clone: Path) -> None:
    """The drafts make one head, upgrade, and leave no difference to the models."""
    assert "several" not in run(clone, "manage.py", "db", "heads")
    url = f"sqlite:///{clone.parent}/drafts.db"
    for command in (("upgrade",), ("downgrade", "-1"), ("upgrade",), ("revision", "nothing")):
        printed = run(clone, "manage.py", "db", *command, DATABASE_URL=url)
    draft = Path(printed.splitlines()[-1])
    assert draft.read_text(encoding="utf-8").count("    pass") == 2
    draft.unlink()


def test_a_file_that_is_there_stays(clone: Path) -> None:
    """A second call for the same name is refused, and changes nothing."""
    before = {path: path.read_bytes() for path in clone.rglob("*") if path.is_file()}
    refused = call(clone, "manage.py", "new", "spare-parts")
    assert "the API has a resource spare-parts already" in complaint(refused)
    after = {path: path.read_bytes() for path in clone.rglob("*") if path.is_file()}
    assert {path.suffix for path in after.keys() ^ before.keys()} <= {".pyc"}
    assert all(after[path] == data for path, data in before.items() if path.suffix != ".pyc")


REFUSED = {
    "Books": "Write books",
    "LineItems": "Write line-items",
    "line_items": "Write line-items",
    "line items": "Write line-items",
    "../books": "Write books",
    "books/": "Write books",
    "7books": "Write books",
    "-books": "No such option",
    "books-": "Write books",
    "line--items": "Write line-items",
    "bücher": "Write b-cher",
    "": "a letter first",
    "x" * 40: "at most 28",
    "message": "no plural, and a table has many rows: name all of them, such as messages",
    "address": "such as addresses",
    "messages": "a resource messages already, at /api/messages",
    "health": "a resource health already",
    "me": "a resource me already",
    "public": "a resource public already",
    "shared-secrets": "a table shared_secrets already",
    "classes": "class is a word of Python",
    "imports": "import is a word of Python",
    "trues": "True is a word of Python",
    "exceptions": "Exception is a word of Python",
    "pages": "PageQuery would mean two things",
    "resources": "Resource would mean two things",
    "repositories": "Repository would mean two things",
    "namespaces": "Namespace would mean two things",
    "models": "api/storage/models.py is there already",
    "cores": "schemas/core is there already",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project, whose manage.py writes no documents, in the place of the real one."""
    root = tmp_path / "project"
    for path in ("api/resources/__init__.py", "schemas/core/__init__.py", "openapi/openapi.json"):
        (root / path).parent.mkdir(parents=True)
        (root / path).write_text("")
    (root / "api/storage").mkdir()
    (root / "api/storage/models.py").touch()
    (root / "manage.py").write_text(
        "from pathlib import Path\n"
        "Path('openapi/openapi.json').write_text('\"/api/books\" \"/api/checks\"')\n"
        "Path('openapi/more.json').touch()\n"
    )
    monkeypatch.setattr(new, "ROOT", root)
    monkeypatch.setattr(new, "DOCUMENTS", root / "openapi")
    return root


def content(*directories: Path) -> dict[Path, bytes]:
    files = (path for each in directories for path in each.rglob("*") if path.suffix != ".pyc")
    return {path: path.read_bytes() for path in files if path.is_file()}


@pytest.mark.parametrize(("name", "remedy"), REFUSED.items(), ids=map(ascii, REFUSED))
def test_a_name_that_cannot_be_used_is_refused(
    runner: Runner, project: Path, migrations: Migrations, name: str, remedy: str
) -> None:
    """A bad name is refused in one line that says what to do, and nothing is written."""
    before = content(project, migrations.directory)
    assert remedy in complaint(runner("new", name))
    assert content(project, migrations.directory) == before


@pytest.mark.parametrize("name", ["types", "secrets", "orders", "a1s", "bytes", "groups"])
def test_a_name_of_another_world_can_be_used(application: Application, name: str) -> None:
    """Names of the standard library and of SQL are names like any other."""
    assert names_of(application, name, None, table=True).name == name


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        *(("books", "book"), ("categories", "category"), ("boxes", "box"), ("buses", "bus")),
        *(("classes-of-ships", "classes-of-ship"), ("batches", "batch"), ("prices", "price")),
        *(("addresses", "address"), ("wishes", "wish"), ("statuses", "status")),
    ],
)
def test_one_row_has_the_singular(application: Application, plural: str, singular: str) -> None:
    """The singular is formed as English does it in most words."""
    assert names_of(application, plural, None, table=True).word == singular


def test_the_singular_can_be_said(runner: Runner, project: Path, migrations: Migrations) -> None:
    """--singular names one row of an irregular plural."""
    (project / "manage.py").write_text(
        "from pathlib import Path; Path('openapi/openapi.json').write_text('\"/api/people\"')"
    )
    assert "no plural" in complaint(runner("new", "people"))
    assert runner("new", "people", "--singular", "person").code == 0
    assert "class Person(" in (project / "api/storage/people.py").read_text(encoding="utf-8")
    assert "Write person" in complaint(runner("new", "men", "--singular", "Person"))


FAILURES = {
    "the application does not start": (
        "print(1); import sys; sys.exit('Traceback\\nError: two operations share an id')",
        "nothing was written: two operations share an id",
    ),
    "the resource is not served": ("", "namespaces=namespaces(resources, ...)"),
    "a document is half written": (
        "from pathlib import Path; Path('openapi/openapi.json').write_text('{'); exit(1)",
        "nothing was written: no error was printed",
    ),
}


@pytest.mark.parametrize(("program", "fault"), FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("options", [(), ("--no-table",)])
def test_all_is_written_or_nothing(
    runner: Runner,
    project: Path,
    migrations: Migrations,
    options: tuple[str, ...],
    program: str,
    fault: str,
) -> None:
    """When the application does not work with the new resource, every file is as it was."""
    (project / "manage.py").write_text(program)
    before = content(project, migrations.directory)
    assert fault in complaint(runner("new", "books", *options))
    assert content(project, migrations.directory) == before
    assert not (project / "tests").exists()


def test_several_heads_are_told(runner: Runner, project: Path, migrations: Migrations) -> None:
    """With several heads, a migration could follow each of them: nothing is written."""
    migrations.add("0002", "pass")
    migrations.add("0003", "pass", down_revision="0001")
    before = content(project, migrations.directory)
    assert "several heads: 0002, 0003" in complaint(runner("new", "books"))
    assert content(project, migrations.directory) == before


def test_an_application_without_tables_has_other_resources(
    runner: Runner, project: Path, application: Application
) -> None:
    """An application without tables is told of --no-table, which works."""
    runner.application = replace(application, tables=None, migrations=None)
    assert "--no-table" in complaint(runner("new", "books"))
    assert runner("new", "checks", "--no-table").code == 0


def test_the_first_migration_begins_the_branch(
    runner: Runner, project: Path, application: Application, tmp_path: Path
) -> None:
    """Without any migration, the draft is the first one of the branch of the API."""
    runner.application = replace(application, migrations=tmp_path / "none")
    assert runner("new", "books").code == 0
    [draft] = (tmp_path / "none").glob("*.py")
    assert "branch_labels = ('api',)" in draft.read_text(encoding="utf-8")


BLOCK = '"""R."""\n\nfrom api.resources import (\n    a,\n    c,  # why\n)\n'


@pytest.mark.parametrize(
    ("source", "module", "expected"),
    [
        (BLOCK, "b", BLOCK.replace("    c", "    b,\n    c")),
        (BLOCK, "d", BLOCK.replace("\n)", "\n    d,\n)")),
        (BLOCK, "Z".lower(), BLOCK.replace("\n)", "\n    z,\n)")),
        ('"""R."""\n', "b", '"""R."""\n\nfrom api.resources import (\n    b,\n)\n'),
        ("", "b", "from api.resources import (\n    b,\n)\n"),
        ("from api.resources import a, c\n", "b", BLOCK[10:].replace(",  # why", ",")),
        ("import os\nfrom api.resources import a\nX = 1\n", "b", "import os\n{}X = 1\n"),
    ],
)
def test_a_resource_is_registered(source: str, module: str, expected: str) -> None:
    """The import is added in its place, and the other lines stay as they are."""
    block = "from api.resources import (\n    a,\n    b,\n)\n"
    if "{}" in expected:
        expected = expected.format(block)
    if source.startswith("from"):
        expected = "from api.resources import (\n    a,\n    b,\n    c,\n)\n"
    assert with_import(source, module) == expected


def test_a_registry_that_cannot_be_read_is_told() -> None:
    """A syntax error in api/resources is reported, and not written over."""
    with pytest.raises(click.ClickException, match=r"api/resources/__init__\.py: .*line 1"):
        with_import("from api.resources import (", "b")
