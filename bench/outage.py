"""Measures the effect of a PostgreSQL that is silent, locked, slow or upgraded.

`python -m bench.outage`: `serve` with two workers, and a proxy in front of its database.
"""

import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import click
import psycopg

from api.core.storage import Database, schema
from bench.load import Kind, getter, load
from tests.core.demo import application
from tests.core.support.databases import Postgres
from tests.core.support.migrations import Migrations
from tests.core.support.proxy import Proxy
from tests.core.support.server import Server
from tests.core.support.tenant import Tenant

SILENCE, LOCK, TRANSACTION, AFTERWARDS = 15, 4, 5, 4
SLOW, QUERY, CALLERS = 8, 0.4, 200
MIGRATION = """
op.add_column("messages", sa.Column("language", sa.String(8), nullable=True))
op.create_table("languages", sa.Column("name", sa.String(8), primary_key=True))
"""


@click.command()
def main() -> None:
    """Silence, a lock, slow queries, and an upgrade that waits for a transaction, under load."""
    with ExitStack() as stack:
        enter = stack.enter_context
        directory = Path(enter(tempfile.TemporaryDirectory()))
        url = enter(Postgres(application.branches)).make()
        proxy, tenant = enter(Proxy(url)), enter(Tenant(directory))
        environment = tenant.environment | {"DATABASE_URL": proxy.url, "LOG_LEVEL": "warning"}
        command = ("serve", "--workers", "2")
        server = enter(Server(directory, *command, **environment))
        token = tenant.token(scope="read:messages write:messages")
        click.echo(f"\nconnections silent for {SILENCE} s")
        with load(kinds(server, token)):
            proxy.silent = True
            time.sleep(SILENCE)
            proxy.silent = False
            time.sleep(AFTERWARDS)
        click.echo(f"\na lock on the table for {LOCK} s")
        with load(kinds(server, token)):
            lock(url, "ACCESS EXCLUSIVE", LOCK)
            time.sleep(AFTERWARDS)
        click.echo(f"\n{CALLERS} callers of a query of {QUERY} s")
        slow_down(url)
        # The slow table is a view, which nobody can write.
        with load(kinds(server, token, readers=CALLERS)[:-1]):
            time.sleep(SLOW)
        speed_up(url)
        click.echo(f"\nan upgrade that waits for a transaction of {TRANSACTION} s")
        with load(kinds(server, token)):
            reader = threading.Thread(target=lock, args=(url, "ACCESS SHARE", TRANSACTION))
            reader.start()
            time.sleep(0.5)
            upgrade(url, directory)
            reader.join()
            time.sleep(AFTERWARDS)
        click.echo("\nthe former release, started anew on the newer schema")
        (directory / "again").mkdir()
        again = enter(Server(directory / "again", *command, upgrade=False, **environment))
        with load(kinds(again, token)):
            time.sleep(AFTERWARDS)
        click.echo(f"\nlines of the log: {len(server.log.splitlines())}")


def kinds(server: Server, token: str, readers: int = 20) -> list[Kind]:
    messages = f"{server.url}/api/messages"
    return [
        Kind("GET /api/public", 200, getter(f"{server.url}/api/public"), callers=4),
        Kind("GET /health/live", 200, getter(f"{server.url}/health/live")),
        Kind("GET /health/ready", 200, getter(f"{server.url}/health/ready"), callers=1),
        Kind("GET /api/messages", 200, getter(messages, token), callers=readers),
        Kind("POST /api/messages", 201, getter(messages, token, {"text": "a"}), callers=4),
    ]


def lock(url: str, mode: str, seconds: float) -> None:
    """Lock the table of messages for some seconds."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(f"LOCK TABLE messages IN {mode} MODE")
        time.sleep(seconds)


def slow_down(url: str) -> None:
    """Make each query for messages take a while."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("ALTER TABLE messages RENAME TO fast_messages")
        connection.execute(
            f"CREATE VIEW messages AS SELECT f.* FROM fast_messages f, pg_sleep({QUERY})"  # noqa: S608
        )


def speed_up(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("DROP VIEW messages")
        connection.execute("ALTER TABLE fast_messages RENAME TO messages")


def upgrade(url: str, directory: Path) -> None:
    """Upgrade the schema to a later release, which this code does not know."""
    migrations = Migrations(directory, application)
    migrations.add("0002", MIGRATION)
    database = Database(url, branches=migrations.application.branches)
    started = time.monotonic()
    try:
        schema.upgrade(database, tell=click.echo)
    finally:
        database.engine.dispose()
    click.echo(f"upgraded after {time.monotonic() - started:.1f} s\n")


if __name__ == "__main__":
    main()
