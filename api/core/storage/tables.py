"""The parts of SQLite tables that Alembic does not see, and loses when it rewrites a table."""

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

    :param column: the name of the column; None for a constraint
    :param words: its tokens
    :param parts: the parts that Alembic does not see
    :param named: the parts that have a name, which Alembic sees
    """

    column: str | None
    words: frozenset[str]
    parts: Counter[str]
    named: Counter[str]


class Table(NamedTuple):
    """A table.

    :param items: its columns and constraints
    :param ids: the last id that AUTOINCREMENT has assigned
    """

    items: list[Item]
    ids: int | None

    @property
    def columns(self) -> set[str]:
        """The names of its columns."""
        return {item.column for item in self.items if item.column}


class Attached(NamedTuple):
    """A trigger, or an index of an expression.

    :param kind: "trigger" or "index"
    :param name: its name
    :param table: the name of its table
    :param words: its tokens
    """

    kind: str
    name: str
    table: str
    words: frozenset[str]


class Tables(NamedTuple):
    """A schema.

    :param tables: the tables by name
    :param views: the names of the views
    :param attached: the triggers, and the indexes of expressions, by name
    """

    tables: dict[str, Table]
    views: set[str]
    attached: dict[str, Attached]


def read(connection: Connection) -> Tables:
    """Return the current schema of a database.

    :param connection: a connection to a SQLite database
    """
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
    """Return the columns and constraints of a table.

    :param sql: its CREATE TABLE
    """
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
    for index, (depth, _) in enumerate(tokens):
        part = _part(words[index : index + 3], depth, words[max(0, index - 1) : index])
        is_named = words[max(0, index - 2) : index][:1] == ["CONSTRAINT"] and part == "CHECK"
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
    """Return tokens in upper case. Quoted names are in lower case, unlike keywords."""
    tokens = (match.group() for match in _TOKEN.finditer(sql))
    return [_plain(token) for token in tokens if not token.startswith(("--", "/*"))]


def _plain(token: str) -> str:
    if len(token) > 1 and token[0] in '"`[':
        # Names are case-insensitive.
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
