"""What a failure of the database means: an outage, work for another attempt, or a defect."""

import re
import sqlite3

from sqlalchemy import Dialect
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError

# SQLSTATE 40001 serialization_failure (what distributed databases ask to be tried again), 40P01
# deadlock_detected: the transaction did nothing, and may succeed the next time.
TRY_AGAIN = frozenset({"40001", "40P01"})

# SQLSTATEs and classes of them that speak of the server and not of the statement: 08 connection,
# 53 resources, 57 intervention (shut down, timed out), 58 system, F0 configuration, XX internal;
# 25006 read_only_sql_transaction (a former primary), 25P03 and 25P04 (a transaction's timeouts),
# 40003 statement_completion_unknown, 55P03 lock_not_available.
AWAY = ("08", "53", "57", "58", "F0", "XX", "25006", "25P03", "25P04", "40003", "55P03")

# After these, no connection can be trusted to lead to a server that works: all are made anew.
DOUBTFUL = ("08", "57P", "25006")

# What a connection has prepared is no longer valid: 26000 and 42P05 say that another one has taken
# its place at the server. A plan whose columns have changed shares its SQLSTATE with much else.
STALE = frozenset({"26000", "42P05"})
STALE_PLAN = "cached plan must not change result type"

# How libpq and psycopg call an option in the address that they cannot use, whatever the server.
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

# Kinds of outages in which reading goes on, so that it does not tell that they are over: another
# one writes, the disk is full (53100 disk_full), or nothing may be written.
READS_GO_ON = frozenset(
    f"SQLite {code}" for code in {*_SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY}
) | {"25006", "53100"}


class Unavailable(Exception):
    """The database cannot be reached, or does not answer in time. Where it went away at a commit,
    nobody knows whether that took place. kind: what tells this state from others."""

    def __init__(self, text: str, kind: str = "") -> None:
        super().__init__(text)
        self.kind = kind or text


class Busy(Unavailable):
    """The database works, and others use all its connections for longer than one waits."""


def is_passing(error: DBAPIError) -> bool:
    """Whether the transaction did nothing, and may succeed when it is tried again."""
    return _sqlstate(error.orig) in TRY_AGAIN


def is_stale(error: DBAPIError) -> bool:
    """Whether the same statement succeeds on a new connection."""
    return _is_stale(error.orig)


def is_locked(error: DBAPIError) -> bool:
    """Whether another transaction holds a lock for longer than this one waits."""
    return _sqlstate(error.orig) == "55P03" or _sqlite_code(error.orig) in _SQLITE_LOCKED


def outage(error: DBAPIError, dialect: Dialect) -> str | None:
    """The kind of the outage that a failure tells of; None where it is a defect."""
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
    """A listener of SQLAlchemy's handle_error: have doubtful connections thrown away."""
    original = context.original_exception
    if _sqlstate(original).startswith(DOUBTFUL) or _is_stale(original):
        context.is_disconnect = True


def _is_silent(error: BaseException | None, dialect: Dialect) -> bool:
    """Whether no server was reached, or one left in the middle: the driver has no SQLSTATE then."""
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
    # psycopg2 has it by another name.
    return str(getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or "")


def _sqlite_code(error: BaseException | None) -> int:
    """The primary code: extended ones have more in their upper bytes."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
