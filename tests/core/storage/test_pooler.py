"""Everything works behind pgbouncer, where each transaction may get another connection."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from api.core.factory import create_app
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings
from api.core.storage import Database, Unavailable, schema
from api.core.storage.connecting import is_pooled
from api.core.testing import location_of
from tests.core.cli.test_doctor import rows
from tests.core.demo import application
from tests.core.support.cli import Runner
from tests.core.support.databases import Postgres
from tests.core.support.migrations import Migrations
from tests.core.support.pgbouncer import PgBouncer
from tests.core.support.threads import at_once

pytestmark = pytest.mark.needs("pgbouncer")


@pytest.fixture
def direct_url(postgres: Postgres) -> str:
    return postgres.make()


@pytest.fixture
def database_url(direct_url: str) -> Iterator[str]:
    with PgBouncer(direct_url) as pooler:
        yield pooler.url


@pytest.fixture
def caller(
    database: Database, issuer: EmbeddedIssuer, clock: Callable[[], float]
) -> Callable[[], FlaskClient]:
    """`caller()`: a client that may do everything with messages."""
    app = create_app(
        application, Settings(), issuer=issuer, database=database, now=clock, clock=clock
    )
    token = issuer.mint("read:messages write:messages admin:messages")

    def make() -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    return make


def test_every_operation_works(caller: Callable[[], FlaskClient]) -> None:
    """Every operation works through the pooler, for many callers at once and often enough that
    psycopg would prepare its statements."""

    def use(number: int) -> list[int]:
        client, statuses = caller(), []
        for round_ in range(12):
            key = {"Idempotency-Key": f"{number}-{round_}"}
            made = client.post("/api/messages", json={"text": "Hello"}, headers=key)
            path = location_of(made)
            answers: list[Any] = [
                made,
                client.post("/api/messages", json={"text": "Hello"}, headers=key),
                client.get(path),
                client.get("/api/messages?limit=2"),
                client.patch(path, json={"text": "Bye"}),
                client.delete(path),
                client.get("/health/ready"),
            ]
            statuses += [answer.status_code for answer in answers]
        return statuses

    for statuses in at_once(8, use):
        assert statuses == [201, 201, 200, 200, 200, 204, 200] * 12


def test_a_statement_has_its_time_there_as_well(
    database_url: str, direct_url: str, database: Database
) -> None:
    """Through the pooler each transaction limits the time of its statements, and the server's
    shared connection keeps its own setting."""
    impatient = Database(database_url, wait=0.05)
    with pytest.raises(Unavailable):
        impatient.run(lambda session: session.execute(text("SELECT pg_sleep(9)")), writes=False)
    impatient.engine.dispose()
    with database.engine.connect() as connection:
        shown = connection.execute(text("SHOW statement_timeout")).scalar_one()
    assert shown == "5s"
    query = text("SELECT setting FROM pg_settings WHERE name = 'statement_timeout'")
    raw = Database(database_url)
    raw.engine.dispose()
    with raw.engine.connect() as connection:
        connection.execute(text("SET LOCAL statement_timeout = DEFAULT"))
        assert connection.execute(query).scalar_one() == "0"
    raw.engine.dispose()


def test_a_pooler_is_noticed(database: Database, direct_url: str) -> None:
    """A pooler is recognised, and a direct connection is not taken for one."""
    direct = Database(direct_url)
    for each, expected in ((database, True), (direct, False)):
        with each.engine.connect() as connection:
            driver: Any = connection.connection.dbapi_connection
            assert is_pooled(driver) is expected
            assert driver.prepare_threshold == (None if expected else 5)
    direct.engine.dispose()


def test_the_schema_goes_up_and_down(database: Database) -> None:
    """The schema can be downgraded and upgraded through the pooler."""
    schema.downgrade(database, "base")
    assert schema.fault(database) == "the database's schema is not the code's"
    schema.upgrade(database)
    assert schema.fault(database) is None


def test_an_index_can_be_built_concurrently(database: Database, migrations: Migrations) -> None:
    """An index can be built concurrently through the pooler. Timeouts and the lock against other
    upgrades hold before and after it."""
    migrations.add("0002", SHOWN)
    schema.upgrade(database)
    query = text("SELECT * FROM shown ORDER BY 1")
    shown = database.run(lambda session: [*map(tuple, session.execute(query))], writes=False)
    before, after = [("ExclusiveLock", "advisory")], [("ExclusiveLock after", "advisory")]
    for rows_, suffix in ((before, ""), (after, " after")):
        rows_ += [(f"lock_timeout{suffix}", "200"), (f"statement_timeout{suffix}", "0")]
    assert shown == sorted(before + after)


SHOWN = """
shown = ("SELECT name || '{0}', setting FROM pg_settings"
         " WHERE name IN ('lock_timeout', 'statement_timeout')"
         " UNION ALL SELECT mode || '{0}', 'advisory' FROM pg_locks"
         " WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
op.execute("CREATE TABLE shown (name text, setting text)")
op.execute("INSERT INTO shown " + shown.format(""))
with op.get_context().autocommit_block():
    op.create_index("ix_text", "messages", ["text"], postgresql_concurrently=True)
op.execute("INSERT INTO shown " + shown.format(" after"))
"""


@pytest.mark.parametrize("query", ["", "?prepare_threshold=0", "?prepare_threshold=none"])
def test_commands_work(runner: Runner, database_url: str, query: str) -> None:
    """Commands work through the pooler, whatever `prepare_threshold` the URL has, and `doctor`
    mentions the pooler."""
    environment = {"DATABASE_URL": database_url + query}
    assert runner("db", "upgrade", **environment).code == 0
    assert runner("count", **environment).code == 0
    result, found, _ = rows(runner("doctor", **environment))["database"]
    assert (result, "through a pooler" in found) == ("ok", True)
