"""Tables of checks: drawn on a terminal, and plain lines if the output is piped."""

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
    """How a check ended."""

    PASS = "pass"  # noqa: S105
    OK = "ok"
    FAIL = "FAIL"
    WARN = "warn"
    """It works, and may surprise."""
    NOTE = "note"
    """Not every operation minds."""
    SKIP = "skip"
    """Something that it stands on has failed, which leaves nothing to check."""


@dataclass(frozen=True, slots=True)
class Line:
    """A check, as a line of a table.

    :param check: the name of the check
    :param remedy: what to change, or to do; may be empty
    """

    check: str
    outcome: Outcome
    found: str
    expected: str = ""
    remedy: str = ""


_GOOD, _BAD, _ODD = "green", "bold red", "yellow"
_STYLES: dict[str, str] = {
    **{Outcome.PASS: _GOOD, Outcome.OK: _GOOD, Outcome.FAIL: _BAD},
    **{Outcome.WARN: _ODD, Outcome.NOTE: _ODD, Outcome.SKIP: _ODD},
}


def exit_status(lines: Iterable[Line]) -> int:
    """Return the exit status of a command that has printed these lines: 1 if any has failed."""
    return 1 if any(line.outcome is Outcome.FAIL for line in lines) else 0


def show(columns: Row, rows: Sequence[Row], *, below: bool = False) -> None:
    """Print a table: drawn on a terminal, else a line a row, its cells two blanks apart.

    :param below: draw the last column, of sentences, as a table of its own below the first
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
