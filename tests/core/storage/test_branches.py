"""The tables of the machinery and those of a team each have their own branch of migrations."""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, UserDefinedType

from api.core.application import Application
from api.core.storage import (
    CORE,
    NAMING_CONVENTION,
    Branch,
    Database,
    SchemaError,
    UtcDateTime,
    drafting,
    schema,
)
from tests.core.support.databases import ON_BOTH
from tests.core.support.migrations import Migrations

# What the one migration of all tables, "0001", made before there were branches.
FORMERLY = (
    "CREATE TABLE shared_secrets (name VARCHAR(64) PRIMARY KEY, value {bytes} NOT NULL)",
    "INSERT INTO shared_secrets VALUES ('cursors', {secret})",
    "CREATE TABLE idempotent_creations (owner VARCHAR(255) PRIMARY KEY)",
)


def execute(database: Database, *statements: str) -> None:
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@ON_BOTH
def test_a_database_from_before_the_branches_is_upgraded(database: Database) -> None:
    """A database from before the branches keeps the secret that signs its cursors and gets the
    tables that it lacks."""
    kind, secret = ("BLOB", "X'07'") if database.is_sqlite else ("BYTEA", "'\\x07'")
    schema.downgrade(database, "core@base")
    execute(database, *(each.format(bytes=kind, secret=secret) for each in FORMERLY))
    assert schema.current(database) == ("0001",)
    assert not schema.is_good(database)
    schema.upgrade(database)
    assert schema.current(database) == schema.head(database) == ("0001", "core_0001")
    assert schema.is_good(database)
    with database.engine.connect() as connection:
        query = "SELECT value FROM shared_secrets"
        assert bytes(connection.exec_driver_sql(query).scalar_one()) == b"\x07"


@ON_BOTH
def test_a_database_whose_tables_are_all_there_keeps_them(database: Database) -> None:
    """An upgrade keeps the tables that the former migration "0001" has already made."""
    with database.engine.begin() as connection:
        query = "SELECT value FROM shared_secrets"
        secret = bytes(connection.exec_driver_sql(query).scalar_one())
        connection.exec_driver_sql("DELETE FROM alembic_version WHERE version_num <> '0001'")
    schema.upgrade(database)
    with database.engine.connect() as connection:
        assert bytes(connection.exec_driver_sql(query).scalar_one()) == secret
        context = MigrationContext.configure(connection)
        # Alembic takes a list of them, which its types do not say.
        tables: Any = [each.tables for each in database.branches]
        assert compare_metadata(context, tables) == []


def test_two_applications_live_in_one_process(application: Application, tmp_path: Path) -> None:
    """When two applications live in one process, each database has only the tables of its own
    application."""
    tables = MetaData(naming_convention=NAMING_CONVENTION)
    Table("books", tables, Column("id", Integer, primary_key=True))
    branches = (CORE, Branch("library", tables, tmp_path / "migrations"))
    other = Database(f"sqlite:///{tmp_path}/other.db", branches=branches)
    schema.upgrade(other)
    drafting.make_revision(other, "books")
    schema.upgrade(other)
    own = Database(f"sqlite:///{tmp_path}/own.db", branches=application.branches)
    schema.upgrade(own)
    for database, there, away in ((other, "books", "messages"), (own, "messages", "books")):
        names = inspect(database.engine).get_table_names()
        assert (there in names, away in names) == (True, False)
        database.engine.dispose()


def test_a_dependency_on_the_machinery_counts_once(
    migrations: Migrations, database: Database
) -> None:
    """A head on which another head depends is not listed, because Alembic stores no row for it."""
    file = migrations.add("0002", "pass")
    file.write_text(f'{file.read_text()}\ndepends_on = "core_0001"\n')
    schema.upgrade(database)
    assert schema.current(database) == schema.head(database) == ("0002",)
    assert schema.is_good(database)
    schema.downgrade(database, "api@-1")
    assert schema.current(database) == ("0001", "core_0001")


def test_tables_and_migrations_go_together(application: Application) -> None:
    """An application that has tables but no migrations is refused."""
    with pytest.raises(ValueError, match="go together"):
        replace(application, migrations=None)


def test_a_lost_migration_is_told(migrations: Migrations, database: Database) -> None:
    """A missing migration is reported with the file that names it as its down_revision."""
    migrations.add("0003", "pass", down_revision="0002")
    with (
        warnings.catch_warnings(action="ignore"),
        pytest.raises(SchemaError, match="'0002' as its down_revision, and there is no such"),
    ):
        schema.upgrade(database)


def test_two_beginnings_are_told(migrations: Migrations, database: Database) -> None:
    """Two files that both begin the same branch are reported as a contradiction."""
    file = migrations.add("0009", "pass")
    source = file.read_text().replace("down_revision = '0001'", "down_revision = None")
    file.write_text(f'{source}\nbranch_labels = ("api",)\n')
    with pytest.raises(SchemaError, match=r"contradict each other: .*api"):
        schema.upgrade(database)


# Drafts


class Address(TypeDecorator[str]):
    """A type of a team that wraps one of SQLAlchemy's types."""

    impl = postgresql.INET
    cache_ok = True


class Card(UserDefinedType[str]):
    """A type of a team that wraps no other type."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        return "MACADDR"


@pytest.fixture
def team(tmp_path: Path) -> Branch:
    """The branch of a team that has a table, and no migration yet."""
    tables = MetaData(naming_convention=NAMING_CONVENTION)
    Table(
        "drawings",
        tables,
        Column("id", Integer, primary_key=True),
        Column("card", Card),
        Column("sent_from", Address),
        Column("more", postgresql.JSONB, unique=True),
        Column("made_at", UtcDateTime, index=True),
    )
    return Branch("api", tables, tmp_path / "own" / "migrations")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_first_draft_makes_the_tables_of_the_team(
    database_url: str, database: Database, team: Branch
) -> None:
    """The first draft begins the team's branch, makes its tables, imports what it uses, and does
    not touch the tables of the machinery."""
    schema.downgrade(database, "api@base")
    execute(database, "CREATE TABLE idempotent_creations (owner VARCHAR(255) PRIMARY KEY)")
    own = Database(database_url, branches=(CORE, team))
    draft = drafting.make_revision(own, "drawings").read_text()
    assert "branch_labels = ('api',)" in draft
    assert "drop_table('drawings')" in draft
    assert draft.count("drop_table") == 1
    assert "sa.DateTime(timezone=True)" in draft
    assert "Address" not in draft
    assert draft.count("INET") == 1
    schema.upgrade(own)
    assert schema.is_good(own)
    [unique] = inspect(own.engine).get_unique_constraints("drawings")
    assert unique["name"] == "uq_drawings_more"
    own.engine.dispose()


@ON_BOTH
def test_where_models_and_migrations_agree_the_draft_is_empty(
    migrations: Migrations, database: Database
) -> None:
    """A draft is empty when models and migrations agree. It follows the head of the team's branch
    and lies in its directory."""
    file = drafting.make_revision(database, "nothing new")
    text = file.read_text()
    assert file.parent == migrations.directory
    assert '"""nothing new"""' in text
    assert "down_revision = '0001'" in text
    assert text.count("    pass") == 2


@ON_BOTH
def test_a_table_that_the_team_no_longer_has_is_drafted_away(
    migrations: Migrations, database: Database, database_url: str
) -> None:
    """The draft drops the table that the team no longer has, and no other table."""
    team = Branch("api", MetaData(naming_convention=NAMING_CONVENTION), migrations.directory)
    own = Database(database_url, branches=(CORE, team))
    text = drafting.make_revision(own, "no more messages").read_text()
    assert "op.drop_table('messages')" in text
    assert text.count("drop_table") == 1
    own.engine.dispose()
