"""A migration changes the schema completely or not at all, and loses no row."""

import sqlite3
import stat
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.util import CommandError
from sqlalchemy import inspect, make_url, text

from api.core.storage import Database, SchemaError, schema
from api.core.storage.models import SharedSecret
from tests.core.support.databases import ON_BOTH
from tests.core.support.migrations import Migrations
from tests.core.support.threads import at_once

AT_0001, AT_0002 = ("0001", "core_0001"), ("0002", "core_0001")

ON_POSTGRES = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)

FAMILY = """
op.create_table("parents", sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("name", sa.String(9)))
op.create_table("children", sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("parent", sa.Integer, sa.ForeignKey("parents.id", ondelete={ondelete!r})))
op.execute("INSERT INTO parents VALUES (1, 'ann')")
op.execute("INSERT INTO children VALUES (7, 1)")
"""
WIDER = """
with op.batch_alter_table("parents") as parents:
    parents.alter_column("name", type_=sa.String(99))
"""
NARROWER = WIDER.replace("99", "9")
CONCURRENTLY = """
with op.get_context().autocommit_block():
    op.create_index("ix_text", "messages", ["text"], postgresql_concurrently=True)
"""
ORPHANS = 'op.execute("DELETE FROM parents")'


@pytest.fixture
def lines() -> list[str]:
    """The messages that the operator was shown."""
    return []


@pytest.fixture
def family(migrations: Migrations, database: Database) -> Callable[..., None]:
    """`family("CASCADE")`: make a parent and a child that refers to it, in tables of their own."""

    def make(ondelete: str | None = "CASCADE") -> None:
        migrations.add("0002", FAMILY.format(ondelete=ondelete))
        schema.upgrade(database)

    return make


def rows(database: Database, table: str) -> list[Any]:
    query = text(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608
    return database.run(lambda session: [*map(tuple, session.execute(query))], writes=False)


def copies(database: Database) -> list[Path]:
    file = database.url.database if database.is_sqlite else "/nowhere/at/all"
    return sorted(Path(str(file)).parent.glob("*.bak"))


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> str:
    """A new database. A SQLite one has its own directory, where the tests can count copies."""
    if not database_url.startswith("sqlite"):
        return database_url
    (tmp_path / "data").mkdir()
    path = Path(str(make_url(database_url).database)).rename(tmp_path / "data" / "api.db")
    return f"sqlite:///{path}"


@ON_BOTH
@pytest.mark.parametrize("ondelete", ["CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", None])
def test_a_parent_can_be_altered(
    database: Database, migrations: Migrations, family: Callable[..., None], ondelete: str | None
) -> None:
    """When a parent table is altered, up or down, its child rows stay, whatever ON DELETE says."""
    family(ondelete)
    migrations.add("0003", WIDER, NARROWER, "0002")
    for change in (schema.upgrade, lambda database: schema.downgrade(database, "0002")):
        change(database)
        assert rows(database, "parents") == [(1, "ann")]
        assert rows(database, "children") == [(7, 1)]


def test_foreign_keys_are_on_afterwards(database: Database, family: Callable[..., None]) -> None:
    """After an upgrade, even a failed one, the connection still enforces foreign keys."""
    family()
    with pytest.raises(CommandError):
        schema.upgrade(database, "nope")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_rows_that_lose_their_parent_stop_the_migration(
    database: Database, migrations: Migrations, family: Callable[..., None]
) -> None:
    """A migration that leaves a row without its parent is stopped. The error names the table and
    the row, and the database is unchanged."""
    family()
    migrations.add("0003", ORPHANS, down_revision="0002")
    with pytest.raises(SchemaError, match=r'row 7 of table "children".*"parents"'):
        schema.upgrade(database)
    assert (rows(database, "parents"), schema.current(database)) == ([(1, "ann")], AT_0002)


def test_rows_that_had_no_parent_before_do_not_stop_it(
    database: Database, migrations: Migrations, family: Callable[..., None]
) -> None:
    """A row that had no parent before does not stop a migration, because the migration did not
    cause it. A row that loses its parent still does."""
    family()
    with closing(sqlite3.connect(str(database.url.database))) as shell, shell:
        shell.execute("INSERT INTO children VALUES (8, 99)")
    migrations.add("0003", WIDER, down_revision="0002")
    schema.upgrade(database)
    assert rows(database, "children") == [(7, 1), (8, 99)]
    migrations.add("0004", ORPHANS, down_revision="0003")
    with pytest.raises(SchemaError, match='row 7 of table "children"'):
        schema.upgrade(database)


@ON_BOTH
@pytest.mark.parametrize(
    ("failure", "cause"),
    [
        ('op.execute("SELECT 1 FROM nowhere")', "nowhere"),
        ('raise LookupError("no luck")', "LookupError: no luck"),
    ],
    ids=["SQL", "Python"],
)
def test_a_migration_that_fails_is_undone(
    database: Database, migrations: Migrations, failure: str, cause: str
) -> None:
    """A migration that fails is undone with all others of the same upgrade. The error names the
    file and the line, and no copy is left."""
    migrations.add("0002", 'op.create_table("first", sa.Column("id", sa.Integer))')
    half = (
        'op.create_table("half", sa.Column("id", sa.Integer))\nop.execute("DELETE FROM messages")\n'
    )
    migrations.add("0003", half + failure, down_revision="0002")
    with pytest.raises(SchemaError) as raised:
        schema.upgrade(database)
    assert cause in str(raised.value)
    assert "0003_of_a_test.py, line 13" in str(raised.value)
    assert set(inspect(database.engine).get_table_names()) & {"first", "half"} == set()
    assert (schema.current(database), copies(database)) == (AT_0001, [])


@ON_POSTGRES
def test_a_constraint_that_is_checked_at_the_commit_stops_the_migration(
    database: Database, migrations: Migrations
) -> None:
    """A constraint that PostgreSQL checks only at the commit stops the migration too."""
    deferred = FAMILY.replace("ondelete={ondelete!r}", 'deferrable=True, initially="DEFERRED"')
    migrations.add("0002", f"{deferred}\n{ORPHANS}")
    with pytest.raises(SchemaError, match=r"the migration failed: .*violates foreign key"):
        schema.upgrade(database)
    assert schema.current(database) == AT_0001


def test_an_autocommit_block_leaves_the_connection_as_it_was(
    database: Database, migrations: Migrations
) -> None:
    """After an autocommit block, the connection has its former transaction mode and enforces
    foreign keys."""
    block = 'with op.get_context().autocommit_block():\n    op.execute("DELETE FROM messages")'
    migrations.add("0002", block)
    schema.upgrade(database)
    with database.engine.begin() as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        assert driver.isolation_level is None
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


@ON_POSTGRES
def test_an_index_can_be_built_concurrently(database: Database, migrations: Migrations) -> None:
    """A migration can build an index concurrently, outside a transaction, as PostgreSQL
    requires."""
    migrations.add("0002", CONCURRENTLY)
    schema.upgrade(database)
    assert schema.current(database) == AT_0002
    names = {index["name"] for index in inspect(database.engine).get_indexes("messages")}
    assert "ix_text" in names


SHOWN = """
with op.get_context().autocommit_block():
    op.execute("CREATE TABLE shown AS SELECT name, setting FROM pg_settings"
               " WHERE name IN ('lock_timeout', 'statement_timeout')")
    op.execute("INSERT INTO shown SELECT mode, 'advisory' FROM pg_locks"
               " WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
op.execute("INSERT INTO shown SELECT name || ' after', setting FROM pg_settings"
           " WHERE name IN ('lock_timeout', 'statement_timeout')")
"""


@ON_POSTGRES
def test_an_autocommit_block_is_bounded_as_the_rest(
    database: Database, migrations: Migrations
) -> None:
    """In an autocommit block and after it, a statement has no time limit, a lock is waited for only
    briefly, and the lock against other upgrades is held."""
    migrations.add("0002", SHOWN)
    schema.upgrade(database)
    assert rows(database, "shown") == [
        ("ExclusiveLock", "advisory"),
        *[("lock_timeout", "200"), ("lock_timeout after", "200")],
        *[("statement_timeout", "0"), ("statement_timeout after", "0")],
    ]


@pytest.fixture
def another(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """A separate connection that does not use the code under test."""
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET statement_timeout = '20s'")
        yield connection


@ON_POSTGRES
def test_an_index_that_another_upgrade_builds_concurrently_is_waited_for(
    database: Database,
    migrations: Migrations,
    lines: list[str],
    another: psycopg.Connection[Any],
) -> None:
    """An upgrade waits for another one outside any transaction, because an index that is built
    concurrently waits for every transaction to end."""
    migrations.add("0002", "pass")
    another.execute("SELECT pg_advisory_lock(8259)")

    def build(_seconds: float) -> None:
        another.execute("CREATE INDEX CONCURRENTLY ix_text ON messages (text)")
        another.execute("SELECT pg_advisory_unlock(8259)")

    schema.upgrade(database, tell=lines.append, sleep=build)
    assert lines == ["Another upgrade of this database is running. Waiting for its end."]
    assert schema.current(database) == AT_0002


WAITS = """
    SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%'
    AND wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '0.2 s'
"""


@ON_POSTGRES
def test_an_index_that_is_built_concurrently_waits_for_transactions(
    database: Database,
    migrations: Migrations,
    another: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An index that is built concurrently waits for transactions longer than the lock timeout,
    because nobody waits behind it and a failure would leave half an index."""
    monkeypatch.setattr("api.core.storage.migrator.LOCK_TIMEOUT", "10ms")
    migrations.add("0002", CONCURRENTLY)
    with database.engine.connect() as holder, ThreadPoolExecutor() as threads:
        holder.execute(text("DELETE FROM messages"))
        upgrade = threads.submit(schema.upgrade, database)
        while not upgrade.done() and another.execute(WAITS).fetchone() is None:
            pass
        holder.rollback()
        upgrade.result()
    assert schema.current(database) == AT_0002


COMMITTED = [
    CONCURRENTLY,
    'op.create_table("half", sa.Column("id", sa.Integer))\nop.execute("COMMIT")',
]


@ON_POSTGRES
@pytest.mark.parametrize("committing", COMMITTED, ids=["autocommit_block", "COMMIT"])
def test_what_was_committed_before_a_failure_is_not_called_undone(
    database: Database, migrations: Migrations, committing: str
) -> None:
    """When a migration commits a part and then fails, the error says that this part remains."""
    migrations.add("0002", f"{committing}\nraise LookupError('no luck')")
    with pytest.raises(
        SchemaError, match=r"no luck\. It had already committed a part .* remains"
    ) as raised:
        schema.upgrade(database)
    assert "undone: the database is as it was" not in str(raised.value)


@ON_POSTGRES
def test_after_a_commit_a_lock_ends_the_upgrade(
    database: Database, migrations: Migrations, lines: list[str], another: psycopg.Connection[Any]
) -> None:
    """A migration that committed a part and then meets a lock is not tried again, because it would
    repeat that part."""
    migrations.add("0002", f'{CONCURRENTLY}\nop.execute("LOCK TABLE shared_secrets")')
    with another.transaction():
        another.execute("SELECT 1 FROM shared_secrets")
        with pytest.raises(SchemaError, match=r"lock timeout\. It had already committed a part"):
            schema.upgrade(database, tell=lines.append, sleep=lambda _: None)
    assert lines == []


@ON_POSTGRES
def test_an_index_that_could_not_be_built_is_to_be_dropped(
    database: Database, migrations: Migrations
) -> None:
    """When an index cannot be built concurrently, the error says to drop the invalid index that is
    left."""
    insert = "INSERT INTO shared_secrets VALUES ('a', ''), ('b', '')"
    unique = CONCURRENTLY.replace(
        '"messages", ["text"]', '"shared_secrets", ["value"], unique=True'
    )
    migrations.add("0002", f'op.execute("{insert}")\n{unique}')
    with pytest.raises(SchemaError, match="drop the index that could not be built"):
        schema.upgrade(database)


def test_a_commit_that_fails_names_the_copy(
    database: Database, migrations: Migrations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the commit fails, the error names the copy that was kept, and foreign keys are on
    again."""
    migrations.add("0002", 'op.create_table("new", sa.Column("id", sa.Integer))')

    def fail(_connection: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(database.engine.dialect, "do_commit", fail)
        with pytest.raises(SchemaError, match=r"the commit failed: database or disk") as raised:
            schema.upgrade(database)
    [copy] = copies(database)
    assert str(raised.value).endswith(f"kept in {copy}")
    assert schema.current(database) == AT_0001
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_rows_that_lose_their_parent_after_a_commit_stop_the_migration(
    database: Database, migrations: Migrations, family: Callable[..., None]
) -> None:
    """When a row loses its parent in a part that is already committed, the error names the row, the
    committed part and the copy."""
    family()
    migrations.add("0003", f"{ORPHANS}\nop.get_bind().commit()", down_revision="0002")
    expected = r'row 7 of table "children".*had already committed a part.*kept in .*\.bak'
    with pytest.raises(SchemaError, match=expected):
        schema.upgrade(database)


@ON_BOTH
def test_upgrades_at_once_are_one(database: Database, migrations: Migrations) -> None:
    """When several upgrades run at the same time, one does the work and the others find it done."""
    migrations.add("0002", 'op.create_table("once", sa.Column("id", sa.Integer))')
    at_once(4, lambda _: schema.upgrade(database))
    assert (schema.current(database), rows(database, "once")) == (AT_0002, [])
    assert len(copies(database)) == (1 if database.is_sqlite else 0)


def test_a_copy_is_kept(database: Database, migrations: Migrations, lines: list[str]) -> None:
    """An upgrade keeps a copy of the former database, including the write-ahead log, that only its
    owner can read."""
    database.run(lambda session: session.add(SharedSecret("kept", b"")), writes=True)
    migrations.add("0002", "op.execute(\"DELETE FROM shared_secrets WHERE name = 'kept'\")")
    # An open connection keeps SQLite from writing the log back into the file.
    with closing(sqlite3.connect(str(database.url.database))):
        copy = schema.upgrade(database, tell=lines.append)
    assert [copy] == copies(database)
    assert copy is not None
    assert copy.name.startswith("api.db.0001+core_0001-")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert str(copy) in lines[0]
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute(
            "SELECT count(*) FROM shared_secrets WHERE name = 'kept'"
        ).fetchone() == (1,)
        query = "SELECT version_num FROM alembic_version ORDER BY 1"
        assert kept.execute(query).fetchall() == [("0001",), ("core_0001",)]


def test_one_can_go_back_to_the_copy(
    database: Database, migrations: Migrations, lines: list[str]
) -> None:
    """The command that the operator is shown restores the copy."""
    database.run(lambda session: session.add(SharedSecret("kept", b"")), writes=True)
    migrations.add("0002", "op.execute(\"DELETE FROM shared_secrets WHERE name = 'kept'\")")
    schema.upgrade(database, tell=lines.append)
    database.engine.dispose()
    subprocess.run(lines[1].partition("run: ")[2], shell=True, check=True)  # noqa: S602
    assert schema.current(database) == AT_0001
    assert len(rows(database, "shared_secrets")) == 2


def test_no_copy_replaces_another(database: Database, migrations: Migrations) -> None:
    """A copy never replaces another, even when both are made within a moment."""
    migrations.add("0002", "pass")
    for _ in range(3):
        schema.upgrade(database)
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM alembic_version WHERE version_num = '0002'")
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0001')")
    assert len(copies(database)) == 3


def test_where_nothing_is_to_be_done_no_copy_is_made(
    database: Database, migrations: Migrations
) -> None:
    """No copy is made when the schema is current, the revision is unknown, or there are no
    tables."""
    schema.upgrade(database)
    for revision in ("nope", "+1"):
        with pytest.raises(CommandError):
            schema.upgrade(database, revision)
    schema.downgrade(database, "base")
    schema.upgrade(database)
    assert copies(database) == []


def test_a_downgrade_keeps_a_copy_of_what_people_wrote(
    database: Database, family: Callable[..., None]
) -> None:
    """A downgrade keeps a copy, because it removes tables."""
    family()
    earlier = copies(database)
    assert schema.downgrade(database, "base") in {*copies(database)} - {*earlier}


def test_without_a_copy_nothing_is_changed(
    database: Database, migrations: Migrations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the copy cannot be written, the upgrade stops with the reason and changes nothing."""
    migrations.add("0002", 'op.create_table("new", sa.Column("id", sa.Integer))')

    def fail(*_args: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("api.core.storage.copies.os.open", fail)
    with pytest.raises(SchemaError, match="No space left on device; nothing was changed"):
        schema.upgrade(database)
    assert schema.current(database) == AT_0001


def test_a_copy_that_is_cut_short_is_taken_away(
    database: Database, migrations: Migrations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An incomplete copy is removed, and nothing is changed."""
    migrations.add("0002", "pass")

    def full(_file: object) -> sqlite3.Connection:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("api.core.storage.copies.sqlite3.connect", full)
        with pytest.raises(SchemaError, match="disk is full; nothing was changed"):
            schema.upgrade(database)
    assert (copies(database), schema.current(database)) == ([], AT_0001)


@ON_BOTH
def test_a_lock_that_is_held_is_waited_for(
    database: Database,
    migrations: Migrations,
    database_url: str,
    lines: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An upgrade that meets a lock says so, tries again, and succeeds when the lock is released."""
    monkeypatch.setattr("api.core.storage.migrator.LOCK_TIMEOUT", "10ms")
    migrations.add("0002", 'op.add_column("messages", sa.Column("extra", sa.Text()))')
    impatient = Database(database_url, wait=0.05, branches=database.branches)
    slept: list[float] = []
    with database.engine.connect() as holder:
        holder.execute(text("DELETE FROM messages"))

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            if len(slept) == 2:
                holder.rollback()

        schema.upgrade(impatient, tell=lines.append, sleep=sleep)
    assert len(slept) == 2
    assert [line for line in lines if "a lock" in line] == lines[:1]
    assert schema.current(database) == AT_0002
    impatient.engine.dispose()


@ON_BOTH
def test_a_lock_is_not_waited_for_for_ever(
    database: Database,
    migrations: Migrations,
    database_url: str,
    lines: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After a limited number of attempts, the error says who may hold the lock and that nothing was
    changed."""
    monkeypatch.setattr("api.core.storage.migrator.LOCK_TIMEOUT", "10ms")
    migrations.add("0002", 'op.add_column("messages", sa.Column("extra", sa.Text()))')
    impatient = Database(database_url, wait=0.05, branches=database.branches)
    slept: list[float] = []
    with database.engine.connect() as holder:
        holder.execute(text("DELETE FROM messages"))
        with pytest.raises(SchemaError, match=r"nothing was changed.*open for long"):
            schema.upgrade(impatient, tell=lines.append, sleep=slept.append)
    assert len(slept) == schema.ATTEMPTS[database.engine.dialect.name] - 1
    assert 1 < len(lines) < len(slept)
    assert schema.current(database) == AT_0001
    impatient.engine.dispose()


@ON_POSTGRES
def test_readers_go_on_while_an_upgrade_waits(
    database: Database, migrations: Migrations, lines: list[str]
) -> None:
    """Readers are served between two attempts of an upgrade that waits for a lock."""
    migrations.add("0002", 'op.add_column("messages", sa.Column("extra", sa.Text()))')
    with database.engine.connect() as holder:
        holder.execute(text("SELECT count(*) FROM messages"))

        def sleep(_seconds: float) -> None:
            assert rows(database, "messages") == []
            holder.rollback()

        schema.upgrade(database, tell=lines.append, sleep=sleep)
    assert schema.current(database) == AT_0002


def test_a_migration_that_commits_and_fails_keeps_the_copy(
    database: Database, migrations: Migrations
) -> None:
    """When a migration commits and then fails, the error says that a part was committed, and names
    the copy that is kept."""
    steps = 'op.execute("DELETE FROM shared_secrets")\nop.get_bind().commit()\nraise RuntimeError'
    migrations.add("0002", steps)
    with pytest.raises(SchemaError, match=r"committed a part of its work.*kept in (.*\.bak)") as e:
        schema.upgrade(database)
    copy = Database(f"sqlite:///{str(e.value).rpartition(' ')[2]}")
    assert len(rows(copy, "shared_secrets")) == 1
    copy.engine.dispose()
