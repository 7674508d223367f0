"""Tables that people like to read on a terminal, and plain lines where the output is piped."""

import sys
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = Sequence[str]

_STYLES = {"pass": "green", "FAIL": "bold red", "note": "yellow"}


def show(columns: Row, rows: Sequence[Row]) -> None:
    """Print a table: drawn on a terminal, else a line a row, its cells two blanks apart."""
    if sys.stdout.isatty():
        Console().print(_drawn(columns, rows))
    else:
        click.echo("\n".join(_plain([columns, *rows])))


def _drawn(columns: Row, rows: Sequence[Row]) -> Table:
    table = Table(*columns, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in row))
    return table


def _plain(rows: Sequence[Row]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
