"""A migration of SQLite is stopped when it would silently lose something."""

from collections.abc import Callable

import pytest

from api.core.storage import Database, SchemaError, schema, tables
from tests.core.support.databases import ON_BOTH
from tests.core.support.migrations import Migrations

Things = Callable[..., None]

TABLE = """op.execute('''
CREATE TABLE things (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- no CHECK, "no" COLLATE
    "check" TEXT DEFAULT 'CHECK (1), COLLATE NOCASE' COLLATE NOCASE,
    size INT CHECK (size > 0), weight INT CONSTRAINT heavy CHECK (weight > 0),
    other INT CONSTRAINT friend REFERENCES things (id) ON DELETE CASCADE,
    mate INT UNIQUE ON CONFLICT IGNORE,
    parent INT, FOREIGN KEY (parent) REFERENCES things (id) ON DELETE CASCADE,
    CHECK (size < weight), CONSTRAINT light CHECK (weight < 99)
)''')
op.execute("CREATE TRIGGER touched AFTER UPDATE ON things BEGIN SELECT 1; END")
op.execute("CREATE INDEX lower_case ON things (lower(size))")
op.execute("CREATE INDEX plain ON things (size) WHERE size > 5")
op.execute("CREATE TABLE logs (id INTEGER PRIMARY KEY)")
op.execute("INSERT INTO things (id) VALUES (1), (7)")
op.execute("DELETE FROM things WHERE id = 7")
"""
LOST = [
    "AUTOINCREMENT of things",
    "CHECK of things",
    "COLLATE of things",
    "ON CONFLICT of things",
    "ON DELETE of things",
    "index lower_case",
    "trigger touched",
]
ANEW = """
import warnings
with warnings.catch_warnings(action="ignore"), op.batch_alter_table("things") as things:
    things.alter_column("mate", type_=sa.String(9))
"""


@pytest.fixture
def things(migrations: Migrations, database: Database) -> Things:
    """`things(steps)`: run a migration on a table with features that Alembic does not see."""
    migrations.add("0002", TABLE)
    schema.upgrade(database)

    def change(steps: str, loses: list[str] | None = None) -> None:
        file = migrations.add("0003", steps, down_revision="0002")
        file.write_text(f"{file.read_text()}\nloses = {loses or []}\n")
        schema.upgrade(database)
        assert schema.current(database) == ("0003", "core_0001")

    return change


def test_what_is_lost_is_named_and_stays(things: Things, database: Database) -> None:
    """The error lists everything that the migration would lose, as a `loses` line that allows it,
    and the database is unchanged."""
    with database.engine.connect() as connection:
        before = tables.read(connection)
    with pytest.raises(SchemaError, match="migration 0003 rewrites a table") as raised:
        things(ANEW)
    assert str(raised.value).endswith(
        f"loses = {LOST}. It was undone: the database is as it was before"
    )
    with database.engine.connect() as connection:
        assert tables.read(connection) == before


def test_a_loss_can_be_meant(things: Things) -> None:
    """A migration may lose what its `loses` list names, and a loss that is not listed is
    refused."""
    with pytest.raises(SchemaError, match=r"loses = \['trigger touched'\]"):
        things(ANEW, LOST[:-1])
    things(ANEW, LOST)


@pytest.mark.parametrize(
    "steps",
    [
        'op.rename_table("things", "items")',
        'op.drop_table("things")',
        'op.execute("DROP TRIGGER IF EXISTS touched")',
        'op.drop_index("lower_case")',
        'op.drop_index("plain")',
        'op.add_column("things", sa.Column("more", sa.Integer))',
        'op.execute("ALTER TABLE things RENAME COLUMN size TO extent")',
        'with op.batch_alter_table("logs") as logs:\n    logs.add_column(sa.Column("x", sa.Text))',
        'op.rename_table("logs", "old")\nop.rename_table("things", "logs")',
        'op.execute("DROP TRIGGER touched")\nop.execute("DROP INDEX lower_case")\n'
        'op.execute("ALTER TABLE things DROP COLUMN \\"check\\"")',
    ],
)
def test_what_is_meant_is_not_refused(things: Things, steps: str) -> None:
    """A migration may rename or drop tables, and drop triggers, indexes and columns by name."""
    things(steps)


def test_a_trigger_that_is_made_again_is_not_lost(migrations: Migrations, things: Things) -> None:
    """A trigger that exists again at the end of the migration does not count as lost."""
    again = 'op.execute("CREATE TRIGGER touched AFTER INSERT ON things BEGIN SELECT 2; END")'
    things(f"{ANEW}\n{again}", LOST[:-1])


def test_each_migration_is_looked_at(database: Database, migrations: Migrations) -> None:
    """A migration is also checked when an earlier one in the same upgrade made the table."""
    migrations.add("0002", TABLE)
    migrations.add("0003", ANEW, down_revision="0002")
    with pytest.raises(SchemaError, match=r"migration 0003 rewrites a table.*trigger touched"):
        schema.upgrade(database)


def test_ids_are_not_given_again(database: Database, things: Things) -> None:
    """When a migration keeps AUTOINCREMENT, the ids of deleted rows are not used again."""
    kept = ANEW.replace('"things")', '"things", table_kwargs={"sqlite_autoincrement": True})')
    things(kept, [each for each in LOST if "AUTO" not in each])
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO things (mate) VALUES ('a')")
        assert connection.exec_driver_sql("SELECT max(id) FROM things").scalar_one() == 8


def test_a_view_is_to_be_dropped_first(database: Database, things: Things) -> None:
    """A table that a view reads cannot be altered in SQLite, and the error says to drop the view
    first."""
    view = 'op.execute("CREATE VIEW seen AS SELECT id FROM things")\n'
    with pytest.raises(SchemaError, match="drop that view in the migration first, and create"):
        things(view + ANEW, LOST)


def test_triggers_of_a_view_are_lost_with_it(database: Database, things: Things) -> None:
    """A view that is dropped and created again loses its triggers, so the migration is refused."""
    view = 'op.execute("CREATE VIEW seen AS SELECT id FROM logs")\n'
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE VIEW seen AS SELECT id FROM logs")
        connection.exec_driver_sql(
            "CREATE TRIGGER entered INSTEAD OF INSERT ON seen BEGIN SELECT 1; END"
        )
    with pytest.raises(SchemaError, match="trigger entered"):
        things(f'op.execute("DROP VIEW seen")\n{view}')


@ON_BOTH
def test_the_models_tables_lose_nothing(database: Database, migrations: Migrations) -> None:
    """The tables of the models can be rewritten without a loss."""
    migrations.add("0002", ANEW.replace("things", "messages").replace("mate", "author"))
    schema.upgrade(database)
    assert schema.current(database) == ("0002", "core_0001")
