"""The statements that this API sends to its database work on the schemas of later releases."""

from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from api.core.storage import Branch, Database, schema
from api.storage import MIGRATIONS
from tests.core.support.databases import ON_BOTH, Postgres, Sqlite
from tests.core.support.migrations import Migrations
from tests.core.support.removals import removals, says_why
from tests.storage import recording

RELEASES = sorted(recording.DIRECTORY.glob("*.json"))
VERSIONS = sorted(MIGRATIONS.glob("*.py"))


@pytest.mark.parametrize("name", ["sqlite", "postgres"])
def test_the_recording_is_current(request: pytest.FixtureRequest, name: str) -> None:
    """A recording has the statements that the code sends. If not, run: python -m
    tests.storage.recording"""
    maker: Sqlite | Postgres = request.getfixturevalue(name)
    sent = recording.record(maker.make()).keys()
    assert sent in [recording.read(file)[name].keys() for file in RELEASES]


@pytest.mark.parametrize("release", RELEASES, ids=[file.stem for file in RELEASES])
@pytest.mark.parametrize("name", ["sqlite", "postgres"])
def test_every_release_works_on_the_newest_schema(
    request: pytest.FixtureRequest, branches: tuple[Branch, ...], name: str, release: Path
) -> None:
    """Every recorded statement of a release works on the newest schema with its parameters."""
    maker: Sqlite | Postgres = request.getfixturevalue(name)
    database = Database(maker.make(), branches=branches)
    replay(database, recording.read(release)[name])
    database.engine.dispose()


def replay(database: Database, recorded: recording.Recording) -> None:
    """Send each statement in its own transaction, and undo it."""
    for statement, parameters in recorded.items():
        values = tuple(parameters) if isinstance(parameters, list) else parameters
        with database.engine.connect() as connection:
            connection.exec_driver_sql(statement, values)


@ON_BOTH
def test_a_removal_is_noticed(database: Database, migrations: Migrations) -> None:
    """The replay fails when a migration removes what this release needs."""
    migrations.add("0002", 'op.drop_column("messages", "folded")')
    schema.upgrade(database)
    recorded = recording.read(RELEASES[-1])
    with pytest.raises(DBAPIError, match="folded"):
        replay(database, recorded["sqlite" if database.is_sqlite else "postgres"])


@pytest.mark.parametrize("file", VERSIONS, ids=[file.stem for file in VERSIONS])
def test_migrations_add_first_and_remove_a_release_later(file: Path) -> None:
    """A migration that removes something says in `removes = "..."` why no release uses it any
    more."""
    source = file.read_text()
    assert removals(source) == [] or says_why(source)
