"""Transactions, retries, and a database that cannot be reached."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from api.core.factory import create_app
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings
from api.core.storage import CORE, Database, Unavailable, database_of
from api.core.storage.database import ATTEMPTS, POOL_SIZE
from api.core.storage.models import SharedSecret
from tests.core.demo import application
from tests.core.support.databases import ON_BOTH, Postgres
from tests.core.support.server import free_port
from tests.core.support.threads import SECONDS, at_once

Work = Callable[[Session], None]

ON_POSTGRES = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
BRIEFLY = 0.05


@pytest.fixture
def slept() -> list[float]:
    """The seconds slept between attempts."""
    return []


@pytest.fixture
def database(database_url: str, slept: list[float]) -> Iterator[Database]:
    """A database that does not sleep, but records how long it would have slept."""
    opened = Database(database_url, sleep=slept.append)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def impatient(database_url: str) -> Iterator[Database]:
    """The same database with a very short wait."""
    opened = Database(database_url, wait=BRIEFLY)
    yield opened
    opened.engine.dispose()


def adds(name: str) -> Work:
    return lambda session: session.add(SharedSecret(name, b""))


def names(database: Database) -> set[str]:
    """The names that the tests have added."""
    query = select(SharedSecret.name).where(SharedSecret.name != "cursors")
    return database.run(lambda session: set(session.scalars(query)), writes=False)


class FromTheServer(Exception):
    """A driver's exception with the SQLSTATE that the server sent."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("refused")
        self.sqlstate = sqlstate


class Flaky:
    """Work that adds a row at each call, then fails `times` times with that SQLSTATE."""

    def __init__(self, sqlstate: str | None, times: int = 1000) -> None:
        self.calls, self._sqlstate, self._times = 0, sqlstate, times

    def __call__(self, session: Session) -> int:
        self.calls += 1
        session.add(SharedSecret(str(self.calls), b""))
        session.flush()
        if self.calls <= self._times:
            raise DBAPIError("SELECT 1", {}, FromTheServer(self._sqlstate))
        return self.calls


@ON_BOTH
def test_what_returns_is_committed(database: Database) -> None:
    """The work of a function that returns is committed, and another connection sees it."""
    database.run(adds("kept"), writes=True)
    assert names(database) == {"kept"}


@ON_BOTH
def test_what_raises_is_rolled_back(database: Database) -> None:
    """When the work raises an exception, it is passed on unchanged and nothing is written."""

    def fail(session: Session) -> None:
        session.add(SharedSecret("lost", b""))
        session.flush()
        raise LookupError("ours")

    with pytest.raises(LookupError, match="ours"):
        database.run(fail, writes=True)
    assert names(database) == set()


@ON_BOTH
async def later(session: Session) -> None:
    session.add(SharedSecret("one", b""))


@pytest.mark.parametrize(
    ("work", "kind"),
    [
        (lambda session: (each for each in session.scalars(select(SharedSecret))), "generator"),
        (lambda session: map(str, session.scalars(select(SharedSecret))), "map"),
        (lambda session: session.scalars(select(SharedSecret)), "ScalarResult"),
        (later, "coroutine"),
    ],
)
def test_what_would_read_later_is_refused(
    database: Database, work: Callable[[Session], Any], kind: str
) -> None:
    """A query that returns what would read after its transaction is refused, and rolled back."""
    with pytest.raises(TypeError, match=f"a query returned a {kind}, which would read"):
        database.run(work, writes=True)
    assert names(database) == set()


def test_what_breaks_a_rule_of_the_database_is_told_as_such(database: Database) -> None:
    """A row that exists already is an integrity error and not an outage."""
    database.run(adds("twice"), writes=True)
    with pytest.raises(IntegrityError):
        database.run(adds("twice"), writes=True)


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"], ids=["serialization", "deadlock"])
def test_what_may_succeed_later_is_tried_again(
    database: Database, slept: list[float], sqlstate: str
) -> None:
    """A transaction that may succeed later is tried again after a sleep, and its failed attempts
    leave nothing."""
    assert database.run(Flaky(sqlstate, times=2), writes=True) == 3
    assert len(slept) == 2
    assert names(database) == {"3"}


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"], ids=["serialization", "deadlock"])
def test_it_is_not_tried_for_ever(database: Database, slept: list[float], sqlstate: str) -> None:
    """The number of attempts is limited. The last failure is an outage, and all sleeps together are
    short."""
    work = Flaky(sqlstate)
    with pytest.raises(Unavailable):
        database.run(work, writes=True)
    assert work.calls == ATTEMPTS
    assert len(slept) == ATTEMPTS - 1
    assert sum(slept) < 1


def test_what_cannot_begin_anew_is_tried_once(database: Database, slept: list[float]) -> None:
    """With `once`, the first failure is an outage and nothing is tried again."""
    work = Flaky("40001")
    with pytest.raises(Unavailable):
        database.once(work, writes=True)
    assert (work.calls, slept) == (1, [])


@pytest.mark.parametrize(
    "sqlstate",
    [
        pytest.param("08006", id="connection failure"),
        pytest.param("53300", id="too many connections"),
        pytest.param("57014", id="query canceled"),
        pytest.param("57P01", id="admin shutdown"),
        pytest.param("58030", id="io error"),
    ],
)
def test_what_speaks_of_the_server_is_an_outage(
    database: Database, slept: list[float], sqlstate: str
) -> None:
    """A failure of the server is an outage at once, because a second attempt would meet the same
    server."""
    work = Flaky(sqlstate)
    with pytest.raises(Unavailable):
        database.run(work, writes=True)
    assert (work.calls, slept) == (1, [])


@pytest.mark.parametrize(
    "sqlstate",
    [
        pytest.param("42P01", id="undefined table"),
        pytest.param("23505", id="unique violation"),
        pytest.param("22001", id="value too long"),
        pytest.param(None, id="no state"),
    ],
)
def test_what_speaks_of_the_statement_is_a_defect(
    database: Database, slept: list[float], sqlstate: str | None
) -> None:
    """A failure of the statement itself is raised unchanged and is not tried again."""
    work = Flaky(sqlstate)
    with pytest.raises(DBAPIError):
        database.run(work, writes=True)
    assert (work.calls, slept) == (1, [])


@ON_POSTGRES
def test_a_deadlock_ends_with_both_done(database: Database, slept: list[float]) -> None:
    """When two transactions wait for each other, one is undone and tried again, and both are done
    in the end."""
    for name in ("0", "1"):
        database.run(adds(name), writes=True)
    both_hold_one = Barrier(2, timeout=SECONDS)
    met: set[int] = set()

    def touch(session: Session, name: int) -> None:
        statement = text("UPDATE shared_secrets SET value = value || '+' WHERE name = :name")
        session.execute(statement, {"name": str(name)})

    def swap(number: int) -> None:
        def work(session: Session) -> None:
            session.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
            touch(session, number)
            if number not in met:
                met.add(number)
                both_hold_one.wait()
            touch(session, 1 - number)

        database.run(work, writes=True)

    at_once(2, swap)
    assert len(slept) >= 1
    values = database.run(
        lambda session: set(
            session.scalars(select(SharedSecret.value).where(SharedSecret.name != "cursors"))
        ),
        writes=False,
    )
    assert values == {b"++"}


@ON_POSTGRES
def test_a_serialization_failure_ends_with_both_done(
    database: Database, slept: list[float]
) -> None:
    """When two transactions each count what the other adds, the result is as if one ran after the
    other."""
    both_counted = Barrier(2, timeout=SECONDS)
    met: set[int] = set()

    def count_and_add(number: int) -> None:
        def work(session: Session) -> None:
            session.execute(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
            counted = session.scalar(select(func.count()).select_from(SharedSecret))
            if number not in met:
                met.add(number)
                both_counted.wait()
            session.add(SharedSecret(f"after {counted}", b""))

        database.run(work, writes=True)

    at_once(2, count_and_add)
    assert len(slept) >= 1
    assert names(database) == {"after 1", "after 2"}


@ON_BOTH
def test_threads_do_not_hinder_each_other(database: Database) -> None:
    """When more threads write than there are connections, each of them gets its turn."""
    at_once(2 * POOL_SIZE, lambda number: database.run(adds(str(number)), writes=True))
    assert len(names(database)) == 2 * POOL_SIZE


@ON_BOTH
def test_a_burst_is_served(database: Database) -> None:
    """At a database that works, a caller who finds no free connection waits for one and is
    served."""
    found = at_once(128, lambda _: [names(database) for _ in range(3)])
    assert found == [[set()] * 3] * 128


@ON_POSTGRES
def test_a_lock_does_not_take_every_thread(database: Database, database_url: str) -> None:
    """Callers behind a lock do not block all threads: those without a connection are refused
    first."""
    blocked = Database(database_url, wait=1, connections=2, waiters=2)
    ended: list[str] = []

    def ask(_number: int) -> None:
        with pytest.raises(Unavailable) as raised:
            names(blocked)
        ended.append(str(raised.value))

    with database.engine.connect() as holder:
        holder.execute(text("LOCK TABLE shared_secrets"))
        at_once(16, ask)
    assert set(ended[:8]) == {"every connection is in use"}
    assert names(blocked) == set()
    blocked.engine.dispose()


def test_the_settings_say_how_many_connections(tmp_path: Path, issuer: EmbeddedIssuer) -> None:
    """The number of connections is a share of the threads that the settings give the server."""
    settings = Settings(database_url=f"sqlite:///{tmp_path}/api.db", threads=16)
    database = database_of(create_app(application, settings, issuer=issuer))
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    assert pool.size() == settings.database_connections == 2
    database.engine.dispose()


def test_writers_of_sqlite_wait_for_each_other(database: Database) -> None:
    """Writers of SQLite wait for each other from their first statement on, so no change is lost
    between a read and the write after it."""
    database.run(adds(""), writes=True)

    def grow(session: Session) -> None:
        secret = session.get_one(SharedSecret, "")
        secret.value += b"+"

    at_once(8, lambda _: [database.run(grow, writes=True) for _ in range(5)])
    grown = database.run(lambda session: session.get_one(SharedSecret, ""), writes=False)
    assert grown.value == b"+" * 40


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 2)],
    ids=["WAL", "foreign keys", "synchronous FULL"],
)
def test_sqlite_is_set_up(database: Database, pragma: str, value: object) -> None:
    """Every connection to SQLite has these settings, not only the first one."""
    engine = database.engine.execution_options(writes=False)
    with engine.connect() as first, engine.connect() as second:
        for each in (first, second):
            assert each.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value


def test_sqlite_that_stays_locked_is_an_outage(database: Database, impatient: Database) -> None:
    """A SQLite database that stays locked is an outage for writers. Readers still see what was
    there before."""

    def meanwhile(session: Session) -> None:
        session.add(SharedSecret("first", b""))
        session.flush()
        with pytest.raises(Unavailable):
            impatient.run(adds("second"), writes=True)
        assert names(impatient) == set()

    database.run(meanwhile, writes=True)
    impatient.run(adds("second"), writes=True)
    assert names(database) == {"first", "second"}


def test_readers_do_not_end_what_writers_wait_for(
    database: Database, impatient: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """Readers are answered while a writer holds SQLite. The log has one line when other writers
    cannot go on, and one when a writer is answered again."""
    caplog.set_level("INFO", "api.core.storage")
    with database.engine.connect() as holder:
        holder.execute(text("DELETE FROM messages"))
        for _ in range(2):
            with pytest.raises(Unavailable):
                impatient.run(adds("late"), writes=True)
            assert names(impatient) == set()
    impatient.run(adds("late"), writes=True)
    told = [record.getMessage() for record in caplog.records]
    assert told == [
        "the database does not answer: database is locked",
        "the database answers again",
    ]


@ON_BOTH
def test_a_full_pool_is_an_outage(impatient: Database) -> None:
    """A caller meets an outage while every connection is in use, and is served when one is free."""
    with ExitStack() as stack:
        for _ in range(POOL_SIZE):
            stack.enter_context(impatient.engine.connect())
        with pytest.raises(Unavailable, match="in use"):
            names(impatient)
    assert names(impatient) == set()


@ON_POSTGRES
@pytest.mark.parametrize("waits_for", ["a lock", "an answer"])
def test_postgres_that_takes_too_long_is_an_outage(
    database: Database, impatient: Database, waits_for: str
) -> None:
    """A statement that takes too long on PostgreSQL is an outage, whether it waits for a lock or
    runs itself."""
    statement = {
        "a lock": "DELETE FROM shared_secrets WHERE name = 'cursors'",
        "an answer": "SELECT pg_sleep(30)",
    }[waits_for]

    def meanwhile(session: Session) -> None:
        session.get(SharedSecret, "cursors", with_for_update=True)
        with pytest.raises(Unavailable):
            impatient.run(lambda other: other.execute(text(statement)), writes=True)

    database.run(meanwhile, writes=True)
    assert names(impatient) == set()


def away(tmp_path: Path) -> dict[str, str]:
    """Return URLs of databases that cannot be reached, each with a different cause."""
    (tmp_path / "spoilt.db").write_bytes(b"This is no database." * 100)
    return {
        "no directory": f"sqlite:///{tmp_path}/nowhere/at/all.db",
        "a directory": f"sqlite:///{tmp_path}",
        "no database": f"sqlite:///{tmp_path}/spoilt.db",
        "refused": f"postgresql+psycopg://me:hidden@127.0.0.1:{free_port()}/api",
        "no such host": "postgresql+psycopg://me:hidden@nowhere.invalid/api",
    }


@pytest.mark.parametrize(
    "reason", ["no directory", "a directory", "no database", "refused", "no such host"]
)
def test_what_cannot_be_reached_is_an_outage(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, reason: str
) -> None:
    """A database that cannot be reached is an outage. The log has one warning, without the
    password."""
    database = Database(away(tmp_path)[reason], wait=1)
    with pytest.raises(Unavailable):
        names(database)
    [line] = caplog.records
    assert line.levelno == logging.WARNING
    assert "the database does not answer" in line.getMessage()
    assert "hidden" not in line.getMessage()
    database.engine.dispose()


def test_an_outage_of_postgres_passes() -> None:
    """After PostgreSQL stops, in a transaction or between two, and starts again, everything
    works."""
    with Postgres((CORE,)) as postgres:
        database = Database(postgres.make(), wait=2)

        def stop(session: Session) -> None:
            session.add(SharedSecret("lost", b""))
            session.flush()
            postgres.stop()

        with pytest.raises(Unavailable):
            database.run(stop, writes=True)
        with pytest.raises(Unavailable):
            names(database)
        postgres.start()
        assert names(database) == set()
        database.run(adds("kept"), writes=True)
        postgres.stop()
        postgres.start()
        assert names(database) == {"kept"}
        database.engine.dispose()


@ON_BOTH
def test_connections_come_back(impatient: Database) -> None:
    """A connection returns to the pool however its transaction ends."""
    endings: list[Callable[[Session], Any]] = [
        lambda _: None,
        lambda session: session.execute(text("SELECT nothing FROM nowhere")),
        Flaky("40001"),
        Flaky("57P01"),
        lambda _: list[int]()[0],
    ]
    for ending in endings * POOL_SIZE:
        try:
            impatient.once(ending, writes=True)
        except (DBAPIError, Unavailable, IndexError):
            continue
    pool = impatient.engine.pool
    assert isinstance(pool, QueuePool)
    assert pool.checkedout() == 0


@ON_BOTH
def test_what_people_wrote_is_in_no_error(database: Database) -> None:
    """The text of a database error contains none of the values of its statement."""
    with pytest.raises(DBAPIError) as raised:
        database.run(
            lambda session: session.execute(text("SELECT nothing, :it"), {"it": "PRIVATE"}),
            writes=False,
        )
    assert "PRIVATE" not in str(raised.value)
