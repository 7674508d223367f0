"""The settings: the environment and `.env`, read once, all mistakes reported together."""

import ipaddress
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from dotenv.parser import parse_stream
from environs import Env, EnvValidationError
from marshmallow import ValidationError, validate
from redis import ConnectionPool
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SAWarning

DATABASE_URL = "sqlite:///instance/api.db"
_NO_DATABASE = "Not an SQLAlchemy URL of SQLite, PostgreSQL or CockroachDB."
DATABASES = ("sqlite", "postgresql", "cockroachdb")
LOG_LEVELS = ("debug", "info", "warning", "error")
PAIRS = (("AUTH0_DOMAIN", "AUTH0_AUDIENCE"), ("AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"))


class SettingsError(Exception):
    """One setting or more cannot be used; the text has a line for each.

    faults: what is wrong, by variable, where single ones are at fault; sound: all the others.
    """

    def __init__(
        self,
        text: str,
        faults: Mapping[str, str] | None = None,
        sound: "Settings | None" = None,
    ) -> None:
        super().__init__(text)
        self.faults = faults or {}
        self.sound = sound


@dataclass(frozen=True, slots=True)
class Settings:
    """Each but `instance` is an environment variable of that name in capitals.

    auth0_domain: hosts without scheme; empty means the embedded issuer. token_leeway, jwks_ttl:
    seconds. trusted_proxies: how many in front set X-Forwarded-*. threads: of each process of the
    server, or of the other WSGI server that runs api.wsgi. body_timeout: seconds for a whole body.
    """

    auth0_domain: tuple[str, ...] = ()
    auth0_audience: str = ""
    auth0_spa_client_id: str = ""
    auth0_organizations: frozenset[str] = frozenset()
    auth0_client_id: str = ""
    auth0_client_secret: str = field(default="", repr=False)
    database_url: str = field(default=DATABASE_URL, repr=False)
    redis_url: str = field(default="", repr=False)
    dpop: str = "allowed"
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: int = 0
    log_level: str = "info"
    log_format: str = ""
    token_leeway: float = 5.0
    jwks_ttl: float = 600.0
    host: str = "127.0.0.1"
    port: int = 3010
    threads: int = 128
    body_timeout: float = 10.0
    instance: Path = field(default_factory=lambda: Path("instance"))

    @property
    def has_tenant(self) -> bool:
        return bool(self.auth0_domain)

    # Whoever waits for the issuer or for the database holds a thread. The three shares are less
    # than all the threads together, so that some are always free for requests that need neither.
    # Callers beyond the share of the database wait only while it is fast (see the
    # bulkhead of api.core.storage).

    @property
    def key_waiters(self) -> int:
        """How many threads may wait for the issuer's signing keys."""
        return self.threads * 5 // 8

    @property
    def database_waiters(self) -> int:
        """How many threads wait with patience for a connection to the database."""
        return self.threads // 8

    @property
    def database_connections(self) -> int:
        """How many threads may use the database, with a connection each."""
        return min(8, self.threads // 8)

    @property
    def issuers(self) -> tuple[str, ...]:
        """The issuer of each domain, trailing slash included, as `iss` has it."""
        return tuple(f"https://{domain}/" for domain in self.auth0_domain)


def load(env_file: Path = Path(".env"), needed: Mapping[str, str] | None = None) -> Settings:
    """Read the environment, and `env_file` for what the environment does not say.

    needed: what must be set as well, and why, in words. Raises SettingsError, which names each
    variable, its fault and a good example.
    """
    env = Env(eager=False)
    try:
        _refuse_broken_lines(env_file)
        env.read_env(str(env_file), recurse=False)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{env_file}: Not a text file in UTF-8, a variable a line. Example: PORT=3010"
        ) from error
    values = _read(env)
    missing = {name: why for name, why in (needed or {}).items() if not values[name.lower()]}
    # What is wrong with a value says more than that there is none to use.
    faults = _pair_faults(values) | missing | _faults(env)
    if faults:
        sound = {name: value for name, value in values.items() if name.upper() not in faults}
        text = "\n".join(_line(name, faults[name]) for name in sorted(faults))
        raise SettingsError(text, faults, Settings(**sound))
    return Settings(**values)


EXAMPLES = {
    "AUTH0_DOMAIN": "your-tenant.eu.auth0.com",
    "AUTH0_AUDIENCE": "https://api.example.com/",
    "AUTH0_SPA_CLIENT_ID": "your-application-client-id",
    "AUTH0_ORGANIZATIONS": "org_abc123,org_def456",
    "AUTH0_CLIENT_ID": "your-machine-to-machine-client-id",
    "AUTH0_CLIENT_SECRET": "your-machine-to-machine-client-secret",
    "DATABASE_URL": "postgresql+psycopg://user:password@localhost/messages",
    "REDIS_URL": "redis://localhost:6379/0",
    "DPOP": "allowed",
    "CORS_ORIGINS": "https://app.example.com,http://localhost:4200",
    "TRUSTED_PROXIES": "1",
    "LOG_LEVEL": "info",
    "LOG_FORMAT": "json",
    "TOKEN_LEEWAY": "5",
    "JWKS_TTL": "600",
    "HOST": "127.0.0.1",
    "PORT": "3010",
    "THREADS": "128",
    "BODY_TIMEOUT": "10",
}


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_broken_lines(env_file: Path) -> None:
    """A line that python-dotenv cannot read, it leaves out: a restriction would be lost unheard."""
    if not env_file.is_file():
        return
    with env_file.open(encoding="utf-8") as stream:
        broken = [found.original.line for found in parse_stream(stream) if found.error]
    if broken:
        raise SettingsError(
            f"{env_file}, line {broken[0]}: Not a variable and its value; is a quote left open? "
            "Example: PORT=3010"
        )


def _read(env: Env) -> dict[str, Any]:
    default = Settings()
    return {
        "auth0_domain": tuple(map(str.lower, _listed(env, "AUTH0_DOMAIN", _check_domain))),
        "auth0_audience": env.str("AUTH0_AUDIENCE", "", validate=_check_printable),
        "auth0_spa_client_id": env.str("AUTH0_SPA_CLIENT_ID", "", validate=_check_printable),
        "auth0_organizations": frozenset(_listed(env, "AUTH0_ORGANIZATIONS", _check_organization)),
        "auth0_client_id": env.str("AUTH0_CLIENT_ID", "", validate=_check_printable),
        "auth0_client_secret": env.str("AUTH0_CLIENT_SECRET", "", validate=_check_printable),
        "database_url": env.str("DATABASE_URL", default.database_url, validate=_check_database),
        "redis_url": env.str("REDIS_URL", "", validate=_check_redis),
        "dpop": env.str("DPOP", default.dpop, validate=_one_of("allowed", "required", "off")),
        "cors_origins": _listed(env, "CORS_ORIGINS", _check_origin),
        "trusted_proxies": env.int("TRUSTED_PROXIES", 0, validate=validate.Range(0, 10)),
        "log_level": env.str("LOG_LEVEL", default.log_level, validate=_one_of(*LOG_LEVELS)),
        "log_format": env.str("LOG_FORMAT", "", validate=_one_of("", "json", "console")),
        "token_leeway": env.float(
            "TOKEN_LEEWAY", default.token_leeway, validate=validate.Range(0, 300)
        ),
        "jwks_ttl": env.float("JWKS_TTL", default.jwks_ttl, validate=validate.Range(1, 86400)),
        "host": env.str("HOST", default.host, validate=validate.Length(min=1)),
        "port": env.int("PORT", default.port, validate=validate.Range(1, 65535)),
        "threads": env.int("THREADS", default.threads, validate=validate.Range(8, 1024)),
        "body_timeout": env.float(
            "BODY_TIMEOUT", default.body_timeout, validate=validate.Range(1, 600)
        ),
    }


def _faults(env: Env) -> dict[str, str]:
    try:
        env.seal()
    except EnvValidationError as error:
        faults = cast(Mapping[str, list[str]], error.error_messages)
        return {name: " ".join(messages) for name, messages in faults.items()}
    return {}


def _line(name: str, fault: str) -> str:
    return f"{name}: {fault} Example: {name}={EXAMPLES[name]}"


def _listed(env: Env, name: str, check: Callable[[str], None]) -> tuple[str, ...]:
    items = env.list(name, [], subcast=str, validate=lambda found: _each(check, found))
    return tuple(item.strip() for item in items or ())


def _each(check: Callable[[str], None], items: Iterable[str]) -> None:
    for item in items:
        check(item.strip())


def _check_domain(domain: str) -> None:
    if "://" in domain or "/" in domain:
        raise ValidationError("Give the host alone, without scheme and path.")
    found = re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::([0-9]{1,5}))?", domain)
    if not found or int(found[1] or 443) > 65535:
        raise ValidationError("Not a host name, host[:port].")


def _check_organization(organization: str) -> None:
    if not re.fullmatch(r"org_[A-Za-z0-9]+", organization):
        raise ValidationError("Not an organization's id; it starts with org_.")


def _check_database(text: str) -> None:
    try:
        url = make_url(text)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise ValidationError(_NO_DATABASE) from None
    if backend not in DATABASES:
        raise ValidationError(_NO_DATABASE)
    if backend == "sqlite" and url.database in (None, "", ":memory:"):
        raise ValidationError("SQLite in memory would forget everything, and each thread its own.")
    try:
        # Nothing is connected yet; an option that SQLite would ignore is a warning.
        with warnings.catch_warnings(action="error", category=SAWarning):
            engine = create_engine(url)
    except (ImportError, NoSuchModuleError):
        raise ValidationError("The driver that it names is not installed.") from None
    except (ArgumentError, SAWarning, TypeError, ValueError):
        raise ValidationError("An option in its query cannot be used.") from None
    if engine.dialect.is_async:
        raise ValidationError("The driver that it names is for asyncio; PostgreSQL's is psycopg.")


def _check_redis(url: str) -> None:
    if not url:
        return
    try:
        # Nothing is connected yet; options that it does not know are refused.
        ConnectionPool.from_url(url).make_connection()
    except (ValueError, TypeError):
        raise ValidationError("Not a redis://, rediss:// or unix:// address.") from None


def _check_origin(origin: str) -> None:
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?", origin):
        raise ValidationError("Not an origin, scheme://host[:port] without a path.")


def _check_printable(text: str) -> None:
    if not re.fullmatch(r"[\x21-\x7E]*", text):
        raise ValidationError("It may hold printable ASCII characters alone, and no space.")


def _one_of(*choices: str) -> validate.OneOf:
    listed = ", ".join(filter(None, choices))
    return validate.OneOf(choices, error=f"Not one of {listed}.")


def _pair_faults(values: dict[str, Any]) -> dict[str, str]:
    found = {}
    for pair in PAIRS:
        given = [name for name in pair if values[name.lower()]]
        if len(given) == 1:
            [missing] = set(pair) - set(given)
            found[missing] = f"Not set, while {given[0]} is; it takes both."
    return found
