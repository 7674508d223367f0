"""Connections to PostgreSQL by psycopg, with deadlines, also behind a pooler."""

import math
import socket
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

from api.core.storage import deadline

RV = TypeVar("RV")

# A ping that takes longer has failed, so that time is left to connect to another server.
PING_SECONDS = 1.0

# With these settings, the operating system notices a lost peer even if nothing waits for an answer.
# An option in the URL takes precedence.
KEEPALIVE = {
    "keepalives": "1",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "6000",
}

# psycopg accepts these as arguments, but the text of a URL has no meaningful value for them.
_NO_OPTIONS = ("autocommit", "cursor_factory", "row_factory")

# Behind a pooler, the server process is not the one that accepted the connection. No setting may
# outlast the transaction there, since other clients use the same connection.
_SET_TIMEOUT = (
    "SELECT set_config('statement_timeout', %s, false) WHERE pg_catalog.pg_backend_pid() = %s"
)


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that closes itself if an answer does not arrive before the deadline.

    :ivar is_pooled: whether there is a pooler in front of the server
    """

    is_pooled = False

    def wait(self, gen: PQGen[RV], *args: Any, **kwargs: Any) -> RV:
        """Wait for an answer, as psycopg does, until the deadline.

        :param gen: the generator of psycopg
        :raises psycopg.OperationalError: the deadline has passed
        """
        left = deadline.left()
        if left is None:
            return super().wait(gen, *args, **kwargs)
        # Only the pool's ping uses autocommit.
        seconds = min(left, PING_SECONDS) if self.autocommit else left
        try:
            return super().wait(gen, timeout=seconds)
        except psycopg.errors._WaitTimeout as error:
            # The connection cannot be used again, since a late answer would be taken for the next.
            self.close()
            raise psycopg.OperationalError("the server did not answer in time") from error


def connect(wait: float, /, *conninfo: str, **parameters: Any) -> BoundedConnection:
    """Return a new connection with a statement timeout.

    :param wait: the seconds that a statement may take
    :param conninfo: as of psycopg.connect
    :param parameters: as of psycopg.connect
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
        # The next transaction may use another connection, without the prepared statements.
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
    # libpq applies whole seconds to each IP address in turn, and waits without limit for 0.
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
        # The attempt to connect will report this error.
        return 1
