"""Two releases share a database: a migration causes no outage, and the old release can return."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.core.storage import CORE, Database, SchemaError, schema
from api.core.testing import location_of
from tests.core.demo import application
from tests.core.support.databases import ON_BOTH
from tests.core.support.migrations import Migrations
from tests.core.support.removals import removals, says_why

VERSIONS = sorted(CORE.migrations.glob("*.py"))

NEXT = """
op.add_column("messages", sa.Column("language", sa.String(9), nullable=True))
op.add_column("messages", sa.Column("seen", sa.Integer, nullable=False, server_default="0"))
op.create_table("labels", sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("message_id", sa.Uuid, sa.ForeignKey("messages.id", ondelete="CASCADE")))
"""


@ON_BOTH
def test_the_code_works_on_the_next_schema(
    database: Database,
    migrations: Migrations,
    bearer: Callable[..., FlaskClient],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """On a newer schema, the app serves every operation of messages, is ready, and logs one line
    about it."""
    migrations.add("0002", NEXT)
    schema.upgrade(database)
    database.branches = application.branches
    caplog.set_level("INFO", "api.core.storage")
    ann = bearer("read:messages", "write:messages", sub="auth0|ann")
    key = {"Idempotency-Key": "once"}
    made = [ann.post("/api/messages", json={"text": "Hi"}, headers=key) for _ in range(2)]
    path = location_of(made[0])
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
    """The app is not ready until the schema has what its migration adds."""
    migrations.add("0002", NEXT)
    assert client.get("/health/ready").status_code == 503
    schema.upgrade(database)
    assert client.get("/health/ready").status_code == 200


@ON_BOTH
def test_old_code_changes_nothing_of_a_newer_schema(
    database: Database,
    migrations: Migrations,
) -> None:
    """Old code leaves a newer schema unchanged: its upgrade says so, and its downgrade is
    refused."""
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
    """When the migrations have several heads, the error names them, and upgrade and downgrade are
    refused."""
    for revision in ("0002", "0003"):
        migrations.add(revision, "pass", down_revision="0001")
    for act in (schema.upgrade, lambda database: schema.downgrade(database, "base")):
        with pytest.raises(SchemaError, match="several heads: 0002, 0003"):
            act(database)
    assert schema.fault(database) == "the database's schema cannot be read"


@pytest.mark.parametrize("file", VERSIONS, ids=[file.stem for file in VERSIONS])
def test_migrations_add_first_and_remove_a_release_later(file: Path) -> None:
    """A migration that removes something says in `removes = "..."` why no release uses it any
    more."""
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
    """Every form of removal is detected, and is allowed only with a reason."""
    source = migrations.add("0002", statement).read_text()
    assert removals(source) != []
    assert not says_why(source)
    assert says_why(f'{source}\nremoves = "text, which 1.2 no longer reads"\n')


@pytest.mark.parametrize("statement", NEXT.strip().split("\nop."))
def test_an_addition_is_no_removal(migrations: Migrations, statement: str) -> None:
    """New tables, and new columns that may be null or have a default, are not removals."""
    text = statement if statement.startswith("op.") else f"op.{statement}"
    assert removals(migrations.add("0002", text).read_text()) == []
