"""`messages`: import and export, an object a line (NDJSON)."""

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

from api.commands.importing import BATCH, BadLines, Line, import_all, import_good
from api.core.application import Application
from api.core.cli.database import ready_database
from api.core.settings import load
from api.storage import messages as stored
from schemas.message import MessageRecord


@click.group()
def messages() -> None:
    """Import and export messages, an object a line (NDJSON)."""
    # A fault ends as a line, not as a line and a warning.
    logging.disable(logging.WARNING)


@messages.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--keep-going", is_flag=True, help="Leave bad lines out, and import the others.")
@click.pass_obj
def import_(application: Application, file: IO[bytes], keep_going: bool) -> None:
    """Import the messages of FILE, or of standard input (-).

    A line: {"text", "author"}, and what is known of {"id", "created_at", "updated_at"}. A bad line
    is reported with its number, and nothing of the file is written; with --keep-going, all others
    are.
    """
    with ready_database(application, load(application.settings)) as database, _lines(file) as lines:
        if not keep_going:
            try:
                written = import_all(database, lines)
            except BadLines as error:
                _report(error.lines)
                raise click.ClickException("Nothing was imported.") from error
            click.echo(f"{written} messages imported.", err=True)
            return
        written = left_out = 0
        for good, bad in import_good(database, lines):
            written, left_out = written + good, left_out + len(bad)
            _report(bad)
    click.echo(f"{written} messages imported.", err=True)
    if left_out:
        raise click.ClickException(f"{left_out} lines were left out.")


@messages.command()
@click.pass_obj
def export(application: Application) -> None:
    """Export all messages to standard output, oldest first."""
    record = MessageRecord()
    with (
        ready_database(application, load(application.settings)),
        _progress(MofNCompleteColumn()) as progress,
    ):
        task = progress.add_task("Exporting", total=stored.count())
        last = None
        while batch := stored.after(last, BATCH):
            click.echo(b"\n".join(orjson.dumps(record.dump(message)) for message in batch))
            last = batch[-1]
            progress.advance(task, len(batch))


def _report(lines: Iterable[Line]) -> None:
    for line in lines:
        click.echo(f"Line {line.number}: {line.fault}", err=True)


@contextmanager
def _lines(file: IO[bytes]) -> Iterator[Iterator[bytes]]:
    """The lines of a file, with a bar that shows how much of it is read."""
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
    """In bytes; a pipe's is not known."""
    try:
        return os.fstat(file.fileno()).st_size or None
    except OSError:
        return None
