"""The settings: how they are read from the environment and `.env`, and how mistakes are
reported."""

import os
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from api.core.settings import Settings, SettingsError, declarations, load

TENANT = {"AUTH0_DOMAIN": "tenant.example", "AUTH0_AUDIENCE": "https://api.example/"}
CLIENT = {"AUTH0_CLIENT_ID": "a-machine", "AUTH0_CLIENT_SECRET": "open-sesame"}
PAIRS = TENANT | CLIENT

EXAMPLES = {name: each.example for name, each in declarations(Settings).items()}

Read = Callable[..., Settings]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """`read(".env's text", PORT="80")`: the settings of this environment and that file alone."""
    for name in EXAMPLES.keys() & os.environ.keys():
        monkeypatch.delenv(name)

    def settings(env_file: str = "", **environment: str) -> Settings:
        path = tmp_path / ".env"
        path.write_text(env_file, encoding="utf-8")
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            return load(Settings, path)

    return settings


def faults(read: Read, **environment: str) -> list[str]:
    """The lines that say why these settings cannot be used."""
    with pytest.raises(SettingsError) as refused:
        read(**environment)
    return str(refused.value).splitlines()


DEFAULTS: dict[str, object] = {
    "auth0_domain": (),
    "auth0_audience": "",
    "auth0_spa_client_id": "",
    "auth0_organizations": frozenset(),
    "auth0_client_id": "",
    "auth0_client_secret": "",
    "database_url": "sqlite:///instance/api.db",
    "database_pool_size": None,
    "database_timeout": 5.0,
    "database_retries": 5,
    "redis_url": "",
    "dpop": "allowed",
    "cors_origins": (),
    "cors_headers": (),
    "public_url": "",
    "trusted_proxies": 0,
    "log_level": "info",
    "log_format": "",
    "token_leeway": 5.0,
    "token_cache": 10_000,
    "jwks_ttl": 600.0,
    "host": "127.0.0.1",
    "port": 3010,
    "threads": 128,
    "body_timeout": 10.0,
    "max_body": 65536,
    "max_header": 16384,
    "workers": 1,
    "instance": Path("instance"),
}


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_default(read: Read, name: str) -> None:
    """With an empty environment each setting has its default, as in the class."""
    assert getattr(read(), name) == getattr(Settings(), name) == DEFAULTS[name]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("AUTH0_DOMAIN", "tenant.eu.auth0.com", ("tenant.eu.auth0.com",)),
        ("AUTH0_DOMAIN", "localhost:8443", ("localhost:8443",)),
        ("AUTH0_DOMAIN", "login.example,b.auth0.com", ("login.example", "b.auth0.com")),
        ("AUTH0_DOMAIN", " a.example ,  b.example:65535 ", ("a.example", "b.example:65535")),
        ("AUTH0_AUDIENCE", "urn:messages", "urn:messages"),
        ("AUTH0_SPA_CLIENT_ID", "a1B2_c3-D4", "a1B2_c3-D4"),
        ("AUTH0_ORGANIZATIONS", "org_abc, org_D3F ,org_abc", frozenset({"org_abc", "org_D3F"})),
        ("AUTH0_CLIENT_ID", "a1B2_c3-D4", "a1B2_c3-D4"),
        ("AUTH0_CLIENT_SECRET", "#$%&'=~", "#$%&'=~"),
        ("DATABASE_URL", "sqlite:///a.db", "sqlite:///a.db"),
        ("DATABASE_URL", "postgresql+psycopg://u:p@h:1/d", "postgresql+psycopg://u:p@h:1/d"),
        *[("REDIS_URL", url, url) for url in ("", "rediss://u:p@h:1/0", "unix:///run/redis.sock")],
        *[("DPOP", choice, choice) for choice in ("allowed", "required", "off")],
        ("CORS_ORIGINS", "https://a.example", ("https://a.example",)),
        ("CORS_ORIGINS", "https://a.example , http://b:80", ("https://a.example", "http://b:80")),
        *[
            ("CORS_ORIGINS", text, (text,))
            for text in (
                *("capacitor://localhost", "ionic://localhost", "tauri://localhost"),
                *("http://tauri.localhost", "chrome-extension://abcdefghij", "http://my_pc:3000"),
            )
        ],
        ("CORS_HEADERS", "sentry-trace, traceparent", ("sentry-trace", "traceparent")),
        ("CORS_HEADERS", "X_Trace", ("X_Trace",)),
        *[
            ("PUBLIC_URL", url, url)
            for url in (
                *("", "https://a.example", "https://a.example/", "http://a_b.:3010/x/y%20"),
                "http://[::1]:3010/x",
            )
        ],
        *[
            ("DATABASE_URL", url, "postgresql+psycopg://u:p@h:1/d?sslmode=require")
            for url in (
                "postgres://u:p@h:1/d?sslmode=require",
                "postgresql+psycopg://u:p@h:1/d?sslmode=require",
            )
        ],
        ("DATABASE_URL", "postgresql://u:p@h:1/d", "postgresql://u:p@h:1/d"),
        ("TRUSTED_PROXIES", "0", 0),
        ("TRUSTED_PROXIES", "10", 10),
        *[("LOG_LEVEL", level, level) for level in ("debug", "info", "warning", "error")],
        ("LOG_FORMAT", "json", "json"),
        ("LOG_FORMAT", "console", "console"),
        ("TOKEN_LEEWAY", "0", 0.0),
        ("TOKEN_LEEWAY", "2.5", 2.5),
        ("TOKEN_LEEWAY", "300", 300.0),
        ("TOKEN_CACHE", "0", 0),
        ("JWKS_TTL", "1", 1.0),
        ("JWKS_TTL", "86400", 86400.0),
        ("HOST", "api.internal", "api.internal"),
        ("HOST", "::1", "::1"),
        ("PORT", "1", 1),
        ("PORT", "65535", 65535),
        ("THREADS", "8", 8),
        ("THREADS", "1024", 1024),
        ("BODY_TIMEOUT", "1", 1.0),
        ("BODY_TIMEOUT", "600", 600.0),
        ("MAX_BODY", "1024", 1024),
        ("MAX_BODY", "67108864", 67108864),
        ("MAX_HEADER", "1024", 1024),
        ("MAX_HEADER", "262144", 262144),
        ("DATABASE_POOL_SIZE", "1", 1),
        ("DATABASE_POOL_SIZE", "31", 31),
        ("DATABASE_TIMEOUT", "1", 1.0),
        ("DATABASE_TIMEOUT", "60", 60.0),
        ("DATABASE_RETRIES", "0", 0),
        ("DATABASE_RETRIES", "10", 10),
    ],
)
def test_good_value(read: Read, name: str, text: str, value: object) -> None:
    """A valid value is converted to its type, and blanks around the items of a list are removed."""
    assert getattr(read(**PAIRS | {name: text}), name.lower()) == value


@pytest.mark.parametrize(("name", "text"), EXAMPLES.items())
def test_example(read: Read, name: str, text: str) -> None:
    """The example in the error message of a setting is itself a valid value."""
    assert getattr(read(**PAIRS | {name: text}), name.lower())


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("AUTH0_DOMAIN", "https://tenant.example", "without scheme and path"),
        ("AUTH0_DOMAIN", "tenant.example/", "without scheme and path"),
        ("AUTH0_DOMAIN", "tenant.example,", "Not a host name"),
        ("AUTH0_DOMAIN", " ", "Not a host name"),
        ("AUTH0_DOMAIN", "two words", "Not a host name"),
        ("AUTH0_DOMAIN", "-tenant.example", "Not a host name"),
        ("AUTH0_DOMAIN", "user@tenant.example", "Not a host name"),
        ("AUTH0_DOMAIN", "tenant.example?x", "Not a host name"),
        ("AUTH0_DOMAIN", "tenant.example:", "Not a host name"),
        ("AUTH0_DOMAIN", "tenant.example:https", "Not a host name"),
        ("AUTH0_DOMAIN", "tenant.example:65536", "Not a host name"),
        ("AUTH0_DOMAIN", "ténant.example", "Not a host name"),
        ("AUTH0_AUDIENCE", "two words", "printable ASCII"),
        ("AUTH0_AUDIENCE", "https://api.exämple/", "printable ASCII"),
        ("AUTH0_AUDIENCE", "a\nb", "printable ASCII"),
        ("AUTH0_SPA_CLIENT_ID", "a b", "printable ASCII"),
        ("AUTH0_ORGANIZATIONS", "abc", "starts with org_"),
        ("AUTH0_ORGANIZATIONS", "org_abc,,org_def", "starts with org_"),
        ("AUTH0_ORGANIZATIONS", "org_a-b", "starts with org_"),
        ("AUTH0_CLIENT_ID", "a b", "printable ASCII"),
        ("AUTH0_CLIENT_SECRET", "a b", "printable ASCII"),
        ("AUTH0_CLIENT_SECRET", "sésame", "printable ASCII"),
        ("DATABASE_URL", "", "Not an SQLAlchemy URL"),
        ("DATABASE_URL", "messages.db", "Not an SQLAlchemy URL"),
        ("DATABASE_URL", "postgres:/h/d", "Not an SQLAlchemy URL"),
        ("DATABASE_URL", "sqlite://", "would forget everything"),
        ("DATABASE_URL", "mysql://h/d", "Not an SQLAlchemy URL"),
        ("DATABASE_URL", "postgresql://h:port/d", "Not an SQLAlchemy URL"),
        ("DATABASE_URL", "postgresql+asyncpg://h/d", "driver that it names is not installed"),
        ("DATABASE_URL", "postgresql+nope://h/d", "driver that it names is not installed"),
        ("DATABASE_URL", "postgresql+psycopg_async://h/d", "driver that it names is for asyncio"),
        ("DATABASE_URL", "sqlite:///a.db?timeout=x", "option in its query cannot be used"),
        ("DATABASE_URL", "sqlite:///a.db?nothing=1", "option in its query cannot be used"),
        ("DATABASE_URL", "sqlite:///a.db?detect_types=x", "option in its query cannot be used"),
        ("REDIS_URL", "localhost:6379", "Not a redis://, rediss:// or unix:// address"),
        ("REDIS_URL", "http://localhost", "Not a redis://, rediss:// or unix:// address"),
        ("REDIS_URL", "redis://localhost:port", "Not a redis://, rediss:// or unix:// address"),
        ("REDIS_URL", "redis://localhost:65536", "Not a redis://, rediss:// or unix:// address"),
        ("REDIS_URL", "redis://h?socket_timeout=x", "Not a redis://, rediss:// or unix:// address"),
        ("REDIS_URL", "redis://h?nonsense=1", "Not a redis://, rediss:// or unix:// address"),
        ("DPOP", "on", "Not one of allowed, required, off"),
        ("CORS_ORIGINS", "*", "scheme://host"),
        ("CORS_ORIGINS", "app.example", "scheme://host"),
        ("CORS_ORIGINS", "https://app.example/", "scheme://host"),
        ("CORS_ORIGINS", "https://app.example;https://b.example", "scheme://host"),
        ("CORS_ORIGINS", "capacitor://", "scheme://host"),
        ("CORS_ORIGINS", "capacitor://localhost/", "scheme://host"),
        ("CORS_ORIGINS", "://localhost", "scheme://host"),
        ("CORS_ORIGINS", "null", "scheme://host"),
        ("CORS_HEADERS", "*", "Not the name of a header"),
        ("CORS_HEADERS", "a b", "Not the name of a header"),
        ("CORS_HEADERS", "a,", "Not the name of a header"),
        *[
            ("PUBLIC_URL", url, "Not an address")
            for url in (
                *("a.example", "//a.example", "ftp://a.example", "https://", "https:///x"),
                *("https://u:p@a.example", "https://a.example?x", "https://a.example/#x"),
                *("https://a.example:port", "https://a.example:65536", "https://a.example//x"),
                *("https://a b", "https://[::1"),
            )
        ],
        ("TRUSTED_PROXIES", "-1", "greater than or equal to 0"),
        ("TRUSTED_PROXIES", "11", "less than or equal to 10"),
        ("TRUSTED_PROXIES", "1.5", "Not a valid integer"),
        ("TRUSTED_PROXIES", "all", "Not a valid integer"),
        ("LOG_LEVEL", "INFO", "Not one of debug, info, warning, error"),
        ("LOG_LEVEL", "", "Not one of debug, info, warning, error"),
        ("LOG_FORMAT", "xml", "Not one of json, console"),
        ("TOKEN_LEEWAY", "-0.1", "greater than or equal to 0"),
        ("TOKEN_LEEWAY", "301", "less than or equal to 300"),
        ("TOKEN_LEEWAY", "5s", "Not a valid number"),
        ("TOKEN_LEEWAY", "nan", "not permitted"),
        ("TOKEN_CACHE", "-1", "greater than or equal to 0"),
        ("TOKEN_CACHE", "1000001", "less than or equal to 1000000"),
        ("JWKS_TTL", "0.9", "greater than or equal to 1"),
        ("JWKS_TTL", "86401", "less than or equal to 86400"),
        ("JWKS_TTL", "inf", "not permitted"),
        ("JWKS_TTL", "ten", "Not a valid number"),
        ("HOST", "", "Shorter than"),
        ("PORT", "0", "greater than or equal to 1"),
        ("PORT", "65536", "less than or equal to 65535"),
        ("PORT", "", "Not a valid integer"),
        ("PORT", "http", "Not a valid integer"),
        ("THREADS", "7", "greater than or equal to 8"),
        ("THREADS", "1025", "less than or equal to 1024"),
        ("THREADS", "many", "Not a valid integer"),
        ("BODY_TIMEOUT", "0.9", "greater than or equal to 1"),
        ("BODY_TIMEOUT", "601", "less than or equal to 600"),
        ("BODY_TIMEOUT", "nan", "not permitted"),
        ("MAX_BODY", "64KiB", "Not a valid integer"),
        ("MAX_BODY", "1023", "greater than or equal to 1024"),
        ("MAX_BODY", "67108865", "less than or equal to 67108864"),
        ("MAX_HEADER", "1023", "greater than or equal to 1024"),
        ("MAX_HEADER", "262145", "less than or equal to 262144"),
        ("DATABASE_POOL_SIZE", "0", "greater than or equal to 1"),
        ("DATABASE_POOL_SIZE", "513", "less than or equal to 512"),
        ("DATABASE_POOL_SIZE", "32", "Over 31: with 128 THREADS, none would be left for others."),
        ("DATABASE_TIMEOUT", "0.9", "greater than or equal to 1"),
        ("DATABASE_TIMEOUT", "61", "less than or equal to 60"),
        ("DATABASE_RETRIES", "-1", "greater than or equal to 0"),
        ("DATABASE_RETRIES", "11", "less than or equal to 10"),
    ],
)
def test_bad_value(read: Read, name: str, text: str, fault: str) -> None:
    """The error is one line with the variable, its fault and an example, without the value."""
    [line] = faults(read, **PAIRS | {name: text})
    assert line.startswith(f"{name}: ")
    assert fault in line
    assert line.endswith(f" Example: {name}={EXAMPLES[name]}")
    assert line.isprintable()


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("name", EXAMPLES)
def test_quotes_are_no_part_of_a_value(read: Read, name: str, quote: str) -> None:
    """A value in quotes is refused, and the error says who keeps them and what to do."""
    for text in (EXAMPLES[name], ""):
        [line] = faults(read, **PAIRS | {name: f"{quote}{text}{quote}"})
        assert line == (
            f"{name}: It is in quotes, which are part of a value (`docker run --env-file` keeps "
            f"them): write it without them. Example: {name}={EXAMPLES[name]}"
        )


def test_quotes_of_an_env_file(read: Read) -> None:
    """Quotes in .env are not part of the value, as always."""
    assert read('LOG_LEVEL="debug"').log_level == "debug"


def test_every_variable_has_bad_values() -> None:
    """Every variable has a bad value in the table above, and a default."""
    [table] = [mark for mark in test_bad_value.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    assert {name for name, _, _ in table.args[1]} == EXAMPLES.keys()
    assert DEFAULTS.keys() == {name.lower() for name in EXAMPLES} | {"workers", "instance"}


@pytest.mark.parametrize("threads", [8, 12, 16, 64, 128, 1024])
@pytest.mark.parametrize("workers", [1, 16, 256])
def test_shares_of_threads(threads: int, workers: int) -> None:
    """Some threads never wait for signing keys or for the database, however many there are."""
    settings = Settings(threads=threads, workers=workers)
    shares = (settings.key_waiters, settings.database_waiters, settings.database_connections)
    assert min(shares) >= 1
    assert sum(shares) < threads


@pytest.mark.parametrize("threads", [8, 9, 12, 15, 16, 64, 128, 1024])
def test_largest_pool(threads: int) -> None:
    """The largest accepted pool leaves one thread free; a larger one conflicts with THREADS."""
    size = 1
    while not list(Settings(threads=threads, database_pool_size=size + 1).conflicts()):
        size += 1
    settings = Settings(threads=threads, database_pool_size=size)
    shares = (settings.key_waiters, settings.database_waiters, settings.database_connections)
    assert (settings.database_connections, sum(shares)) == (size, threads - 1)
    [conflict] = Settings(threads=threads, database_pool_size=size + 1).conflicts()
    assert (conflict.name, conflict.other) == ("DATABASE_POOL_SIZE", "THREADS")


def test_pool_and_threads_that_are_wrong(read: Read) -> None:
    """The size of the pool is not reported if THREADS is itself wrong."""
    assert [line.split(":")[0] for line in faults(read, THREADS="x", DATABASE_POOL_SIZE="40")] == [
        "THREADS"
    ]


@pytest.mark.parametrize("workers", [1, 2, 10, 11, 16, 27, 79, 80])
def test_connections_of_all_workers(workers: int) -> None:
    """All workers together use at most 80 connections, unless DATABASE_POOL_SIZE asks for more."""
    settings = Settings(workers=workers)
    assert workers * settings.database_connections <= 80
    assert settings.database_connections == min(8, 80 // workers)
    assert Settings(workers=workers, database_pool_size=20).database_connections == 20


def test_several_mistakes(read: Read) -> None:
    """All mistakes are reported together, a line each, in the order of their names."""
    lines = faults(read, PORT="x", AUTH0_DOMAIN="https://a", LOG_LEVEL="loud", CORS_ORIGINS="*")
    assert [line.partition(":")[0] for line in lines] == [
        "AUTH0_DOMAIN",
        "CORS_ORIGINS",
        "LOG_LEVEL",
        "PORT",
    ]


@pytest.mark.parametrize("empty", [False, True], ids=["not set", "empty"])
@pytest.mark.parametrize(
    ("given", "missing"),
    [pair[::way] for pair in (tuple(TENANT), tuple(CLIENT)) for way in (1, -1)],
)
def test_one_of_the_pair(read: Read, given: str, missing: str, empty: bool) -> None:
    """If one setting of a pair is missing, the error names it."""
    [line] = faults(read, **{given: PAIRS[given]} | ({missing: ""} if empty else {}))
    assert line == (
        f"{missing}: Not set, while {given} is; it takes both. "
        f"Example: {missing}={EXAMPLES[missing]}"
    )


def test_one_of_the_pair_among_other_mistakes(read: Read) -> None:
    """A missing setting of a pair is reported together with other mistakes."""
    lines = faults(read, AUTH0_DOMAIN="tenant.example", PORT="x")
    assert [line.partition(":")[0] for line in lines] == ["AUTH0_AUDIENCE", "PORT"]


def test_one_of_each_pair(read: Read) -> None:
    """Two pairs of which one half is missing are reported together."""
    lines = faults(read, AUTH0_AUDIENCE="urn:api", AUTH0_CLIENT_ID="a")
    assert [line.partition(":")[0] for line in lines] == ["AUTH0_CLIENT_SECRET", "AUTH0_DOMAIN"]


@pytest.mark.usefixtures("read")
def test_needed(tmp_path: Path) -> None:
    """A missing setting that a command needs is reported with the reason, beside other mistakes."""
    (tmp_path / "env").write_text("HOST=127.0.0.1\nAUTH0_CLIENT_ID='a b'\nLOG_LEVEL=loud\n")
    needed = dict.fromkeys(("AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "HOST"), "Why it is needed.")
    with pytest.raises(SettingsError) as refused:
        load(Settings, tmp_path / "env", needed)
    client, domain, level = str(refused.value).splitlines()
    assert client.startswith("AUTH0_CLIENT_ID: It may hold printable ASCII")
    assert domain.startswith("AUTH0_DOMAIN: Why it is needed. Example: ")
    assert level.startswith("LOG_LEVEL: ")


def test_usable_settings(read: Read) -> None:
    """A SettingsError names the wrong settings and carries all others as they were read."""
    with pytest.raises(SettingsError) as refused:
        read(PORT="x", HOST="localhost", **TENANT | {"AUTH0_AUDIENCE": ""})
    assert refused.value.faults.keys() == {"PORT", "AUTH0_AUDIENCE"}
    assert refused.value.usable == Settings(auth0_domain=("tenant.example",), host="localhost")


def test_env_file(read: Read) -> None:
    """A setting that is not in the environment is read from .env."""
    lines = ("# ours", "AUTH0_DOMAIN=tenant.example", "AUTH0_AUDIENCE='urn:api'", "export PORT=80")
    settings = read("\n".join(lines))
    assert (settings.auth0_domain, settings.auth0_audience, settings.port) == (
        ("tenant.example",),
        "urn:api",
        80,
    )


def test_environment_wins(read: Read) -> None:
    """The environment overrides .env, and a wrong value that is overridden is not reported."""
    assert read("PORT=x", PORT="81").port == 81


def test_env_file_is_read_anew(read: Read) -> None:
    """Each load reads .env again, and nothing of it stays in the environment."""
    assert [read(text).port for text in ("PORT=80", "PORT=81", "")] == [80, 81, 3010]


def test_env_file_of_a_parent_is_not_ours(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the .env of the working directory is read."""
    read("PORT=80")
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    assert load().port == 3010


@pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(b"\xff\xfeP"), Path.mkdir])
def test_unreadable_env_file(read: Read, tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    """A .env that is not a text file in UTF-8 is refused with a message that says so."""
    spoil(tmp_path / "env")
    with pytest.raises(SettingsError, match=r"^\S*env: Not a text file in UTF-8.*Example: PORT="):
        load(Settings, tmp_path / "env")


def test_mistake_in_env_file(read: Read) -> None:
    """A bad value in .env is reported like one in the environment."""
    with pytest.raises(SettingsError, match=r"^LOG_LEVEL: "):
        read("LOG_LEVEL=loud")


def test_issuers(read: Read) -> None:
    """Each issuer is https://DOMAIN/ in lower case with its slash, in the order of the domains."""
    settings = read(AUTH0_DOMAIN="Login.example:8443, b.example", AUTH0_AUDIENCE="urn:api")
    assert settings.issuers == ("https://login.example:8443/", "https://b.example/")


@pytest.mark.parametrize(("environment", "has_tenant"), [({}, False), (TENANT, True)])
def test_has_tenant(read: Read, environment: dict[str, str], has_tenant: bool) -> None:
    """The settings have a tenant if AUTH0_DOMAIN is set."""
    assert read(**environment).has_tenant is has_tenant


def test_frozen(read: Read) -> None:
    """Settings cannot be changed after they were read."""
    with pytest.raises(FrozenInstanceError):
        read().port = 80  # type: ignore[misc]


def test_repr_has_no_secret(read: Read) -> None:
    """No password is in repr, which omits every field that may hold one."""
    urls = {"DATABASE_URL": "postgresql://u:hush@h/d", "REDIS_URL": "redis://:hush@h"}
    settings = read(**urls, AUTH0_CLIENT_ID="a", AUTH0_CLIENT_SECRET="hush")
    assert "hush" not in repr(settings)
    secret = re.compile("secret|password|_url$")
    shown = [field.name for field in fields(Settings) if field.repr]
    assert [name for name in shown if secret.search(name)] == ["public_url"]


@pytest.mark.parametrize(
    "line", ['AUTH0_ORGANIZATIONS="org_a', "DPOP='required", "= required", "this is no setting = 1"]
)
def test_broken_line_of_an_env_file(read: Read, tmp_path: Path, line: str) -> None:
    """A line of .env that cannot be parsed is refused with its number, and not skipped."""
    (tmp_path / "env").write_text(f"PORT=3010\n{line}\n")
    with pytest.raises(SettingsError, match=r"env, line 2: .*PORT=3010$"):
        load(Settings, tmp_path / "env")
