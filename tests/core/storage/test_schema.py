"""The migrations and the models agree on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, event, inspect
from sqlalchemy.orm import Session

from api.core.storage import Database, SchemaError, schema
from api.core.storage.models import Base
from tests.core.support.databases import ON_BOTH
from tests.core.support.threads import SECONDS


@ON_BOTH
def test_models_and_migrations_agree(database: Database) -> None:
    """The migrations make what the models declare: no table, column or index differs."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        # Alembic takes a list of them, which its types do not say.
        tables: Any = [branch.tables for branch in database.branches]
        assert compare_metadata(context, tables) == []


@ON_BOTH
def test_every_migration_goes_back_and_forth(database: Database) -> None:
    """All migrations can be undone until no table is left, and applied again."""
    assert schema.current(database) == schema.head(database)
    schema.downgrade(database, "base")
    assert schema.current(database) == ()
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    schema.upgrade(database)
    assert schema.current(database) == schema.head(database)


@ON_BOTH
def test_an_upgrade_of_what_is_up_to_date_changes_nothing(database: Database) -> None:
    """An upgrade of a current schema succeeds, as `run` needs it at every start."""
    schema.upgrade(database)
    assert schema.fault(database) is None


def test_a_fault_is_told_in_words(database: Database) -> None:
    """An old schema and a database that cannot be reached are each described in words."""
    schema.downgrade(database, "base")
    assert "not the code's" in str(schema.fault(database))
    away = Database("sqlite:////nowhere/at/all.db")
    assert "cannot be used" in str(schema.fault(away))


def test_a_database_that_is_only_busy_is_ready(database: Database) -> None:
    """A database that is only busy counts as ready, because all copies share it and another copy
    could not help."""
    is_held, may_end = threading.Event(), threading.Event()

    def hold(_: Session) -> None:
        is_held.set()
        assert may_end.wait(SECONDS)

    busy = Database(str(database.engine.url), connections=1, waiters=0)
    busy.run(lambda _: None, writes=False)
    with ThreadPoolExecutor() as pool:
        held = pool.submit(busy.run, hold, writes=False)
        assert is_held.wait(SECONDS)
        assert schema.fault(busy) is None
        may_end.set()
        held.result(SECONDS)
    busy.engine.dispose()


def execute(database: Database, *statements: str) -> None:
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


FOREIGN = "UPDATE alembic_version SET version_num = 'deadbeef' WHERE version_num = '0001'"
SECRETS = "DROP TABLE shared_secrets"
VERSION = "ALTER TABLE messages DROP COLUMN version"


@ON_BOTH
@pytest.mark.parametrize("revision", ["0001", "deadbeef"])
def test_a_schema_that_lacks_something_is_not_good(database: Database, revision: str) -> None:
    """A schema that lacks a table or a column is refused with the names of what is missing, also at
    an unknown revision. When both are back, it is accepted."""
    execute(database, FOREIGN.replace("'deadbeef'", f"'{revision}'"), SECRETS, VERSION)
    fault = schema.fault(database)
    assert fault is not None
    assert fault.startswith("messages.version, shared_secrets are missing in the database")
    assert revision in fault
    with pytest.raises(SchemaError, match=r"messages\.version, shared_secrets are missing"):
        schema.upgrade(database)
    with database.engine.begin() as connection:
        Base.metadata.tables["shared_secrets"].create(connection)
        connection.exec_driver_sql("ALTER TABLE messages ADD COLUMN version integer")
    assert schema.fault(database) is None
    schema.upgrade(database)


@ON_BOTH
def test_a_foreign_database_is_not_good(database: Database) -> None:
    """A database that has only the revision of another program is refused and not taken for a newer
    one."""
    schema.downgrade(database, "base")
    execute(database, "INSERT INTO alembic_version VALUES ('deadbeef')")
    expected = r"idempotency_keys, messages, shared_secrets are missing.*deadbeef"
    for act in (schema.upgrade, schema.is_good, lambda database: schema.downgrade(database, "-1")):
        with pytest.raises(SchemaError, match=expected):
            act(database)


@ON_BOTH
def test_a_view_may_stand_for_a_table(database: Database) -> None:
    """A view is accepted in place of a table, because a later release may have replaced the
    table."""
    execute(
        database,
        FOREIGN,
        "ALTER TABLE shared_secrets RENAME TO secrets",
        "CREATE VIEW shared_secrets AS SELECT name, value FROM secrets",
    )
    assert schema.is_good(database)


@ON_BOTH
def test_tables_are_looked_at_once_a_revision(database: Database) -> None:
    """The tables are inspected once per revision, so later readiness checks need fewer
    statements."""
    statements: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def record(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    def cost() -> int:
        statements.clear()
        assert schema.fault(database) is None
        return len(statements)

    first, second = cost(), cost()
    assert second < first
    execute(database, FOREIGN)
    assert cost() > second
    assert cost() == second
