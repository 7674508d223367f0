"""Two releases at once: a migration is no outage, and the former release can come back."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from api.application import application
from api.core.storage import Database, SchemaError, schema
from tests.core.storage import recording
from tests.core.support.databases import ON_BOTH, Postgres, Sqlite
from tests.core.support.migrations import Migrations

RELEASES = sorted(recording.DIRECTORY.glob("*.json"))
VERSIONS = sorted(
    file for branch in application.branches for file in branch.migrations.glob("*.py")
)

NEXT = """
op.add_column("messages", sa.Column("language", sa.String(9), nullable=True))
op.add_column("messages", sa.Column("seen", sa.Integer, nullable=False, server_default="0"))
op.create_table("labels", sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("message_id", sa.Uuid, sa.ForeignKey("messages.id", ondelete="CASCADE")))
"""


@pytest.mark.parametrize("name", ["sqlite", "postgres"])
def test_the_recording_is_current(request: pytest.FixtureRequest, name: str) -> None:
    """It has the statements that the code sends: python -m tests.core.storage.recording"""
    maker: Sqlite | Postgres = request.getfixturevalue(name)
    recorded = recording.read(recording.FILE)[name]
    assert recorded.keys() == recording.record(maker.make()).keys()


@pytest.mark.parametrize("release", RELEASES, ids=[file.stem for file in RELEASES])
@pytest.mark.parametrize("name", ["sqlite", "postgres"])
def test_every_release_works_on_the_newest_schema(
    request: pytest.FixtureRequest, name: str, release: Path
) -> None:
    """Each statement that it sends is understood, with the parameters of then."""
    maker: Sqlite | Postgres = request.getfixturevalue(name)
    database = Database(maker.make())
    replay(database, recording.read(release)[name])
    database.engine.dispose()


def replay(database: Database, recorded: recording.Recording) -> None:
    """Send each statement by itself, and undo it."""
    for statement, parameters in recorded.items():
        values = tuple(parameters) if isinstance(parameters, list) else parameters
        with database.engine.connect() as connection:
            connection.exec_driver_sql(statement, values)


@ON_BOTH
def test_a_removal_is_noticed(database: Database, migrations: Migrations) -> None:
    """What this release needs, and a migration takes away, fails when it is replayed."""
    migrations.add("0002", 'op.drop_column("messages", "folded")')
    schema.upgrade(database)
    recorded = recording.read(recording.FILE)
    with pytest.raises(DBAPIError, match="folded"):
        replay(database, recorded["sqlite" if database.is_sqlite else "postgres"])


@ON_BOTH
def test_the_code_works_on_the_next_schema(
    database: Database,
    migrations: Migrations,
    bearer: Callable[..., FlaskClient],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The real app serves every operation of messages, is ready, and tells the log once."""
    migrations.add("0002", NEXT)
    schema.upgrade(database)
    database.branches = application.branches
    caplog.set_level("INFO", "api.core.storage")
    ann = bearer("read:messages", "write:messages", sub="auth0|ann")
    key = {"Idempotency-Key": "once"}
    made = [ann.post("/api/messages", json={"text": "Hi"}, headers=key) for _ in range(2)]
    path = made[0].headers["Location"]
    answers: list[Any] = [
        *made,
        ann.get(path),
        ann.get("/api/messages?author=auth0|ann&q=h&order=oldest"),
        ann.patch(path, json={"text": "Bye"}),
        ann.delete(path),
        ann.get("/health/ready"),
        ann.get("/health/ready"),
    ]
    assert [each.status_code for each in answers] == [201, 201, 200, 200, 200, 204, 200, 200]
    told = [each.getMessage() for each in caplog.records if "newer" in each.getMessage()]
    assert len(told) == 1
    assert "0002" in told[0]


@ON_BOTH
def test_the_code_does_not_work_on_the_former_schema(
    database: Database,
    migrations: Migrations,
    client: FlaskClient,
) -> None:
    """It needs what its migration adds, and is not ready before."""
    migrations.add("0002", NEXT)
    assert client.get("/health/ready").status_code == 503
    schema.upgrade(database)
    assert client.get("/health/ready").status_code == 200


@ON_BOTH
def test_old_code_changes_nothing_of_a_newer_schema(
    database: Database,
    migrations: Migrations,
) -> None:
    """Its upgrade says so, and its downgrade is refused."""
    migrations.add("0002", NEXT)
    schema.upgrade(database)
    database.branches = application.branches
    lines: list[str] = []
    schema.upgrade(database, tell=lines.append)
    assert ["0002, which is newer" in line for line in lines] == [True]
    with pytest.raises(SchemaError, match="0002, which this code does not know"):
        schema.downgrade(database, "-1")
    assert schema.current(database) == ("0002", "core_0001")


def test_several_heads_of_the_code_are_told(database: Database, migrations: Migrations) -> None:
    """In words, and nothing is done before there is one."""
    for revision in ("0002", "0003"):
        migrations.add(revision, "pass", down_revision="0001")
    for act in (schema.upgrade, lambda database: schema.downgrade(database, "base")):
        with pytest.raises(SchemaError, match="several heads: 0002, 0003"):
            act(database)
    assert schema.fault(database) == "the database's schema cannot be read"


# What takes away from the former release what it still uses.
REMOVALS = {"drop_table", "drop_column", "rename_table"}


def removals(source: str) -> list[str]:
    """What `upgrade()` of a migration takes away from the release before it."""
    module = ast.parse(source)
    [body] = [each for each in module.body if getattr(each, "name", "") == "upgrade"]
    calls = [each for each in ast.walk(body) if isinstance(each, ast.Call)]
    return [text for call in calls if (text := _removal(call))]


def says_why(source: str) -> bool:
    """Whether a migration says why the former release no longer uses what it takes away."""
    return any(
        isinstance(each, ast.Assign) and ast.unparse(each).startswith("removes = ")
        for each in ast.parse(source).body
    )


def _removal(call: ast.Call) -> str:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    given = {each.arg: ast.unparse(each.value) for each in call.keywords}
    text = ast.unparse(call)
    if name in REMOVALS:
        return text
    if name == "alter_column":
        is_taken = "new_column_name" in given or given.get("nullable") == "False"
        return text if is_taken else ""
    if name == "add_column":
        columns = [each for each in ast.walk(call) if "nullable=False" in ast.unparse(each)]
        return text if columns and "server_default" not in text else ""
    is_sql = name == "execute" and any(word in text.upper() for word in ("DROP ", "RENAME "))
    return text if is_sql else ""


@pytest.mark.parametrize("file", VERSIONS, ids=[file.stem for file in VERSIONS])
def test_migrations_add_first_and_remove_a_release_later(file: Path) -> None:
    """One that takes something away says in `removes = "..."` why nobody uses it any more."""
    source = file.read_text()
    assert removals(source) == [] or says_why(source)


@pytest.mark.parametrize(
    "statement",
    [
        'op.drop_table("messages")',
        'op.drop_column("messages", "text")',
        'op.rename_table("messages", "notes")',
        'op.alter_column("messages", "text", new_column_name="body")',
        'op.alter_column("messages", "text", nullable=False)',
        'op.add_column("messages", sa.Column("x", sa.Integer, nullable=False))',
        'op.execute("ALTER TABLE messages RENAME text TO body")',
        'with op.batch_alter_table("messages") as batch:\n    batch.drop_column("text")',
    ],
)
def test_a_removal_is_seen(migrations: Migrations, statement: str) -> None:
    """In each of its forms, and allowed only with a reason."""
    source = migrations.add("0002", statement).read_text()
    assert removals(source) != []
    assert not says_why(source)
    assert says_why(f'{source}\nremoves = "text, which 1.2 no longer reads"\n')


@pytest.mark.parametrize("statement", NEXT.strip().split("\nop."))
def test_an_addition_is_no_removal(migrations: Migrations, statement: str) -> None:
    """Columns that may be null or have a default, and tables."""
    text = statement if statement.startswith("op.") else f"op.{statement}"
    assert removals(migrations.add("0002", text).read_text()) == []
