"""The command `doctor`: it checks the settings and what they point at, and names remedies."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from api.core.settings import Settings, between, setting
from api.core.storage import Database, schema
from tests.core.support.cli import Result, Runner
from tests.core.support.commands import Terminal, manage
from tests.core.support.databases import ON_BOTH, Sqlite
from tests.core.support.migrations import Migrations
from tests.core.support.redis import Redis
from tests.core.support.tenant import CLIENT, DISCOVERY, JWKS, Tenant
from tests.core.support.tunnels import Tunnels

SECRET = "hush-hush"
OF_THE_ISSUER = {"issuer", "discovery", "keys", "clock"}

Doctor = Callable[..., Result]


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with Redis(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture
def doctor(runner: Runner, tenant: Tenant, sqlite: Sqlite) -> Doctor:
    """`doctor(DPOP="off")`: run it with good settings, changed as given."""
    good = tenant.environment | CLIENT | {"DATABASE_URL": sqlite.make(), "DPOP": "off"}
    good |= {"AUTH0_SPA_CLIENT_ID": "a-page"}
    return lambda **changes: runner("doctor", **good | changes)


def rows(result: Result) -> dict[str, tuple[str, str, str]]:
    """Return result, finding and remedy by the name of the check, and verify that no secret is
    shown."""
    assert result.err == ""
    assert not [each for each in (SECRET, CLIENT["AUTH0_CLIENT_SECRET"]) if each in result.out]
    heading, *lines = result.out.splitlines()
    starts = [heading.index(name) for name in ("CHECK", "RESULT", "FOUND", "WHAT TO DO")]
    cells = [
        [line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]
        for line in lines
    ]
    by_check = {check: (result, text, remedy) for check, result, text, remedy in cells}
    assert len(by_check) == len(lines)
    assert {cell[0] for cell in by_check.values()} <= {"ok", "FAIL", "warn", "skip"}
    failed = [cell for cell in by_check.values() if cell[0] == "FAIL"]
    assert result.code == (1 if failed else 0)
    assert all(remedy for _, _, remedy in failed)
    return by_check


def having(result: Result, outcome: str) -> set[str]:
    return {check for check, row in rows(result).items() if row[0] == outcome}


def test_all_is_well(doctor: Doctor, tenant: Tenant) -> None:
    """When all is well, each check has its line, in this order, and no line has a remedy."""
    lines = rows(doctor())
    assert list(lines) == [
        *("settings", "issuer", "discovery", "keys", "clock", "database", "migrations"),
        *("redis", "page", "token get"),
    ]
    assert {result for result, _, _ in lines.values()} == {"ok"}
    assert {remedy for _, _, remedy in lines.values()} == {""}
    assert lines["issuer"][1] == f"{tenant.issuer} answers over TLS"
    assert lines["keys"][1] == f"{tenant.issuer} 1 for RS256"
    assert lines["token get"][1] == "asks as a-machine"


def test_proxy(doctor: Doctor, tenant: Tenant) -> None:
    """The line of the issuer says whether it is asked through a proxy, without the password."""
    with Tunnels() as proxy:
        address = proxy.url.replace("//", f"//ann:{SECRET}@")
        way = rows(doctor(HTTPS_PROXY=address))["issuer"]
        assert way[:2] == ("ok", f"{tenant.issuer} answers over TLS, through the proxy {proxy.url}")
        way = rows(doctor(HTTPS_PROXY=address, NO_PROXY="localhost"))["issuer"]
        assert way[:2] == ("ok", f"{tenant.issuer} answers over TLS, directly (NO_PROXY)")


@pytest.mark.parametrize("address", ["socks5://127.0.0.1:1", "http://127.0.0.1:1"])
def test_proxy_out_of_order(doctor: Doctor, address: str) -> None:
    """A proxy that cannot be used fails the check of the issuer, which says what to do."""
    outcome, _, remedy = rows(doctor(HTTPS_PROXY=address))["issuer"]
    assert (outcome, remedy) == ("FAIL", "check HTTPS_PROXY, or add the issuer's host to NO_PROXY")


def test_nothing_is_set(runner: Runner) -> None:
    """In a fresh directory `doctor` names what `serve` would miss, and creates no file."""
    result = runner("doctor")
    assert having(result, "FAIL") == {"database"}
    assert having(result, "warn") == {"issuer", "redis"}
    lines = rows(result)
    assert lines["issuer"][1].endswith("serve refuses to start")
    assert lines["issuer"][2].endswith("set AUTH0_DOMAIN and AUTH0_AUDIENCE")
    assert lines["database"][1:] == (
        "sqlite:///instance/api.db is not there",
        "run: python manage.py db upgrade",
    )
    assert list(runner.directory.iterdir()) == []


def test_what_it_says_to_do_helps(runner: Runner) -> None:
    """No check fails after the upgrade that `doctor` suggests."""
    assert runner("db", "upgrade").code == 0
    assert having(runner("doctor"), "FAIL") == set()


BAD = {
    "PORT": "x",
    "DATABASE_URL": f"mysql://ann:{SECRET}@h/d",
    "REDIS_URL": f"redis://:{SECRET}@h:port",
    "AUTH0_CLIENT_SECRET": f"{SECRET} {SECRET}",
    "DPOP": "on",
}


@dataclass(frozen=True)
class Own(Settings):
    """Settings with one more setting."""

    rooms: int = setting(1, "How many.", example="2", check=between(1, 9))


def test_a_teams_setting(runner: Runner) -> None:
    """A wrong setting of a team is reported with its example, like those of the machinery."""
    runner.application = replace(runner.application, settings=Own)
    found = rows(runner("doctor", ROOMS="many"))
    assert found["ROOMS"] == ("FAIL", "Not a valid integer.", "set it, as in ROOMS=2")


def test_mistakes_come_first(doctor: Doctor) -> None:
    """Wrong settings are the first lines, without their values, and all other checks still run."""
    result = doctor(**BAD)
    lines = rows(result)
    assert list(lines)[: len(BAD)] == sorted(BAD)
    assert having(result, "FAIL") == set(BAD)
    assert having(result, "skip") == {"database", "redis", "token get"}
    assert having(result, "ok") == {*OF_THE_ISSUER, "page"}
    assert lines["DPOP"][1:] == (
        "Not one of allowed, required, off.",
        "set it, as in DPOP=allowed",
    )
    assert lines["database"][1] == "not checked, for want of DATABASE_URL"


@pytest.mark.parametrize(
    ("missing", "given"),
    [("AUTH0_AUDIENCE", "AUTH0_DOMAIN"), ("AUTH0_CLIENT_SECRET", "AUTH0_CLIENT_ID")],
)
def test_half_a_pair(doctor: Doctor, missing: str, given: str) -> None:
    """When one of two settings that belong together is missing, it fails, and the issuer is still
    checked."""
    result = doctor(**{missing: ""})
    assert having(result, "FAIL") == {missing}
    assert having(result, "ok") >= OF_THE_ISSUER
    assert rows(result)[missing][1] == f"Not set, while {given} is; it takes both."


def test_env_file_that_is_no_text(doctor: Doctor, runner: Runner) -> None:
    """When .env cannot be read, the only line is the failure of the settings."""
    (runner.directory / ".env").write_bytes(b"\xff\xfe")
    [(check, row)] = rows(doctor()).items()
    assert (check, row[0]) == ("settings", "FAIL")


def key_set(*keys: object) -> bytes:
    return json.dumps({"keys": keys}).encode()


# What a document says instead, the check that fails, and what its line must have.
ISSUERS: dict[str, tuple[str, bytes | None, str, str, str]] = {
    "no discovery": (DISCOVERY, None, "discovery", "answered 404", "check AUTH0_DOMAIN"),
    "no JSON": (DISCOVERY, b"<html>", "discovery", "is not JSON", "check AUTH0_DOMAIN"),
    "another issuer": (
        DISCOVERY,
        b'{"issuer": "https://b.example/"}',
        "discovery",
        "the discovery document names another issuer: https://b.example/",
        "set AUTH0_DOMAIN to the domain that it names",
    ),
    "no key set": (JWKS, None, "keys", "answered 404", "check AUTH0_DOMAIN"),
    "no keys": (JWKS, key_set(), "keys", "no RSA signing key for RS256", "sign with RS256"),
    "a key of another kind": (
        *(JWKS, key_set({"kty": "EC", "kid": "e"}), "keys"),
        *("no RSA signing key for RS256", "sign with RS256"),
    ),
}


@pytest.mark.parametrize("name", ISSUERS)
def test_issuer_at_fault(
    doctor: Doctor, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The first step that fails at the issuer is reported, and the steps that depend on it are
    skipped."""
    path, document, check, text, remedy = ISSUERS[name]
    others = {each: body for each, body in tenant.documents.items() if each != path}
    documents = others if document is None else others | {path: document}
    monkeypatch.setattr(tenant, "documents", documents)
    result = doctor()
    assert having(result, "FAIL") == {check}
    assert having(result, "skip") == ({"keys"} if check == "discovery" else set())
    _, found, to_do = rows(result)[check]
    assert tenant.domain in found
    assert text in found
    assert remedy in to_do


def test_ignored_keys(doctor: Doctor, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of the issuer that the API ignores are counted."""
    good = tenant.key.as_dict(private=False)
    listed = key_set(good, good | {"kid": "b"}, good | {"kid": "c", "use": "enc"}, {}, "x")
    monkeypatch.setitem(tenant.documents, JWKS, listed)
    assert rows(doctor())["keys"][:2] == (
        "ok",
        f"{tenant.issuer} 2 for RS256, 3 ignored: of another kind, use or algorithm, or too short",
    )


def test_issuer_out_of_reach(doctor: Doctor) -> None:
    """An issuer that cannot be reached fails, and the checks that need it are skipped."""
    result = doctor(AUTH0_DOMAIN="localhost:1")
    assert having(result, "FAIL") == {"issuer"}
    assert having(result, "skip") == {"discovery", "keys", "clock"}
    _, found, remedy = rows(result)["issuer"]
    assert "refused" in found
    assert remedy == "check AUTH0_DOMAIN and the network"


def test_mistrust(doctor: Doctor, tmp_path: Path) -> None:
    """An issuer whose certificate is not trusted fails, and the remedy names SSL_CERT_FILE."""
    result = doctor(SSL_CERT_FILE=str(tmp_path / "none"))
    assert having(result, "FAIL") == {"issuer"}
    assert "SSL_CERT_FILE" in rows(result)["issuer"][2]


def test_several_domains(doctor: Doctor, tenant: Tenant) -> None:
    """Each of several domains has its own lines."""
    result = doctor(AUTH0_DOMAIN=f"{tenant.domain},localhost:1")
    verdicts = re.findall(r"^issuer +(\w+) +\S*//(\S+:\d+)/", result.out, re.MULTILINE)
    assert (result.code, verdicts) == (1, [("ok", tenant.domain), ("FAIL", "localhost:1")])


@pytest.mark.parametrize(
    ("ahead", "leeway", "outcome", "text"),
    [
        (0, "0", "ok", "s apart, of 0 (TOKEN_LEEWAY)"),
        (3, "5", "ok", "s apart, of 5 (TOKEN_LEEWAY)"),
        (-3, "5", "ok", "s apart, of 5 (TOKEN_LEEWAY)"),
        (60, "5", "warn", "s ahead of this machine, which is over 5 (TOKEN_LEEWAY)"),
        (-60, "5", "warn", "s behind this machine, which is over 5 (TOKEN_LEEWAY)"),
        (60, "300", "ok", "s apart, of 300 (TOKEN_LEEWAY)"),
    ],
)
def test_clock(
    doctor: Doctor,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    ahead: int,
    leeway: str,
    outcome: str,
    text: str,
) -> None:
    """A clock that differs by more than the leeway is a warning with the difference in seconds."""
    monkeypatch.setattr(tenant, "ahead", ahead)
    result, found, _ = rows(doctor(TOKEN_LEEWAY=leeway))["clock"]
    assert (result, text in found) == (outcome, True)
    [seconds] = re.findall(r" (\d+) s ", found)
    assert abs(abs(ahead) - int(seconds)) <= 2


@ON_BOTH
def test_database(doctor: Doctor, database_url: str) -> None:
    """A database with the code's schema is ok, and its address is shown."""
    lines = rows(doctor(DATABASE_URL=database_url))
    assert lines["database"][0] == "ok"
    assert str(make_url(database_url).database) in lines["database"][1]
    assert lines["migrations"][:2] == ("ok", "0001, core_0001, up to date")


@ON_BOTH
def test_old_schema(doctor: Doctor, database_url: str, database: Database) -> None:
    """A database without a schema fails with the command that helps, and `doctor` does not upgrade
    it."""
    schema.downgrade(database, "base")
    for _ in range(2):
        assert rows(doctor(DATABASE_URL=database_url))["migrations"] == (
            *("FAIL", "no schema, and the code's is 0001, core_0001"),
            "run: python manage.py db upgrade",
        )


@ON_BOTH
def test_newer_schema(doctor: Doctor, database_url: str, database: Database) -> None:
    """A schema that the code does not know is a warning, because a later release made it."""
    statement = text("UPDATE alembic_version SET version_num = '9999' WHERE version_num = '0001'")
    database.run(lambda session: session.execute(statement), writes=True)
    assert rows(doctor(DATABASE_URL=database_url))["migrations"] == (
        *("warn", "9999, core_0001 is newer than the code's 0001, core_0001, which works with it"),
        "deploy the release that upgraded the database",
    )


@ON_BOTH
def test_several_heads(migrations: Migrations, doctor: Doctor, database_url: str) -> None:
    """Migrations with several heads fail, and the line says to merge them."""
    for revision in ("0002", "0003"):
        migrations.add(revision, "pass", down_revision="0001")
    result, found, _ = rows(doctor(DATABASE_URL=database_url))["migrations"]
    assert (result, "several heads: 0002, 0003. Merge them" in found) == ("FAIL", True)


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        (f"postgresql+psycopg://ann:{SECRET}@127.0.0.1:1/x", "Connection refused"),
        (f"postgresql+psycopg://127.0.0.1:1/x?password={SECRET}", "Connection refused"),
        (f"sqlite:///{Path(__file__)}", "file is not a database"),
        ("sqlite:////dev", "unable to open database file"),
    ],
)
def test_unusable_database(doctor: Doctor, url: str, cause: str) -> None:
    """A database that cannot be used fails with the cause, and its schema is not checked."""
    result = doctor(DATABASE_URL=url)
    assert (having(result, "FAIL"), having(result, "skip")) == ({"database"}, {"migrations"})
    assert cause in rows(result)["database"][1]


@pytest.mark.needs("redis")
@pytest.mark.parametrize("dpop", ["allowed", "required", "off"])
def test_redis(doctor: Doctor, redis: Redis, dpop: str) -> None:
    """A Redis that answers is ok. Its address is shown without the password."""
    url = redis.url.replace("//", f"//:{SECRET}@")
    where = redis.url.removeprefix("redis://").removesuffix("/0")
    assert rows(doctor(REDIS_URL=redis.url, DPOP=dpop))["redis"][:2] == ("ok", where)
    assert rows(doctor(REDIS_URL=url, DPOP=dpop))["redis"][1].startswith(where)


@pytest.mark.parametrize(
    "url",
    [
        *(f"redis://:{SECRET}@127.0.0.1:1/0", f"redis://u:x@{SECRET}@127.0.0.1:1/0"),
        *(f"unix:///none.sock?password={SECRET}", f"rediss://127.0.0.1:1/0?password={SECRET}"),
    ],
)
def test_redis_out_of_reach(doctor: Doctor, url: str) -> None:
    """A Redis that does not answer fails, and no part of the password is shown."""
    result = doctor(REDIS_URL=url)
    assert having(result, "FAIL") == {"redis"}
    assert rows(result)["redis"][2] == "check REDIS_URL, and that it runs"


@pytest.mark.parametrize(
    ("dpop", "outcome"), [("allowed", "warn"), ("required", "warn"), ("off", "ok")]
)
def test_without_redis(doctor: Doctor, dpop: str, outcome: str) -> None:
    """Without Redis, each process remembers proofs by itself, which is a warning unless DPoP is
    off."""
    result, text, _ = rows(doctor(DPOP=dpop))["redis"]
    assert (result, "REDIS_URL is not set" in text) == (outcome, True)


def test_applications_that_are_not_set(doctor: Doctor) -> None:
    """Missing applications for the page and `token get` are mentioned, but are no failure."""
    result = doctor(AUTH0_SPA_CLIENT_ID="", AUTH0_CLIENT_ID="", AUTH0_CLIENT_SECRET="")
    assert having(result, "FAIL") | having(result, "warn") == set()
    lines = rows(result)
    assert "pasted tokens only" in lines["page"][1]
    assert lines["token get"][1].startswith("cannot be used")


def test_it_asks_for_no_token(doctor: Doctor, tenant: Tenant) -> None:
    """`doctor` requests no token, so it sends the client secret to nobody."""
    sent = len(tenant.forms)
    doctor()
    assert len(tenant.forms) == sent


def test_terminal(doctor: Doctor, terminal: Terminal) -> None:
    """On a terminal a failure is red and a success is green."""
    terminal(300)
    out = doctor(PORT="x").out
    assert "\x1b[1;31mFAIL" in out
    assert "\x1b[32mok" in out


def test_process(tmp_path: Path, tenant: Tenant) -> None:
    """As a process, `doctor` prints plain ASCII lines into a pipe and exits with 1 after a
    failure."""
    result = manage(tmp_path, "doctor", **tenant.environment)
    assert having(result, "FAIL") == {"database"}
    assert result.out.isascii()
    assert result.out.replace("\n", "").isprintable()
