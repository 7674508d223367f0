"""Tables: drawn on a terminal, and plain lines in a pipe."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.core.text import printable

Row = Sequence[str]


class Outcome(StrEnum):
    """The outcome of a check."""

    PASS = "pass"  # noqa: S105
    OK = "ok"
    FAIL = "FAIL"
    WARN = "warn"
    """The setting works, but may be unexpected."""
    NOTE = "note"
    """The check concerns only some operations."""
    SKIP = "skip"
    """A check that this one depends on has failed."""


@dataclass(frozen=True, slots=True)
class Line:
    """The result of a check as a line of a table.

    :param check: the name of the check
    :param outcome: its outcome
    :param found: the value that was checked
    :param expected: the expected value
    :param remedy: what to do; it may be empty
    """

    check: str
    outcome: Outcome
    found: str
    expected: str = ""
    remedy: str = ""


_STYLES: dict[str, str] = {
    **dict.fromkeys((Outcome.PASS, Outcome.OK), "green"),
    **dict.fromkeys((Outcome.WARN, Outcome.NOTE, Outcome.SKIP), "yellow"),
    Outcome.FAIL: "bold red",
}


def exit_status(lines: Iterable[Line]) -> int:
    """Return the exit status of a command: 1 if a check has failed, else 0.

    :param lines: the results of its checks
    """
    return 1 if any(line.outcome is Outcome.FAIL for line in lines) else 0


def show(columns: Row, rows: Sequence[Row], *, below: bool = False) -> None:
    """Print a table. It is drawn on a terminal; otherwise each row is a line.

    :param columns: the headings
    :param rows: the cells of each row
    :param below: draw the last column, which has sentences, as a table of its own below the first
    """
    table: list[Row] = [[_fit(cell) for cell in row] for row in (columns, *rows)]
    if not sys.stdout.isatty():
        click.echo("\n".join(_plain(table)))
        return
    console = Console()
    for number, part in enumerate(_parts(table) if below else [table]):
        console.print("\n" * number, _drawn(part), sep="", end="")


def _fit(cell: str) -> str:
    """Replace characters that move the cursor, break the line or are not in the encoding."""
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
