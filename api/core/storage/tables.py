"""The parts of SQLite's tables that Alembic does not see, and so loses when it writes one anew."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection

_TOKEN = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\]
    | --[^\n]* | /\*.*?\*/ | \w+ | \S""",
    re.VERBOSE | re.DOTALL,
)
_TABLE_CONSTRAINTS = {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"}
_EXPRESSION = -2


class Item(NamedTuple):
    """A column or a constraint of CREATE TABLE.

    column: the name; None for a constraint. words: what is in it. parts: those that Alembic does
    not see. named: those that have a name, which it sees.
    """

    column: str | None
    words: frozenset[str]
    parts: Counter[str]
    named: Counter[str]


class Table(NamedTuple):
    """A table. ids: the last one that AUTOINCREMENT gave."""

    items: list[Item]
    ids: int | None

    @property
    def columns(self) -> set[str]:
        return {item.column for item in self.items if item.column}


class Attached(NamedTuple):
    """A trigger, or an index of an expression. words: what is in it."""

    kind: str
    name: str
    table: str
    words: frozenset[str]


class Tables(NamedTuple):
    """A schema. views: names."""

    tables: dict[str, Table]
    views: set[str]
    attached: dict[str, Attached]


def read(connection: Connection) -> Tables:
    """What there is now."""
    rows = connection.exec_driver_sql(
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    ).all()
    tables = {name: sql for kind, name, _, sql in rows if kind == "table"}
    ids = _ids(connection, "sqlite_sequence" in tables)
    attached = [
        Attached(kind, name, table, _lower(_tokens(sql)))
        for kind, name, table, sql in rows
        if kind == "trigger" or (kind == "index" and _is_of_expression(connection, name))
    ]
    return Tables(
        {name: Table(list(items(sql)), ids.get(name)) for name, sql in tables.items()},
        {name for kind, name, *_ in rows if kind == "view"},
        {each.name: each for each in attached},
    )


def items(sql: str) -> Iterator[Item]:
    """What is between the brackets of CREATE TABLE, comma by comma."""
    tokens = _tokens(sql)
    if tokens[1:2] == ["VIRTUAL"] or "(" not in tokens:
        return
    depth, item = 0, list[tuple[int, str]]()
    for word in tokens[tokens.index("(") :]:
        depth -= word == ")"
        if item and ((depth == 1 and word == ",") or depth == 0):
            yield _item(item)
            item = []
        elif depth > 0:
            item.append((depth, word))
        if depth == 0 and word == ")":
            return
        depth += word == "("


def _item(tokens: list[tuple[int, str]]) -> Item:
    first = tokens[0][1]
    is_constraint = first in _TABLE_CONSTRAINTS
    parts, named = Counter[str](), Counter[str]()
    words = [token for _, token in tokens]
    for place, (depth, _) in enumerate(tokens):
        part = _part(words[place : place + 3], depth, words[max(0, place - 1) : place])
        is_named = words[max(0, place - 2) : place][:1] == ["CONSTRAINT"] and part == "CHECK"
        if part:
            (named if is_named or first == "CONSTRAINT" else parts)[part] += 1
    return Item(None if is_constraint else first.lower(), _lower(words), parts, named)


def _part(words: list[str], depth: int, before: list[str]) -> str | None:
    if words[0] == "AUTOINCREMENT":
        return words[0]
    if depth > 1:
        return None
    if words[0] == "ON" and words[1:2] in (["DELETE"], ["UPDATE"], ["CONFLICT"]):
        return None if words[2:] == ["NO"] else " ".join(words[:2])
    if words[0] == "DEFERRABLE":
        return None if before == ["NOT"] else words[0]
    return words[0] if words[0] in {"CHECK", "COLLATE"} else None


def _tokens(sql: str) -> list[str]:
    """In upper case, names without quotes; a quoted one in lower case is no word of SQL's."""
    tokens = (match.group() for match in _TOKEN.finditer(sql))
    return [_plain(token) for token in tokens if not token.startswith(("--", "/*"))]


def _plain(token: str) -> str:
    if len(token) > 1 and token[0] in '"`[':
        # Names are the same in either case.
        return token[1:-1].lower()
    return token.upper()


def _lower(words: list[str]) -> frozenset[str]:
    return frozenset(word.lower() for word in words)


def _ids(connection: Connection, has_any: bool) -> dict[str, int]:
    if not has_any:
        return {}
    rows = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence").all()
    return {name: int(seq) for name, seq in rows}


def _is_of_expression(connection: Connection, index: str) -> bool:
    quoted = connection.dialect.identifier_preparer.quote_identifier(index)
    rows = connection.exec_driver_sql(f"PRAGMA index_xinfo({quoted})").all()
    return any(row[1] == _EXPRESSION for row in rows)
