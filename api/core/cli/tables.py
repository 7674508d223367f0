"""Tables that people like to read on a terminal, and plain lines where the output is piped."""

import sys
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.core.text import printable

Row = Sequence[str]

_GOOD, _BAD, _ODD = "green", "bold red", "yellow"
_STYLES = {"pass": _GOOD, "ok": _GOOD, "FAIL": _BAD, "note": _ODD, "warn": _ODD, "skip": _ODD}


def show(columns: Row, rows: Sequence[Row], *, below: bool = False) -> None:
    """Print a table: drawn on a terminal, else a line a row, its cells two blanks apart.

    below: on a terminal the last column, of sentences, has a table of its own below the first.
    """
    table: list[Row] = [[_fit(cell) for cell in row] for row in (columns, *rows)]
    if not sys.stdout.isatty():
        click.echo("\n".join(_plain(table)))
        return
    console = Console()
    for number, part in enumerate(_parts(table) if below else [table]):
        console.print("\n" * number, _drawn(part), sep="", end="")


def _fit(cell: str) -> str:
    """The cell without what would move a cursor, break a line or not fit the output's encoding."""
    return printable(cell).encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding)


def _parts(table: Sequence[Row]) -> list[list[Row]]:
    facts: list[Row] = [row[:-1] for row in table]
    sentences: list[Row] = [(*row[:2], row[-1]) for row in table if row[-1]]
    return [facts, sentences] if len(sentences) > 1 else [facts]


def _drawn(table: Sequence[Row]) -> Table:
    columns, *rows = table
    drawn = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in row))
    return drawn


def _plain(table: Sequence[Row]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
