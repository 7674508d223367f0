"""UPGRADING.md is true: a team changes the project, and then merges the machinery's next
release."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.support.server import ROOT, clean_environment

TAKEN_AWAY = [
    *(f"api/resources/{name}.py" for name in ("messages", "private", "private_scoped", "public")),
    *("api/storage/messages.py", "api/storage/migrations/0001_messages.py"),
    *("api/commands/messages.py", "api/commands/importing.py"),
    *("schemas/message.py", "schemas/greeting.py"),
    *("tests/commands", "tests/resources", "tests/schemas", "tests/storage"),
    *("tests/test_manage.py", "tests/test_readme.py", "tests/test_upgrading.py"),
    *("bench/pages.py", "bench/comparison"),
]
GENERATED = {
    *("openapi/openapi.json", "openapi/openapi-3.0.json", "openapi/swagger.json"),
    *(".env.example", "docs/page.png"),
}
MAY_CONFLICT = GENERATED | {"README.md", "requirements.txt", "requirements-dev.txt"}

OWN = {
    "schemas/expense.py": '''"""Expenses as they come in and go out."""

from marshmallow import Schema, fields


class Expense(Schema):
    """An expense"""

    cents = fields.Int(required=True, metadata={"description": "How much.", "example": 250})
''',
    "api/storage/models.py": '''"""The tables of this API."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

from api.core import NAMING_CONVENTION


class Base(MappedAsDataclass, DeclarativeBase):
    """The base of every table of this API."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Expense(Base):
    """An expense."""

    __tablename__ = "expenses"

    cents: Mapped[int]
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
''',
    "api/storage/expenses.py": '''"""The queries of expenses."""

from sqlalchemy.orm import Session

from api.core import writing
from api.storage.models import Expense


@writing
def create(session: Session, *, cents: int) -> Expense:
    """Return a new expense."""
    expense = Expense(cents=cents)
    session.add(expense)
    session.flush()
    return expense
''',
    "api/resources/__init__.py": '''"""The REST resources: one file each, and one line here."""

from api.resources import (
    expenses,
)
''',
    "api/resources/expenses.py": '''"""Expenses."""

from typing import Any

from api.core import DatabaseUnavailable, Namespace, Resource, require_auth
from api.storage import expenses
from api.storage.models import Expense as Row
from schemas.expense import Expense

ns = Namespace(
    "expenses",
    "Expenses",
    path="/api/expenses",
    scopes={"write:expenses": "Write expenses"},
    problems=(DatabaseUnavailable,),
)


@ns.route("")
class Expenses(Resource):
    @require_auth("write:expenses")
    @ns.operation(body=Expense, returns=Expense, status=201)
    def post(self, body: dict[str, Any]) -> Row:
        """Write an expense

        It is kept.
        """
        return expenses.create(**body)
''',
    "api/commands/expenses.py": '''"""A command of the team's."""

import click


@click.command()
def audit() -> None:
    """Audit the expenses."""
    click.echo("all is well")
''',
    "tests/test_expenses.py": '''"""Expenses are kept."""


def test_written(bearer):
    """By those who may."""
    ann = bearer("write:expenses")
    assert ann.post("/api/expenses", json={"cents": 250}).json == {"cents": 250}
''',
}

SETTING = '    currency: str = setting("EUR", "The currency of expenses.", example="EUR")\n'

# What upstream changes meanwhile: a file, and what is added at its end.
UPSTREAM = {
    "api/core/guard/guard.py": "\n# A release later.\n",
    "api/core/bridge.py": "\n# A release later.\n",
    "api/core/settings/settings.py": "\n# A release later.\n",
    "tests/core/test_bridge.py": "\n# A release later.\n",
    "api/core/storage/models.py": '''

class Lease(Base):
    """A table of a release later."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
''',
    "api/core/storage/migrations/versions/core_0002_leases.py": '''"""Leases."""

import sqlalchemy as sa
from alembic import op

revision = "core_0002"
down_revision = "core_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("leases", sa.Column("name", sa.String(64), primary_key=True))


def downgrade() -> None:
    op.drop_table("leases")
''',
}

SAMPLE = [
    *("tests/test_expenses.py", "tests/test_openapi.py", "tests/test_architecture.py"),
    *("tests/core/test_architecture.py", "tests/core/test_bridge.py"),
    *("tests/core/guard/test_guard.py", "tests/core/resources/test_me.py"),
]


def run(directory: Path, *command: str) -> str:
    """What a command says, in the environment of that directory."""
    whose = (f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL"))
    identity = dict.fromkeys(whose, "ann@example.com")
    ended = subprocess.run(
        command,
        cwd=directory,
        env=clean_environment() | identity | {"PYTHONPATH": str(directory)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"{command}: {ended.stdout[-3000:]}{ended.stderr[-3000:]}"
    return ended.stdout


def manage(directory: Path, *arguments: str) -> str:
    return run(directory, sys.executable, "manage.py", *arguments)


def commit(directory: Path, message: str) -> None:
    run(directory, "git", "add", "--all")
    run(directory, "git", "commit", "--quiet", "--message", message)


def change(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text, f"{file}: {before}"
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")


def resources_of_its_own(directory: Path) -> list[Path]:
    """What `new` has written in this project. The tests of a grown project pass as well."""
    places = ("api/resources", "api/storage", "api/storage/migrations", "schemas")
    kept = {"__init__.py", "models.py"}
    found = (path for place in places for path in (directory / place).glob("*.py"))
    return [path for path in found if path.name not in kept]


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the first release."""
    directory = tmp_path_factory.mktemp("upstream")
    listed = run(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard")
    for name in filter(lambda name: (ROOT / name).is_file(), listed.splitlines()):
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, directory / name)
    run(directory, "git", "init", "--quiet", "--initial-branch", "main")
    commit(directory, "The first release")
    return directory


@pytest.fixture(scope="module")
def team(upstream: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A team's clone of it, that has become an API of expenses."""
    directory = tmp_path_factory.mktemp("team") / "expenses"
    run(upstream, "git", "clone", "--quiet", str(upstream), str(directory))
    for name in TAKEN_AWAY:
        path = directory / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in resources_of_its_own(directory):
        path.unlink()
    for name, text in OWN.items():
        (directory / name).write_text(text, encoding="utf-8")
    change(
        directory / "api/application.py",
        ('title="Flask-RESTX API with Auth0"', 'title="Expenses"'),
        ('version="1.0.0"', 'version="7.0.0"'),
        ("from api.commands.messages import messages", "from api.commands.expenses import audit"),
        ("commands=(messages,)", "commands=(audit,)"),
    )
    change(
        directory / "api/settings.py",
        ('and this API\'s own."""\n', f'and this API\'s own."""\n\n{SETTING}'),
    )
    change(directory / "README.md", ("# A REST API on Flask-RESTX", "# Expenses on Flask-RESTX"))
    change(directory / "CHANGELOG.md", ("### Added\n\n", "### Added\n\n- Expenses.\n"))
    # It says that the model has no migration yet, and what to do.
    with pytest.raises(AssertionError, match=r"expenses is missing .*write its migration"):
        manage(directory, "db", "upgrade")
    manage(directory, "db", "revision", "expenses")
    manage(directory, "db", "upgrade")
    manage(directory, "openapi", "write")
    manage(directory, "settings", "write")
    commit(directory, "An API of expenses")
    return directory


@pytest.fixture(scope="module")
def conflicts(upstream: Path, team: Path) -> set[str]:
    """The files that conflict when the team merges the next release, which it then has done."""
    for name, text in UPSTREAM.items():
        file = upstream / name
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        file.write_text(before + text, encoding="utf-8")
    change(upstream / "README.md", ("# A REST API on Flask-RESTX", "# A better REST API"))
    change(upstream / "CHANGELOG.md", ("### Added\n\n", "### Added\n\n- Leases.\n"))
    health = upstream / "api/core/resources/health.py"
    change(health, ("Check whether this instance is live", "Check whether this instance lives"))
    manage(upstream, "openapi", "write")
    commit(upstream, "The next release")
    run(team, "git", "fetch", "--quiet", "origin")
    merged = subprocess.run(["git", "merge", "--no-commit", "origin/main"], cwd=team, check=False)
    assert merged.returncode in (0, 1)
    names = run(team, "git", "diff", "--name-only", "--diff-filter=U").split()
    run(team, "git", "checkout", "--ours", "README.md")
    manage(team, "openapi", "write")
    manage(team, "settings", "write")
    commit(team, "Merge the next release")
    return set(names)


def test_a_release_is_merged(team: Path, conflicts: set[str]) -> None:
    """Only generated files, the README and the requirements conflict when a release is merged."""
    assert {"README.md", "openapi/openapi.json"} <= conflicts
    assert conflicts <= MAY_CONFLICT
    lines = (team / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    assert {"- Expenses.", "- Leases."} <= set(lines)


def test_both_branches_of_migrations_go_on(team: Path, conflicts: set[str]) -> None:
    """After the merge, the machinery's and the team's migrations have one head each."""
    heads = manage(team, "db", "heads")
    assert heads.startswith("core: core_0002\napi: ")
    assert "several" not in heads
    assert "(up to date)" in manage(team, "db", "upgrade")
    assert manage(team, "audit") == "all is well\n"


def test_the_settings_of_both_are_there(team: Path, conflicts: set[str]) -> None:
    """After the merge, .env.example has the team's setting and is current."""
    assert "CURRENCY=" in (team / ".env.example").read_text(encoding="utf-8")
    manage(team, "settings", "check")


def test_the_tests_that_remain_pass(team: Path, conflicts: set[str]) -> None:
    """After the merge, a sample of the remaining tests passes."""
    options = ("-q", "-p", "no:cacheprovider", "--numprocesses=2")
    run(team, sys.executable, "-m", "pytest", *options, *SAMPLE)
