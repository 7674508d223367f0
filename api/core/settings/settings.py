"""The settings of the machinery, each declared once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api.core.settings import checks
from api.core.settings.checks import between, one_of, printable
from api.core.settings.conflicts import Conflict, both_or_neither
from api.core.settings.declaration import refuse_duplicates, setting

# PostgreSQL has 100 by default: some are left for other copies, commands and people.
CONNECTIONS_OF_ALL_WORKERS = 80


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, of which each is an environment variable of its name in capitals.

    A team adds its own in a class that inherits from this one (api/settings.py).

    :param workers: how many processes `serve` starts; no environment variable
    :param instance: the directory of the embedded issuer's files; no environment variable
    """

    auth0_domain: tuple[str, ...] = setting(
        (),
        "Tenant or custom domain of Auth0, host[:port] without a scheme; several, separated by "
        "commas. Tokens of these issuers are accepted.",
        example="your-tenant.eu.auth0.com",
        check=checks.host,
        default_text="the embedded issuer, in `run` alone",
        needed_by_serve=True,
    )
    auth0_audience: str = setting(
        "",
        "The API's Identifier in Auth0, which must be in `aud`.",
        example="https://api.example.com/",
        check=printable,
        default_text="that of the embedded issuer",
        needed_by_serve=True,
    )
    auth0_spa_client_id: str = setting(
        "",
        "The single-page application with which Swagger UI logs in.",
        example="your-application-client-id",
        check=printable,
        default_text="tokens are pasted",
    )
    auth0_organizations: frozenset[str] = setting(
        frozenset(),
        "The `org_id`s that are let in, separated by commas.",
        example="org_abc123,org_def456",
        check=checks.organization,
        default_text="all",
    )
    auth0_client_id: str = setting(
        "",
        "The machine-to-machine application with which `token get` gets a token.",
        example="your-machine-to-machine-client-id",
        check=printable,
    )
    auth0_client_secret: str = setting(
        "",
        "The secret of that application.",
        example="your-machine-to-machine-client-secret",
        check=printable,
        secret=True,
    )
    database_url: str = setting(
        "sqlite:///instance/api.db",
        "SQLAlchemy URL of SQLite, PostgreSQL or a database that speaks PostgreSQL's language.",
        example="postgresql+psycopg://user:password@localhost/messages",
        check=checks.database_url,
        secret=True,
    )
    database_pool_size: int | None = setting(
        None,
        "Connections of each process to the database. With many workers, the default is such that "
        "they have at most 80 together; PostgreSQL's own limit is 100.",
        example="8",
        check=between(1, 512),
        default_text="an eighth of the threads, at most 8",
    )
    database_timeout: float = setting(
        5.0,
        "Seconds that the database has for a statement, or to let go of a lock.",
        example="5",
        check=between(1, 60),
    )
    database_retries: int = setting(
        5,
        "How often a transaction is tried again after a deadlock or a serialization failure.",
        example="5",
        check=between(0, 10),
    )
    redis_url: str = setting(
        "",
        "Redis or Valkey that copies of the service share: the memory of seen DPoP proofs.",
        example="redis://localhost:6379/0",
        check=checks.redis_url,
        secret=True,
        default_text="each process its own memory",
    )
    dpop: str = setting(
        "allowed",
        "Proof of possession (RFC 9449): accepted beside Bearer, required, or off.",
        example="allowed",
        check=one_of("allowed", "required", "off"),
    )
    cors_origins: tuple[str, ...] = setting(
        (),
        "Origins whose pages may call the API, separated by commas.",
        example="https://app.example.com,capacitor://localhost",
        check=checks.origin,
    )
    cors_headers: tuple[str, ...] = setting(
        (),
        "Headers that these pages may send, beside those that operations declare, separated by "
        "commas.",
        example="sentry-trace,baggage",
        check=checks.header_name,
    )
    trusted_proxies: int = setting(
        0,
        "How many proxies in front set `X-Forwarded-*` (`-For`, `-Proto`, `-Host`, `-Port`, "
        "`-Prefix`).",
        example="1",
        check=between(0, 10),
    )
    public_url: str = setting(
        "",
        "Where clients reach the API, with the path prefix if there is one. It is needed behind a "
        "proxy that sets no `X-Forwarded-*`.",
        example="https://example.com/messages-api",
        check=checks.public_url,
        default_text="what trusted proxies and the request say",
    )
    log_level: str = setting(
        "info",
        "The least level of what is logged.",
        example="info",
        check=one_of("debug", "info", "warning", "error"),
    )
    log_format: str = setting(
        "",
        "Lines of the log as JSON objects, or for people.",
        example="json",
        check=one_of("", "json", "console"),
        default_text="`console` in `run`, `json` in `serve`",
    )
    token_leeway: float = setting(
        5.0, "Seconds by which clocks may differ.", example="5", check=between(0, 300)
    )
    token_cache: int = setting(
        10_000,
        "How many verified tokens each process remembers, so that one that comes again is not "
        "verified again. 10,000 take 3 MiB; 0 remembers none.",
        example="10000",
        check=between(0, 1_000_000),
    )
    jwks_ttl: float = setting(
        600.0,
        "Seconds after which signing keys are fetched again.",
        example="600",
        check=between(1, 86400),
    )
    host: str = setting(
        "127.0.0.1",
        "Where to listen, if `--host` does not say.",
        example="127.0.0.1",
        check=checks.not_empty,
    )
    port: int = setting(
        3010,
        "Port to listen on, if `--port` does not say.",
        example="3010",
        check=between(1, 65535),
    )
    threads: int = setting(
        128,
        "Threads of each worker. At most five eighths of them wait for signing keys, and an "
        "eighth for a connection to the database.",
        example="128",
        check=between(8, 1024),
    )
    body_timeout: float = setting(
        10.0,
        "Seconds in which a whole request body must arrive.",
        example="10",
        check=between(1, 600),
    )
    max_body: int = setting(
        64 * 1024,
        "Bytes of a request body that are accepted, where an operation does not say.",
        example="65536",
        check=between(1024, 64 * 1024 * 1024),
        default_text="`65536`, 64 KiB",
    )
    max_header: int = setting(
        16 * 1024,
        "Bytes of an `Authorization` header that are accepted.",
        example="16384",
        check=between(1024, 256 * 1024),
        default_text="`16384`, 16 KiB",
    )
    workers: int = 1
    instance: Path = Path("instance")

    def __init_subclass__(cls) -> None:
        refuse_duplicates(cls)

    def __post_init__(self) -> None:
        object.__setattr__(self, "database_url", checks.with_driver(self.database_url))

    def conflicts(self) -> Iterator[Conflict]:
        """Values that do not go together. A subclass adds its own to these."""
        yield from both_or_neither(self, "AUTH0_DOMAIN", "AUTH0_AUDIENCE")
        yield from both_or_neither(self, "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET")
        most = self.threads - self.key_waiters - self.database_waiters - 1
        if (self.database_pool_size or 0) > most:
            fault = f"Over {most}: with {self.threads} THREADS, none would be left for others."
            yield Conflict("DATABASE_POOL_SIZE", fault, "THREADS")

    @property
    def has_tenant(self) -> bool:
        return bool(self.auth0_domain)

    @property
    def issuers(self) -> tuple[str, ...]:
        """The issuer of each domain, in lower case with its trailing slash, as `iss` has it."""
        return tuple(f"https://{domain.lower()}/" for domain in self.auth0_domain)

    # A request that waits for the issuer or the database holds a thread. The three shares are less
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
        if self.database_pool_size:
            return self.database_pool_size
        of_all = max(1, CONNECTIONS_OF_ALL_WORKERS // self.workers)
        return min(8, self.threads // 8, of_all)
