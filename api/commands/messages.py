"""`messages`: imports and exports messages as NDJSON."""

import logging
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn

from api.commands.importing import BATCH, InvalidLines, Line, import_all, import_valid
from api.core.application import Application
from api.core.cli.database import ready_database
from api.core.settings import load
from api.storage.messages import count
from api.storage.messages import messages as stored
from schemas.message import MessageRecord


@click.group()
def messages() -> None:
    """Import and export messages as NDJSON: a JSON object on each line."""
    # The commands print each error themselves.
    logging.disable(logging.WARNING)


@messages.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--keep-going", is_flag=True, help="Skip invalid lines, and import the others.")
@click.pass_obj
def import_(application: Application, file: IO[bytes], keep_going: bool) -> None:
    """Import the messages of FILE, or of standard input (-).

    A line has the members text and author, and may have id, created_at and updated_at. An invalid
    line is reported with its number, and nothing is imported; with --keep-going, the other lines
    are.
    """
    with ready_database(application, load(application.settings)) as database, _lines(file) as lines:
        if not keep_going:
            try:
                written = import_all(database, lines)
            except InvalidLines as error:
                _report(error.lines)
                raise click.ClickException("Nothing was imported.") from error
            click.echo(f"{written} messages imported.", err=True)
            return
        written = skipped = 0
        for imported, invalid in import_valid(database, lines):
            written, skipped = written + imported, skipped + len(invalid)
            _report(invalid)
    click.echo(f"{written} messages imported.", err=True)
    if skipped:
        raise click.ClickException(f"{skipped} lines were skipped.")


@messages.command()
@click.pass_obj
def export(application: Application) -> None:
    """Export all messages to standard output, oldest first."""
    record = MessageRecord()
    with (
        ready_database(application, load(application.settings)),
        _progress(MofNCompleteColumn()) as progress,
    ):
        task = progress.add_task("Exporting", total=count())
        page = stored.page(order="oldest", limit=BATCH)
        while page.items:
            click.echo(b"\n".join(orjson.dumps(record.dump(message)) for message in page.items))
            progress.advance(task, len(page.items))
            if page.next is None:
                break
            page = stored.page(order="oldest", limit=BATCH, cursor=page.next)


def _report(lines: Iterable[Line]) -> None:
    for line in lines:
        click.echo(f"Line {line.number}: {line.fault}", err=True)


@contextmanager
def _lines(file: IO[bytes]) -> Iterator[Iterator[bytes]]:
    """Return the lines of a file, and show how much of it has been read."""
    with _progress(DownloadColumn()) as progress:
        task = progress.add_task("Importing", total=_size(file))

        def read() -> Iterator[bytes]:
            for line in file:
                progress.advance(task, len(line))
                yield line

        yield read()


def _progress(column: DownloadColumn | MofNCompleteColumn) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        column,
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )


def _size(file: IO[bytes]) -> int | None:
    # The size of a pipe is not known.
    try:
        return os.fstat(file.fileno()).st_size or None
    except OSError:
        return None
