"""Outages of PostgreSQL: no answer, read-only, changed tables, and slow connections."""

import logging
import socket
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from api.core.storage import Branch, Database, Unavailable, schema
from api.core.storage.models import SharedSecret
from tests.core.support.databases import Postgres
from tests.core.support.migrations import Migrations
from tests.core.support.proxy import Proxy
from tests.core.support.threads import at_once

BRIEFLY = 0.3


@pytest.fixture
def database_url(postgres: Postgres) -> str:
    return postgres.make()


@pytest.fixture
def proxy(database_url: str) -> Iterator[Proxy]:
    with Proxy(database_url) as running:
        yield running


@pytest.fixture
def proxied(proxy: Proxy, branches: tuple[Branch, ...]) -> Iterator[Database]:
    """The database, reached through the proxy, with a short wait."""
    opened = Database(proxy.url, wait=BRIEFLY, branches=branches)
    yield opened
    opened.engine.dispose()


def ask(session: Session) -> int:
    return int(session.scalars(text("SELECT count(*) FROM shared_secrets")).one())


def warm(database: Database, count: int = 8) -> None:
    """Open `count` connections, so that the pool has them."""
    with_all = [database.engine.connect() for _ in range(count)]
    for connection in with_all:
        connection.close()


def test_connections_that_fell_silent_are_made_anew(proxy: Proxy, proxied: Database) -> None:
    """When one connection no longer answers, the pool makes new connections and the work is
    done."""
    warm(proxied)
    before = proxy.accepted
    proxy.silent = True
    with pytest.raises(Unavailable):
        proxied.run(ask, writes=False)
    proxy.silent = False
    for _ in range(8):
        assert proxied.run(ask, writes=False) == 1
    assert proxy.accepted > before
    assert isinstance(proxied.engine.pool, QueuePool)
    assert proxied.engine.pool.checkedout() == 0


def test_a_server_that_falls_silent_is_an_outage(proxy: Proxy, proxied: Database) -> None:
    """A server that stops answering within a transaction is an outage. The next transaction works
    when the server answers again."""

    def fall_silent(session: Session) -> int:
        proxy.silent = True
        return ask(session)

    with pytest.raises(Unavailable):
        proxied.run(fall_silent, writes=False)
    proxy.silent = False
    assert proxied.run(ask, writes=False) == 1


def test_a_commit_that_is_not_answered_is_an_outage(proxy: Proxy, proxied: Database) -> None:
    """A commit that gets no answer is an outage, because nobody knows whether it took place."""

    def write(session: Session) -> None:
        session.add(SharedSecret("unknown", b""))
        session.flush()
        proxy.silent = True

    with pytest.raises(Unavailable):
        proxied.run(write, writes=True)


def test_every_thread_gets_away_from_a_silent_server(proxy: Proxy, proxied: Database) -> None:
    """No thread hangs at a server that does not answer, whether it has a connection or waits for
    one."""
    warm(proxied)
    proxy.silent = True

    def is_unavailable(_number: int) -> bool:
        with pytest.raises(Unavailable):
            proxied.run(ask, writes=False)
        return True

    assert all(at_once(40, is_unavailable))


def test_long_work_is_bounded_statement_by_statement(proxy: Proxy, proxied: Database) -> None:
    """`once` limits each statement and not the whole work, so long imports are possible. `run`
    limits the whole work."""

    def long(session: Session) -> None:
        for _ in range(6):
            session.execute(text("SELECT pg_sleep(0.2)"))

    with pytest.raises(Unavailable):
        proxied.run(long, writes=False)
    proxied.once(long, writes=False)
    proxied.run(long, writes=False, seconds=60)


@pytest.mark.parametrize(
    "where", ["if True:", "with op.get_context().autocommit_block():"], ids=["inside", "outside"]
)
def test_migrations_are_not_bounded(proxied: Database, migrations: Migrations, where: str) -> None:
    """A statement of a migration has no time limit, inside a transaction or outside. The
    connections that requests use afterwards have one."""
    migrations.add("0002", f'{where}\n    op.execute("SELECT pg_sleep(1.2)")')
    schema.upgrade(proxied)
    assert schema.current(proxied) == ("0002", "core_0001")
    timeout = proxied.run(lambda s: s.scalars(text("SHOW statement_timeout")).one(), writes=False)
    assert timeout == f"{BRIEFLY * 1000:.0f}ms"


def test_an_upgrade_that_is_cut_off_while_it_waits_is_an_outage(
    database_url: str, proxy: Proxy, proxied: Database
) -> None:
    """An upgrade that loses its server while it waits raises the database error like any other
    loss."""
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as another:
        another.execute("SELECT pg_advisory_lock(8259)")
        with pytest.raises(DBAPIError):
            schema.upgrade(proxied, sleep=lambda _: proxy.reset())


def test_a_connection_that_is_refused_or_broken_is_an_outage(
    proxy: Proxy, proxied: Database
) -> None:
    """A refused or broken connection is an outage, which ends when connections are possible
    again."""
    warm(proxied)
    proxy.refuse()
    proxy.reset()
    with pytest.raises(Unavailable):
        proxied.run(ask, writes=False)
    proxy.listen()
    assert proxied.run(ask, writes=False) == 1


def test_a_connect_that_takes_too_long_is_an_outage() -> None:
    """A server that accepts a connection but never answers is an outage."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        database = Database(f"postgresql+psycopg://127.0.0.1:{port}/api", wait=BRIEFLY)
        with pytest.raises(Unavailable):
            database.run(ask, writes=False)
        assert "cannot be used" in str(schema.fault(database))


def execute(url: str, *statements: str) -> None:
    """Run statements on a connection that does not use the code under test."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_server_that_turned_read_only_is_an_outage(proxy: Proxy, proxied: Database) -> None:
    """A server that became read-only is an outage. All connections to it are replaced, so writes
    work again when the address leads to a writable server."""
    warm(proxied)
    name = str(proxied.url.database)
    execute(proxy.url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    proxied.engine.dispose()

    def write(session: Session) -> None:
        session.add(SharedSecret("written", b""))

    warm(proxied)
    with pytest.raises(Unavailable):
        proxied.run(write, writes=True)
    execute(
        proxy.url,
        "SET default_transaction_read_only = off",
        f"ALTER DATABASE {name} RESET default_transaction_read_only",
    )
    at_once(
        8,
        lambda number: proxied.run(
            lambda session: session.add(SharedSecret(str(number), b"")), writes=True
        ),
    )


@pytest.mark.parametrize("kind", ["once", "run"])
def test_a_plan_that_is_no_longer_valid_is_made_anew(
    proxied: Database, proxy: Proxy, kind: str
) -> None:
    """When a prepared statement is outdated because a column changed its type, `run` does the work
    again on a new connection. With `once` it is an outage."""
    calls: list[int] = []

    def select(session: Session) -> object:
        calls.append(1)
        return session.scalars(text("SELECT value FROM shared_secrets")).one()

    for _ in range(10):
        proxied.run(select, writes=False)
    execute(proxy.url, "ALTER TABLE shared_secrets ALTER value TYPE text USING 'changed'")
    calls.clear()
    if kind == "run":
        assert proxied.run(select, writes=False) == "changed"
        assert len(calls) == 2
    else:
        with pytest.raises(Unavailable):
            proxied.once(select, writes=False)
        assert proxied.once(select, writes=False) == "changed"


class FromTheServer(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__("refused")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    "sqlstate",
    ["08P01", "25006", "25P03", "40003", "53100", "55P03", "57P02", "57P03", "57P05", "XX000"],
)
def test_what_speaks_of_the_server_is_an_outage(proxied: Database, sqlstate: str) -> None:
    """A failure with an SQLSTATE about the server is an outage, whatever its message says."""

    def fail(_session: Session) -> None:
        raise DBAPIError("SELECT 1", {}, FromTheServer(sqlstate))

    with pytest.raises(Unavailable):
        proxied.run(fail, writes=False)


def test_the_log_has_a_line_for_the_outage_and_one_for_its_end(
    proxy: Proxy, proxied: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has one line for an outage and one for its end, however many threads meet it. The
    readiness check notices the end too."""
    caplog.set_level(logging.INFO, "api.core.storage")
    proxied.run(ask, writes=False)
    proxy.refuse()
    proxy.reset()

    def fail(_number: int) -> None:
        with pytest.raises(Unavailable):
            proxied.run(ask, writes=False)

    at_once(8, fail)
    fail(0)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    proxy.listen()
    assert schema.fault(proxied) is None
    proxied.run(ask, writes=False)
    assert [record.getMessage() for record in caplog.records[1:]] == ["the database answers again"]


def test_each_database_has_an_outage_of_its_own(
    proxied: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """A success at one database does not end the outage of another."""
    caplog.set_level(logging.INFO, "api.core.storage")
    for _ in range(2):
        with pytest.raises(Unavailable):
            Database("sqlite:////nowhere/at/all.db").run(ask, writes=False)
        proxied.run(ask, writes=False)
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


@pytest.mark.parametrize(
    "query",
    [
        *("prepare_threshold=x", "autocommit=1", "row_factory=x", "connect_timeout=x"),
        *("sslmode=x", "keepalives=x", "tcp_user_timeout=x", "pool_size=5", "nothing=1"),
        *("target_session_attrs=x", "cursor_factory=x"),
    ],
)
def test_an_option_that_cannot_be_used_is_no_outage(proxy: Proxy, query: str) -> None:
    """An option in the URL that cannot be used is an error that names the option and not an
    outage."""
    database = Database(f"{proxy.url}?{query}", wait=BRIEFLY)
    with pytest.raises(DBAPIError) as raised:
        database.run(ask, writes=False)
    assert query.partition("=")[0] in str(raised.value.orig)


@pytest.mark.parametrize(
    "query",
    [
        "prepare_threshold=0",
        "prepare_threshold=none",
        "keepalives_idle=9",
        "options=-c%20geqo%3Doff",
    ],
)
def test_options_of_the_driver_can_be_set(proxy: Proxy, query: str) -> None:
    """The URL of the database can set options of the driver."""
    database = Database(f"{proxy.url}?{query}", wait=BRIEFLY)
    assert database.run(ask, writes=False) == 1
    database.engine.dispose()
