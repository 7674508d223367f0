"""The migrations, and the models: they agree, on both databases."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from api.core.storage import Database, schema
from api.core.storage.models import Base
from tests.core.support.databases import ON_BOTH
from tests.core.support.threads import SECONDS


@ON_BOTH
def test_models_and_migrations_agree(database: Database) -> None:
    """What the migrations make is what the models say: no table, column or index differs."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@ON_BOTH
def test_every_migration_goes_back_and_forth(database: Database) -> None:
    """Down to nothing, one by one, and up again."""
    assert schema.current(database) == schema.head()
    schema.downgrade(database, "base")
    assert schema.current(database) is None
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    schema.upgrade(database)
    assert schema.current(database) == schema.head()


@ON_BOTH
def test_an_upgrade_of_what_is_up_to_date_changes_nothing(database: Database) -> None:
    """`run` upgrades at every start."""
    schema.upgrade(database)
    assert schema.fault(database) is None


def test_a_fault_is_told_in_words(database: Database) -> None:
    """An old schema, and a database that is away."""
    schema.downgrade(database, "base")
    assert "not the code's" in str(schema.fault(database))
    away = Database("sqlite:////nowhere/at/all.db")
    assert "cannot be used" in str(schema.fault(away))


def test_a_database_that_is_only_busy_is_ready(database: Database) -> None:
    """All copies share the database: to send requests to another one would not help."""
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


def test_a_new_migration_can_be_drafted(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where models and migrations agree, the draft is empty."""
    copy = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, copy)
    monkeypatch.setattr(schema, "MIGRATIONS", copy)
    text = schema.make_revision(database, "nothing new").read_text()
    assert '"""nothing new"""' in text
    assert "pass" in text
