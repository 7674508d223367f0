"""Measures the time of the first page and of a deep page of a million messages: `make bench`.

`manage.py messages import` imports the messages; the pages are those of api.storage, as in the list
operation. First and deep pages are measured in turns, so that other load affects both alike, and
their ratio is meaningful.
"""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import click
import orjson
from flask import Flask
from sqlalchemy import event, text

from api.application import application
from api.core import storage
from api.core.storage import Database
from api.storage.messages import messages
from api.storage.models import Message
from tests.core.support.databases import Postgres, Sqlite
from tests.core.support.server import ROOT, clean_environment

WORDS = ["the", "a", "ship", "harbour", "wind", "has", "left", "before", "morning", "tide", "and"]
AUTHORS = {"auth0|ann": 5, "auth0|bob": 3, "auth0|cem": 1, "auth0|dee": 1}
LISTS: dict[str, dict[str, Any]] = {
    "newest": {"order": "newest"},
    "oldest": {"order": "oldest"},
    "newest, one author": {"order": "newest", "author": "auth0|dee"},
    "oldest, one author": {"order": "oldest", "author": "auth0|dee"},
}
DEEP = 0.9
STRIDE = 10_000

Page = Callable[..., storage.Page[Message]]


@click.command()
@click.option("--count", default=1_000_000, help="How many messages.")
@click.option("--rounds", default=300, help="How often each page is taken.")
def main(count: int, rounds: int) -> None:
    """Import messages into SQLite and PostgreSQL, and time pages of them."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        # PostgreSQL does not run as root, and its user needs access to this directory.
        scratch.chmod(0o755)
        for each in ("sqlite", "postgres"):
            (scratch / each).mkdir()
        file = scratch / "messages.ndjson"
        with file.open("wb") as out:
            out.writelines(lines(count))
        measure(
            "SQLite", Sqlite(scratch / "sqlite", application.branches).make(), file, count, rounds
        )
        with Postgres(application.branches, durable=True) as server:
            measure("PostgreSQL", server.make(), file, count, rounds)


def lines(count: int) -> Iterator[bytes]:
    """Return messages of four authors, one in ten by auth0|dee. Each call returns the same."""
    chance = random.Random(1)  # noqa: S311
    now = datetime(2024, 1, 1, tzinfo=UTC)
    for _ in range(count):
        now += timedelta(microseconds=chance.randrange(120_000_000))
        [author] = chance.choices([*AUTHORS], [*AUTHORS.values()])
        words = " ".join(chance.choices(WORDS, k=chance.randint(3, 20)))
        yield orjson.dumps({"text": words, "author": author, "created_at": now}) + b"\n"


def measure(name: str, url: str, file: Path, count: int, rounds: int) -> None:
    """Print the speed of the import, and for each list the time of its pages and the plan."""
    started = time.perf_counter()
    command = [sys.executable, str(ROOT / "manage.py"), "messages", "import", str(file)]
    subprocess.run(command, env=clean_environment() | {"DATABASE_URL": url}, check=True)  # noqa: S603
    click.echo(f"\n{name}: {count / (time.perf_counter() - started):,.0f} messages/s imported\n")
    click.echo("| list | first page | second page | page at 90 % | 90 % : first | plan at 90 % |")
    click.echo("|---|---|---|---|---|---|")
    with open_database(url) as database:
        for shown, filters in LISTS.items():
            first: Page = partial(messages.page, **filters)
            second = partial(first, cursor=first().next)
            deep = partial(first, cursor=deep_cursor(first, min(STRIDE, count // 100)))
            times = medians([first, second, deep], rounds)
            cells = [*(f"{each:.2f} ms" for each in times), f"{times[2] / times[0]:.2f}"]
            click.echo(f"| {shown} | {' | '.join(cells)} | `{plan(database, deep)}` |")


@contextmanager
def open_database(url: str) -> Iterator[Database]:
    """Open a database for the queries of api.storage, with current statistics."""
    database, app = Database(url), Flask(__name__)
    storage.init_app(app, database)
    with app.app_context():
        if not database.is_sqlite:
            # Otherwise autovacuum would do this during the measurement.
            database.run(lambda session: session.execute(text("ANALYZE")), writes=True)
        yield database
    database.engine.dispose()


def deep_cursor(page: Page, stride: int) -> str:
    """Return the cursor at 90 % of a list, which is found by reading all of it."""
    cursors: list[str] = []
    while cursor := page(limit=stride, cursor=cursors[-1] if cursors else None).next:
        cursors.append(cursor)
    return cursors[round(DEEP * len(cursors))]


def medians(pages: Sequence[Page], rounds: int) -> list[float]:
    """Return the median time of each page in milliseconds. The pages are measured in turns."""
    times: list[list[float]] = [[] for _ in pages]
    for _ in range(rounds):
        for page, spent in zip(pages, times, strict=True):
            started = time.perf_counter()
            page()
            spent.append(1000 * (time.perf_counter() - started))
    return [median(spent) for spent in times]


def plan(database: Database, page: Page) -> str:
    """Return the steps of the database's plan for a page."""
    statements: list[tuple[str, Any]] = []

    def listen(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", listen)
    page()
    event.remove(database.engine, "before_cursor_execute", listen)
    [(statement, parameters)] = [each for each in statements if "FROM messages" in each[0]]
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN (COSTS OFF)"
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    return " / ".join(str(row[-1]).strip() for row in rows)


if __name__ == "__main__":
    main()
