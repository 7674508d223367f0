"""Parts of SQLite tables that a migration loses by accident.

SQLite supports few kinds of ALTER TABLE, so Alembic rewrites a table as it sees it
(batch_alter_table). What Alembic does not see is lost: triggers, AUTOINCREMENT, collations,
conflict clauses, indexes of expressions, CHECKs without a name, and ON DELETE of a column's own
REFERENCES. A migration that removes one of these on purpose drops it itself, or lists it:

    loses = ["CHECK of messages"]
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, event

from api.core.storage import tables
from api.core.storage.tables import Attached, Table, Tables

_NAME = r"""["`\[]?([\w$]+)["`\]]?"""
_DROP = re.compile(rf"\s*DROP\s+(?:TRIGGER|INDEX)\s+(?:IF\s+EXISTS\s+)?{_NAME}", re.IGNORECASE)
_RENAME = re.compile(rf"\s*ALTER\s+TABLE\s+{_NAME}\s+RENAME\s+TO\s+{_NAME}", re.IGNORECASE)
# Alembic gives a table this prefix while it rewrites it.
_TEMPORARY = "_alembic_tmp_"


class Losses:
    """A comparison of the schema before and after each migration on a connection."""

    def __init__(self, connection: Connection) -> None:
        """
        :param connection: the connection that runs the migrations
        """
        self._connection = connection
        self._before = tables.read(connection)
        self._statements: list[str] = []
        event.listen(connection, "after_cursor_execute", self._note)

    def since_last(self) -> list[str]:
        """Return what was lost since the last call, in the terms of a migration's `loses`."""
        statements, self._statements = self._statements, []
        before = _renamed(self._before, statements)
        after = tables.read(self._connection)
        lost = [*_of_tables(before, after), *_of_attached(before, after, _dropped(statements))]
        if not any("sqlite_sequence" in each for each in statements):
            _restore_ids(self._connection, before, after)
        self._before = tables.read(self._connection)
        self._statements.clear()
        return sorted(lost)

    def _note(self, _connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        self._statements.append(statement)


def _dropped(statements: list[str]) -> set[str]:
    return {match[1].lower() for match in map(_DROP.match, statements) if match}


def _renamed(before: Tables, statements: list[str]) -> Tables:
    """Return the former schema with the tables' later names."""
    names = {name.lower(): name for name in before.tables}
    for match in filter(None, map(_RENAME.match, statements)):
        if not match[1].startswith(_TEMPORARY) and match[1].lower() in names:
            names[match[2].lower()] = names.pop(match[1].lower())
    now = {former: later for later, former in names.items()}
    return Tables(
        {later: before.tables[former] for later, former in names.items()},
        {name.lower() for name in before.views},
        {
            name: each._replace(table=now.get(each.table, each.table).lower())
            for name, each in before.attached.items()
        },
    )


def _of_tables(before: Tables, after: Tables) -> Iterator[str]:
    for name, now in after.tables.items():
        if name.lower() in before.tables:
            for part in _of_table(before.tables[name.lower()], now):
                yield f"{part} of {name}"


def _of_table(before: Table, after: Table) -> Iterator[str]:
    gone = before.columns - after.columns
    if len(after.columns - before.columns) >= len(gone):
        # As many columns were added: they were renamed.
        gone = set()
    stayed = [item for item in before.items if not item.words & gone]
    expected = _sum(item.parts for item in stayed)
    named = _sum(item.named for item in after.items) - _sum(item.named for item in stayed)
    yield from (expected - _sum(item.parts for item in after.items) - named)


def _sum(counters: Iterator[Counter[str]]) -> Counter[str]:
    return sum(counters, Counter[str]())


def _of_attached(before: Tables, after: Tables, dropped: set[str]) -> Iterator[str]:
    remaining = {name.lower(): table for name, table in after.tables.items()}
    views = {name.lower() for name in after.views}
    now = {name.lower() for name in after.attached}
    for name, each in before.attached.items():
        if name.lower() in now | dropped or each.table not in remaining.keys() | views:
            continue
        if each.kind == "trigger" or not _mentions_gone(each, before, remaining[each.table]):
            yield f"{each.kind} {name}"


def _mentions_gone(index: Attached, before: Tables, after: Table) -> bool:
    return bool(index.words & (before.tables[index.table].columns - after.columns))


def _restore_ids(connection: Connection, before: Tables, after: Tables) -> None:
    """Restore the sequences of AUTOINCREMENT, so that the id of a deleted row is not reused."""
    for name, now in after.tables.items():
        then = before.tables.get(name.lower())
        has_ids = any("AUTOINCREMENT" in item.parts for item in now.items)
        if then is None or then.ids is None or not has_ids or (now.ids or 0) >= then.ids:
            continue
        connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
        connection.exec_driver_sql("INSERT INTO sqlite_sequence VALUES (?, ?)", (name, then.ids))
