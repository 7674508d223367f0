"""The classification of database errors: outages, retries and defects."""

import re
import sqlite3

from sqlalchemy import Dialect
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError

# SQLSTATE 40001 serialization_failure and 40P01 deadlock_detected: the transaction was rolled back,
# and may succeed if it is tried again.
TRY_AGAIN = frozenset({"40001", "40P01"})

# SQLSTATEs and their classes that concern the server and not the statement: 08 connection,
# 53 resources, 57 intervention (shut down, timed out), 58 system, F0 configuration, XX internal;
# 25006 read_only_sql_transaction (a former primary), 25P03 and 25P04 (a transaction's timeouts),
# 40003 statement_completion_unknown, 55P03 lock_not_available.
AWAY = ("08", "53", "57", "58", "F0", "XX", "25006", "25P03", "25P04", "40003", "55P03")

# After these, the pool replaces all connections, since they may lead to a server that is gone.
DOUBTFUL = ("08", "57P", "25006")

# The prepared statements of a connection are no longer valid: with 26000 and 42P05, a pooler has
# replaced the server's connection. A plan whose columns have changed has a SQLSTATE that other
# errors have as well, so that its message is compared.
STALE = frozenset({"26000", "42P05"})
STALE_PLAN = "cached plan must not change result type"

# The messages of libpq and psycopg for an invalid option in the URL, which is no outage.
_BAD_OPTION = re.compile(
    r"(invalid|bad) ([\w-]+ )*(value|option|port number)\b|no option of an address"
)

_SQLITE_AWAY = frozenset(
    {
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN),
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR),
        *(sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB),
    }
)
_SQLITE_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})

# Outages in which reads still succeed, so that a read does not prove that they have ended: another
# transaction writes, the disk is full (53100 disk_full), or the database is read-only.
READS_GO_ON = frozenset(
    f"SQLite {code}" for code in {*_SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY}
) | {"25006", "53100"}


class Unavailable(Exception):
    """The database cannot be reached, or does not answer in time.

    If this happened during a commit, it is unknown whether the commit took place.
    """

    def __init__(self, text: str, kind: str = "") -> None:
        """
        :param text: the cause
        :param kind: the kind of the outage, of which the log has one line; by default the text
        """
        super().__init__(text)
        self.kind = kind or text


class Busy(Unavailable):
    """The database works, but no connection became free in time."""


def is_passing(error: DBAPIError) -> bool:
    """Return whether a transaction was rolled back, and may succeed if it is tried again.

    :param error: its error
    """
    return _sqlstate(error.orig) in TRY_AGAIN


def is_stale(error: DBAPIError) -> bool:
    """Return whether the same statement would succeed on a new connection.

    :param error: its error
    """
    return _is_stale(error.orig)


def is_locked(error: DBAPIError) -> bool:
    """Return whether another transaction held a lock for too long.

    :param error: the error of this transaction
    """
    return _sqlstate(error.orig) == "55P03" or _sqlite_code(error.orig) in _SQLITE_LOCKED


def outage(error: DBAPIError, dialect: Dialect) -> str | None:
    """Return the kind of an outage; None if an error is a defect instead.

    :param error: the error
    :param dialect: the dialect of the database
    """
    state = _sqlstate(error.orig)
    if state.startswith((*AWAY, *TRY_AGAIN)):
        return state
    code = _sqlite_code(error.orig)
    if code in _SQLITE_AWAY:
        return f"SQLite {code}"
    if error.connection_invalidated or _is_silent(error.orig, dialect):
        return "connection"
    return None


def distrust(context: ExceptionContext) -> None:
    """Let the pool replace its connections after certain errors.

    :param context: the argument of SQLAlchemy's event handle_error
    """
    original = context.original_exception
    if _sqlstate(original).startswith(DOUBTFUL) or _is_stale(original):
        context.is_disconnect = True


def _is_silent(error: BaseException | None, dialect: Dialect) -> bool:
    """Return whether the connection failed: the driver then has no SQLSTATE."""
    driver = dialect.loaded_dbapi
    return (
        dialect.name != "sqlite"
        and isinstance(error, (driver.OperationalError, driver.InterfaceError))
        and not _sqlstate(error)
        and not _BAD_OPTION.search(str(error))
    )


def _is_stale(error: BaseException | None) -> bool:
    state = _sqlstate(error)
    return state in STALE or (state == "0A000" and STALE_PLAN in str(error))


def _sqlstate(error: BaseException | None) -> str:
    # psycopg2 calls it pgcode.
    return str(getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or "")


def _sqlite_code(error: BaseException | None) -> int:
    # The lowest byte of an extended result code is the primary result code.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
