"""Connections to PostgreSQL by psycopg: bounded on our side, and at home behind a pooler."""

import math
import socket
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

from api.core.storage import deadline

RV = TypeVar("RV")

# A ping that takes longer is none: time must be left to find another server.
PING_SECONDS = 1.0

# A peer that vanished is noticed by the system after these seconds, milliseconds and counts, even
# where nobody waits for an answer; an option in the address has precedence.
KEEPALIVE = {
    "keepalives": "1",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "6000",
}

# These are for programs; as the text of an address they would mean something else, or nothing.
_NO_OPTIONS = ("autocommit", "cursor_factory", "row_factory")

# Behind a pooler, the process at the other end is not the one that greeted us. There, nothing may
# be set that outlasts the transaction: others will use the same connection.
_SET_TIMEOUT = (
    "SELECT set_config('statement_timeout', %s, false) WHERE pg_catalog.pg_backend_pid() = %s"
)


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that closes itself when an answer takes longer than the deadline allows.

    is_pooled: whether there is a pooler in between.
    """

    is_pooled = False

    def wait(self, gen: PQGen[RV], *args: Any, **kwargs: Any) -> RV:
        left = deadline.left()
        if left is None:
            return super().wait(gen, *args, **kwargs)
        # Only the pool's ping uses autocommit.
        seconds = min(left, PING_SECONDS) if self.autocommit else left
        try:
            return super().wait(gen, timeout=seconds)
        except psycopg.errors._WaitTimeout as error:
            # What it says later is the answer to a question that nobody asks any more.
            self.close()
            raise psycopg.OperationalError("the server did not answer in time") from error


def connect(wait: float, /, *conninfo: str, **parameters: Any) -> BoundedConnection:
    """A connection, set up; conninfo and parameters are those of psycopg.

    :param wait: seconds that a statement may take
    """
    options = KEEPALIVE | {"connect_timeout": _connect_timeout(parameters, wait)} | parameters
    connection = BoundedConnection.connect(*conninfo, **options | _prepare_threshold(options))
    try:
        _set_up(connection, wait)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up(connection: BoundedConnection, wait: float) -> None:
    setting = (f"{round(wait * 1000)}ms", connection.info.backend_pid)
    connection.is_pooled = connection.execute(_SET_TIMEOUT, setting).fetchone() is None
    connection.commit()
    if connection.is_pooled:
        # What is prepared there, the next transaction may not find.
        connection.prepare_threshold = None


def _prepare_threshold(options: dict[str, Any]) -> dict[str, int | None]:
    for name in _NO_OPTIONS:
        if name in options:
            raise psycopg.ProgrammingError(f'"{name}" is no option of an address')
    text = options.get("prepare_threshold", "5")
    try:
        return {"prepare_threshold": None if str(text).lower() == "none" else int(text)}
    except ValueError:
        raise psycopg.ProgrammingError(f'invalid prepare_threshold value: "{text}"') from None


def _connect_timeout(parameters: dict[str, Any], wait: float) -> int:
    """In whole seconds; it counts anew for each address. libpq takes 0 for ever."""
    left = deadline.left()
    seconds = math.ceil(wait) if left is None else math.floor(left / _addresses(parameters))
    return max(1, seconds)


def _addresses(parameters: dict[str, Any]) -> int:
    hosts = str(parameters.get("host", "")).split(",")
    return sum(_addresses_of(host) for host in hosts)


def _addresses_of(host: str) -> int:
    if not host or host.startswith("/"):
        return 1
    try:
        return len(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    except OSError:
        # Connecting will say so.
        return 1
