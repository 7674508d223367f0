"""The command `db`, and how `serve` and `run` react to the schema that they find."""

import shutil
import socket
import sqlite3
import stat
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import urllib3
from sqlalchemy import make_url, text

from api.core.application import Application
from api.core.cli import reloading
from api.core.storage import Database, schema
from tests.core.support.cli import Runner
from tests.core.support.commands import complaint, get, manage, until
from tests.core.support.databases import ON_BOTH, Postgres, Sqlite
from tests.core.support.migrations import Migrations
from tests.core.support.server import ROOT, Server, free_port
from tests.core.support.tenant import AUDIENCE, Tenant

TENANT = {"AUTH0_DOMAIN": "tenant.example", "AUTH0_AUDIENCE": AUDIENCE}
SECRET = "open-sesame"
UP_TO_DATE = "0001, core_0001 (up to date)\n"
NO_SCHEMA = "no schema (the code's is 0001, core_0001)\n"
ONE_BACK = NO_SCHEMA.replace("no schema", "core_0001")
OUTDATED = "DATABASE_URL: the database's schema is not the code's: run python manage.py db upgrade."


def test_fresh_directory(runner: Runner) -> None:
    """The first upgrade creates the SQLite database, which only its owner can read."""
    assert runner("db", "upgrade") == (0, UP_TO_DATE, "")
    directory = runner.directory / "instance"
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (directory, directory / "api.db")]
    assert modes == [0o700, 0o600]


@ON_BOTH
@pytest.mark.parametrize(
    ("revision", "shown"),
    [
        ("-1", ONE_BACK),
        ("api@-1", ONE_BACK),
        ("api@base", ONE_BACK),
        ("core@-1", NO_SCHEMA.replace("no schema", "0001")),
        ("base", NO_SCHEMA),
    ],
)
def test_down_and_up(runner: Runner, database_url: str, revision: str, shown: str) -> None:
    """Upgrade, downgrade and `current` show where the schema is. A number without a branch counts
    on the branch of the API."""
    environment = {"DATABASE_URL": database_url}
    assert runner("db", "current", **environment) == (0, UP_TO_DATE, "")
    assert runner("db", "downgrade", revision, **environment) == (0, shown, "")
    assert runner("db", "current", **environment) == (0, shown, "")
    for step in ("0001", "core_0001"):
        assert runner("db", "upgrade", step, **environment).code == 0
    assert runner("db", "upgrade", **environment) == (0, UP_TO_DATE, "")


@ON_BOTH
def test_revision(runner: Runner, migrations: Migrations, database_url: str) -> None:
    """`db revision` drafts a migration and prints its path. It is refused while the schema is not
    up to date."""
    environment = {"DATABASE_URL": database_url}
    result = runner("db", "revision", "why it is", **environment)
    assert (result.code, result.err) == (0, "")
    draft = Path(result.out.splitlines()[-1])
    assert draft.parent == migrations.directory
    assert '"""why it is"""' in draft.read_text()
    said = complaint(runner("db", "revision", "once more", **environment))
    assert said == "Target database is not up to date. See: python manage.py db current"


@pytest.mark.parametrize(
    "arguments",
    [
        ("upgrade", "nope"),
        ("upgrade", "+1"),
        ("downgrade", "nope"),
        ("downgrade", "-7"),
        ("downgrade", "x@-1"),
    ],
    ids=" ".join,
)
def test_unknown_revision(runner: Runner, database_url: str, arguments: tuple[str, ...]) -> None:
    """A revision that does not exist is refused in one line, and nothing is changed."""
    environment = {"DATABASE_URL": database_url}
    said = complaint(runner("db", *arguments, **environment))
    assert said.endswith(". See: python manage.py db current")
    assert runner("db", "current", **environment).out == UP_TO_DATE


COMMANDS = [
    ("db", "upgrade"),
    ("db", "downgrade", "base"),
    ("db", "current"),
    ("db", "revision", "why"),
    ("count",),
    ("run", "--no-reload"),
]
UNUSABLE = {
    "nobody listens": (f"postgresql+psycopg://ann:{SECRET}@127.0.0.1:1/x", "Connection refused"),
    "secret in the query": (
        f"postgresql+psycopg://127.0.0.1:1/x?password={SECRET}&sslpassword={SECRET}",
        "Connection refused",
    ),
    "no such option": (f"postgresql+psycopg://ann:{SECRET}@127.0.0.1/x?a=b", "option"),
    "another file": (f"sqlite:///{Path(__file__)}", "file is not a database"),
    "no directory": ("sqlite:////dev/null/x.db", "unable to open database file"),
}


@pytest.mark.parametrize(("url", "cause"), UNUSABLE.values(), ids=UNUSABLE)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_unusable(runner: Runner, command: tuple[str, ...], url: str, cause: str) -> None:
    """For a database that cannot be used, the command prints one line with the cause, without a
    secret."""
    port = ["--port", str(free_port())] if command[0] == "run" else []
    said = complaint(runner(*command, *port, DATABASE_URL=url))
    assert cause in said
    assert said.endswith("Check DATABASE_URL, and that the database exists.")
    assert SECRET not in said


@pytest.fixture
def locked(postgres: Postgres) -> str:
    """The URL of a real PostgreSQL, with a wrong password."""
    url = make_url(postgres.url("postgres"))
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        [path] = connection.execute("SHOW hba_file").fetchone() or [""]
        rules = Path(path).read_text()
        Path(path).write_text(f"local all ann scram-sha-256\n{rules}")
        connection.execute("DROP ROLE IF EXISTS ann")
        connection.execute("CREATE ROLE ann LOGIN PASSWORD 'another'")
        connection.execute("SELECT pg_reload_conf()")
    return url.set(username="ann", password=SECRET).render_as_string(hide_password=False)


@pytest.mark.parametrize("command", [("db", "upgrade"), ("count",)], ids=" ".join)
def test_wrong_password(tmp_path: Path, locked: str, command: tuple[str, ...]) -> None:
    """A wrong password is reported as such in one line, and the password is not shown."""
    result = manage(tmp_path, *command, DATABASE_URL=locked)
    assert 'password authentication failed for user "ann"' in complaint(result)
    assert SECRET not in result.out + result.err


def test_wrong_password_in_the_log(tmp_path: Path, locked: str, tenant: Tenant) -> None:
    """With a wrong password, `serve` answers 503, and its log does not contain the password."""
    environment = tenant.environment | {"DATABASE_URL": locked, "LOG_LEVEL": "debug"}
    with Server(tmp_path, "serve", "--workers", "1", upgrade=False, **environment) as server:
        assert get(f"{server.url}/api/messages", tenant.token()).status == 503
        assert "the database does not answer" in server.log
        assert SECRET not in server.log


def newer(database: Database) -> None:
    statement = text("UPDATE alembic_version SET version_num = '9999' WHERE version_num = '0001'")
    database.run(lambda session: session.execute(statement), writes=True)


@ON_BOTH
def test_serve_refuses_an_old_schema(runner: Runner, database_url: str, database: Database) -> None:
    """`serve` does not start when the schema is older than the code, and names the command that
    upgrades it."""
    schema.downgrade(database, "base")
    said = complaint(
        runner("serve", "--port", str(free_port()), DATABASE_URL=database_url, **TENANT)
    )
    assert said == OUTDATED


ADDS = 'op.add_column("messages", sa.Column("extra", sa.Text()))'


@pytest.fixture
def environment(tmp_path: Path, sqlite: Sqlite) -> dict[str, str]:
    """Settings for a SQLite database in its own directory, where tests can see the copies."""
    (tmp_path / "data").mkdir()
    file = Path(str(make_url(sqlite.make()).database)).rename(tmp_path / "data" / "api.db")
    return {"DATABASE_URL": f"sqlite:///{file}"}


def test_upgrade_tells_of_the_copy(
    runner: Runner, migrations: Migrations, environment: dict[str, str]
) -> None:
    """An upgrade prints the path of the copy and how to restore it. An upgrade with nothing to do
    makes no copy."""
    assert runner("db", "upgrade", **environment) == (0, UP_TO_DATE, "")
    migrations.add("0002", ADDS)
    result = runner("db", "upgrade", **environment)
    [copy] = (runner.directory / "data").glob("*.bak")
    told, back, shown = result.out.splitlines()
    assert (result.code, result.err) == (0, "")
    assert told == f"A copy of the database before the change was kept in {copy}"
    assert back.startswith("To restore it, without later changes, stop the service, ")
    assert shown == "0002, core_0001 (up to date)"


def test_run_tells_of_the_copy(
    runner: Runner,
    migrations: Migrations,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
) -> None:
    """`run` upgrades the database by itself and prints the path of the copy."""
    monkeypatch.setattr(reloading, "run_simple", lambda *_args, **_options: None)
    migrations.add("0002", ADDS)
    result = runner("run", "--no-reload", "--port", str(free_port()), **environment)
    [copy] = (runner.directory / "data").glob("*.bak")
    assert f"A copy of the database before the change was kept in {copy}" in result.out


def test_a_migration_that_fails(
    runner: Runner, migrations: Migrations, environment: dict[str, str]
) -> None:
    """A migration that fails is reported by `db upgrade` and `run` in one line that names the file
    and line, and not DATABASE_URL."""
    migrations.add("0002", "raise LookupError('no luck')")
    for command in (("db", "upgrade"), ("run", "--no-reload", "--port", str(free_port()))):
        said = complaint(runner(*command, **environment))
        assert "0002_of_a_test.py, line 11): LookupError: no luck" in said
        assert "DATABASE_URL" not in said
    shown = "0001, core_0001 (the code's is 0002, core_0001)\n"
    assert runner("db", "current", **environment).out == shown


def test_newer_schema(runner: Runner, database_url: str, database: Database) -> None:
    """A schema of a later release is shown as newer, and no command changes it."""
    newer(database)
    environment = {"DATABASE_URL": database_url}
    shown = "9999, core_0001 (newer than the code's 0001, core_0001)\n"
    assert runner("db", "current", **environment) == (0, shown, "")
    result = runner("db", "upgrade", **environment)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[0].endswith("newer than this code: there is nothing to do.")
    assert result.out.endswith(shown)
    said = complaint(runner("db", "downgrade", "-1", **environment))
    assert "9999, which this code does not know" in said
    assert "Can't locate revision" in complaint(runner("db", "revision", "why", **environment))
    assert runner("count", **environment).code == 0


@ON_BOTH
def test_foreign_database(runner: Runner, database_url: str, database: Database) -> None:
    """Every command that needs a schema refuses the database of another program and names the
    missing tables."""
    schema.downgrade(database, "base")
    statement = text("INSERT INTO alembic_version VALUES ('deadbeef')")
    database.run(lambda session: session.execute(statement), writes=True)
    for command in (*COMMANDS[:3], *COMMANDS[4:], ("serve",)):
        port = ["--port", str(free_port())] if command[0] in {"run", "serve"} else []
        settings = TENANT if command[0] == "serve" else {}
        said = complaint(runner(*command, *port, DATABASE_URL=database_url, **settings))
        assert "idempotency_keys, messages, shared_secrets are missing in the database" in said
        assert "does not know its revision, deadbeef" in said
        assert "Check DATABASE_URL" in said


def test_several_heads(runner: Runner, migrations: Migrations, database_url: str) -> None:
    """When two migrations follow the same one, every command names both and the remedy `db merge`,
    which merges them."""
    for revision in ("0002", "0003"):
        migrations.add(revision, "pass", down_revision="0001")
    environment = {"DATABASE_URL": database_url}
    for command in (*COMMANDS, ("serve",)):
        port = ["--port", str(free_port())] if command[0] in {"run", "serve"} else []
        settings = TENANT if command[0] == "serve" else {}
        said = complaint(runner(*command, *port, **environment, **settings))
        assert "several heads: 0002, 0003" in said
        assert said.endswith('Merge them: python manage.py db merge "why".')
    assert runner("db", "heads").out == "core: core_0001\napi: 0002, 0003 (several: merge them)\n"
    merged = Path(runner("db", "merge", "both are good").out.strip())
    assert merged.parent == migrations.directory
    assert "down_revision = ('0002', '0003')" in merged.read_text()
    assert "up to date" in runner("db", "upgrade", **environment).out
    assert runner("db", "heads").out.count("\n") == 2
    said = complaint(runner("db", "merge", "again"))
    assert said.startswith('there is nothing to merge: the branch "api" has one head, ')


def test_a_branch_that_is_not_there_has_no_step_back(runner: Runner, database_url: str) -> None:
    """A downgrade by one step is refused in one line when the branch has no revision in the
    database."""
    environment = {"DATABASE_URL": database_url}
    assert runner("db", "downgrade", "-1", **environment).code == 0
    said = complaint(runner("db", "downgrade", "-1", **environment))
    assert said.startswith("api@-1 counts from one revision of that branch, and the database has ")


def test_an_application_without_tables(runner: Runner) -> None:
    """An application without tables has only the machinery's schema, and `revision` and `merge` say
    what it needs for its own."""
    runner.application = replace(runner.application, tables=None, migrations=None)
    assert runner("db", "upgrade") == (0, "core_0001 (up to date)\n", "")
    assert runner("db", "heads").out == "core: core_0001\n"
    for command in ("revision", "merge"):
        assert "give it tables and migrations" in complaint(runner("db", command, "why"))
    assert runner("db", "downgrade", "-1").out == "no schema (the code's is core_0001)\n"


def test_upgrades_of_sqlite_at_once(
    tmp_path: Path, environment: dict[str, str], application: Application
) -> None:
    """When several processes upgrade one SQLite file, each of them succeeds."""
    url = environment["DATABASE_URL"]
    with ThreadPoolExecutor() as threads:
        database = Database(url, branches=application.branches)
        schema.downgrade(database, "base")
        database.engine.dispose()
        upgrades = [
            threads.submit(manage, tmp_path, "db", "upgrade", DATABASE_URL=url) for _ in range(3)
        ]
    assert [upgrade.result() for upgrade in upgrades] == [(0, UP_TO_DATE, "")] * len(upgrades)


NEXT = """
with op.batch_alter_table("messages") as messages:
    messages.alter_column("author", type_=sa.String(300))
    messages.add_column(sa.Column("extra", sa.Text()))
"""


@pytest.fixture
def next_release(tmp_path: Path, migrations: Migrations) -> Path:
    """The code of a release with one more migration, which rewrites the table of messages."""
    migrations.add("0002", NEXT)
    directory = tmp_path / "next"
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in ("api", "schemas", "openapi", "tests"):
        shutil.copytree(ROOT / name, directory / name, ignore=ignored)
    versions = directory / "tests" / "core" / "demo" / "migrations"
    shutil.copytree(migrations.directory, versions, dirs_exist_ok=True)
    return directory


def test_an_upgrade_of_sqlite_while_it_is_served(
    tmp_path: Path, tenant: Tenant, environment: dict[str, Any], next_release: Path
) -> None:
    """While SQLite is upgraded, every request to the former release succeeds and no message is
    lost."""
    token = tenant.token(scope="read:messages write:messages")
    settings = tenant.environment | environment
    is_over = threading.Event()
    with (
        Server(tmp_path, "serve", "--workers", "1", upgrade=False, **settings) as server,
        ThreadPoolExecutor() as threads,
    ):
        calls = [threads.submit(call, server.url, token, method, is_over) for method in CALLS]
        before = [message_count(environment)]
        try:
            until(lambda: message_count(environment) > before[0] + 5)
            upgraded = manage(
                tmp_path, "db", "upgrade", PYTHONPATH=str(next_release), **environment
            )
            before.append(message_count(environment))
            until(lambda: message_count(environment) > before[1] + 5)
        finally:
            is_over.set()
        statuses = Counter(status for each in calls for status in each.result())
        assert get(f"{server.url}/health/ready").status == 200
    assert (upgraded.code, upgraded.err) == (0, "")
    assert statuses.keys() == {200, 201}
    assert message_count(environment) == statuses[201]


CALLS = ("GET", "POST", "POST")


def call(url: str, token: str, method: str, is_over: threading.Event) -> list[int]:
    """Send requests until `is_over` is set, and return their statuses."""
    statuses = []
    body = b'{"text": "Hello"}' if method == "POST" else None
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with urllib3.PoolManager() as pool:
        while not is_over.is_set():
            answer = pool.request(
                method, f"{url}/api/messages", body=body, headers=headers, retries=False
            )
            statuses.append(answer.status)
    return statuses


def message_count(environment: dict[str, str]) -> int:
    file = str(make_url(environment["DATABASE_URL"]).database)
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("SELECT count(*) FROM messages").fetchone()[0])


@pytest.mark.parametrize("command", [("serve", "--workers", "1"), ("run", "--no-reload")])
def test_a_newer_schema_is_served(
    tmp_path: Path, tenant: Tenant, database_url: str, database: Database, command: tuple[str, ...]
) -> None:
    """The former release starts on a newer schema and is ready, and its log names the newer
    revision."""
    newer(database)
    environment = tenant.environment | {"DATABASE_URL": database_url}
    with Server(tmp_path, *command, upgrade=False, **environment) as server:
        # The keys may still be on their way.
        until(lambda: get(f"{server.url}/health/ready").status == 200)
        assert get(f"{server.url}/api/messages", tenant.token(scope="read:messages")).status == 200
        assert "9999" in server.log


@pytest.mark.parametrize(
    "query", ["prepare_threshold=x", "autocommit=1", "sslmode=x", "pool_size=5", "keepalives=x"]
)
def test_serve_refuses_options_that_cannot_be_used(
    runner: Runner, database_url: str, query: str
) -> None:
    """`serve` refuses an unusable option of DATABASE_URL in one line that names the option and the
    setting."""
    url = f"postgresql+psycopg://127.0.0.1:1/x?{query}"
    said = complaint(runner("serve", "--port", str(free_port()), DATABASE_URL=url, **TENANT))
    assert query.partition("=")[0] in said
    assert said.endswith("Check DATABASE_URL, and that the database exists.")


def test_serve_refuses_a_fresh_directory(runner: Runner) -> None:
    """`serve` does not start when there is no database, and `db upgrade` then creates it."""
    assert complaint(runner("serve", "--port", str(free_port()), **TENANT)) == OUTDATED
    assert runner("db", "upgrade").out == UP_TO_DATE
    database = runner.directory / "instance" / "api.db"
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def test_serve_outlives_its_database(
    tmp_path: Path, tenant: Tenant, application: Application
) -> None:
    """`serve` starts while the database is down, answers 503 until it is up, and then recovers."""
    with Postgres(application.branches) as postgres:
        environment = tenant.environment | {"DATABASE_URL": postgres.make()}
        postgres.stop()
        with Server(tmp_path, "serve", "--workers", "1", upgrade=False, **environment) as server:
            for _ in range(2):
                answer = get(f"{server.url}/api/messages", tenant.token())
                assert answer.status == 503
                assert int(answer.headers["Retry-After"]) >= 1
                assert get(f"{server.url}/health/ready").status == 503
                assert get(f"{server.url}/api/public").status == 200
                postgres.start()
                until(lambda: get(f"{server.url}/api/messages", tenant.token()).status == 200)
                assert get(f"{server.url}/health/ready").status == 200
                postgres.stop()


def test_serve_starts_before_a_database_that_says_nothing(tmp_path: Path, tenant: Tenant) -> None:
    """`serve` starts when the database accepts connections but never answers, and requests get
    503."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"postgresql+psycopg://127.0.0.1:{mute.getsockname()[1]}/api"
        environment = tenant.environment | {"DATABASE_URL": url}
        with Server(tmp_path, "serve", "--workers", "1", upgrade=False, **environment) as server:
            token = tenant.token(scope="read:messages")
            assert get(f"{server.url}/api/messages", token).status == 503
            assert get(f"{server.url}/health/ready").status == 503


WAITED = "Another upgrade of this database is running. Waiting for its end.\n"
WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND (wait_event_type = 'Lock' OR query LIKE '%advisory_lock%')"
)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_upgrades_at_once(tmp_path: Path, database_url: str, database: Database) -> None:
    """When several processes upgrade one PostgreSQL database, one does the work and the others wait
    for it."""
    schema.downgrade(database, "base")

    def waiting() -> int:
        return database.run(lambda session: int(session.scalars(WAITING).one()), writes=False)

    with ThreadPoolExecutor() as threads, database.engine.begin() as connection:
        # Nobody gets on before everybody is there.
        connection.execute(text("LOCK TABLE alembic_version"))
        upgrades = [
            threads.submit(manage, tmp_path, "db", "upgrade", DATABASE_URL=database_url)
            for _ in range(3)
        ]
        until(lambda: waiting() == len(upgrades))
    results = [upgrade.result() for upgrade in upgrades]
    assert sorted(results) == [(0, UP_TO_DATE, "")] + 2 * [(0, WAITED + UP_TO_DATE, "")]


@ON_BOTH
def test_run_upgrades(tmp_path: Path, database_url: str, database: Database) -> None:
    """`run` upgrades the schema when it starts."""
    schema.downgrade(database, "base")
    with Server(tmp_path, "run", "--no-reload", DATABASE_URL=database_url):
        assert schema.fault(database) is None
