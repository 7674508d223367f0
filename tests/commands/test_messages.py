"""The command `messages`: exports can be imported again, and bad lines are reported."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from api.commands.importing import BATCH
from api.core.storage import Database, schema
from api.storage.models import Message
from tests.core.support.cli import Result, Runner
from tests.core.support.commands import complaint, manage
from tests.core.support.databases import ON_BOTH
from tests.core.support.server import ROOT, SECONDS, clean_environment

MANAGE = (str(ROOT / "manage.py"),)

ID = "01934f6c-8b1e-7c3a-9d52-6f0e4b7a1c23"
TAKEN = "/id: A message with this id exists already."
NOTHING = "Error: Nothing was imported."


def line(said: object = "Ahoy", **members: Any) -> bytes:
    """Return a good line, with `members` added."""
    return json.dumps({"text": said, "author": "auth0|ann"} | members).encode()


def numbered(count: int) -> list[bytes]:
    return [line(f"No. {number}") for number in range(count)]


def count(database: Database) -> int:
    statement = select(func.count()).select_from(Message)
    return database.run(lambda session: session.scalars(statement).one(), writes=False)


@pytest.fixture
def load(runner: Runner, database_url: str) -> Any:
    """`load([line(), …])`: import a file with these lines, and return how the command ended."""

    def run(lines: list[bytes], *options: str) -> Result:
        file = runner.directory / "messages.ndjson"
        file.write_bytes(b"\n".join(lines))
        return runner("messages", "import", str(file), *options, DATABASE_URL=database_url)

    return run


@ON_BOTH
def test_there_and_back(runner: Runner, load: Any, database_url: str) -> None:
    """An export that is imported into an empty database is exported again byte for byte."""
    environment = {"DATABASE_URL": database_url}
    moment = "2026-01-02T03:04:05.678901Z"
    lines = [
        *numbered(BATCH + 1),
        *(line(said, created_at=moment) for said in ("ß İ ﬃ", "\U0001f6a2\u2028\u0085", '"\\\n\t')),
        line("x" * 2000, author="\u00e9" * 255, created_at="2026-01-02T05:04:05+02:00"),
        line(id=ID, created_at="0001-01-01T00:00:00Z", updated_at="9999-12-31T23:59:59.999999Z"),
    ]
    assert load(lines) == (0, "", f"{BATCH + 6} messages imported.\n")
    first = runner("messages", "export", **environment)
    assert (first.code, first.err) == (0, "")
    runner("db", "downgrade", "base", **environment)
    runner("db", "upgrade", **environment)
    assert runner("messages", "export", **environment) == (0, "", "")
    assert load([first.out.encode()]).code == 0
    assert runner("messages", "export", **environment) == first


@ON_BOTH
def test_export(runner: Runner, load: Any, database_url: str) -> None:
    """An export prints one JSON object per line and nothing else, the oldest first."""
    load([line(said, created_at=f"2026-01-0{said}T00:00:00Z") for said in "312"])
    result = runner("messages", "export", DATABASE_URL=database_url)
    found = [json.loads(each) for each in result.out.splitlines()]
    assert [each["text"] for each in found] == ["1", "2", "3"]
    assert all([*each] == ["id", "text", "author", "created_at", "updated_at"] for each in found)


def test_what_is_left_out_is_made(runner: Runner, load: Any, database_url: str) -> None:
    """A missing id is made with version 7. A missing time of creation is the time of change, if
    that is given."""
    load([line(), line("Later", updated_at="2030-01-01T00:00:00Z")])
    result = runner("messages", "export", DATABASE_URL=database_url)
    made, later = (json.loads(each) for each in result.out.splitlines())
    assert {UUID(each["id"]).version for each in (made, later)} == {7}
    assert made["created_at"] == made["updated_at"]
    assert later["created_at"] == later["updated_at"] == "2030-01-01T00:00:00.000000Z"


@ON_BOTH
def test_standard_input(tmp_path: Path, database_url: str, database: Database) -> None:
    """`-` reads standard input. Blank lines are ignored, and the count is on standard error."""
    data = b"\n" + line() + b"\r\n \t\n\n" + line()
    result = manage(
        tmp_path,
        "messages",
        "import",
        "-",
        stdin=data,
        DATABASE_URL=database_url,
        program=MANAGE,
    )
    assert result == (0, "", "2 messages imported.\n")
    assert count(database) == 2


@pytest.mark.parametrize("lines", [[], [b"", b" "]], ids=["empty", "blank"])
def test_nothing_to_import(load: Any, lines: list[bytes]) -> None:
    """A file without messages is imported successfully."""
    assert load(lines) == (0, "", "0 messages imported.\n")


BAD = {
    b"{": "not JSON: Expecting property name enclosed in double quotes at character ",
    b"[]": "Invalid input type.",
    b"null": "Invalid input type.",
    b"\xff": "not JSON: it is not UTF-8",
    b"\xef\xbb\xbf" + line(): "not JSON: Unexpected UTF-8 BOM",
    b"[" * 10_000: "not JSON: it is nested deeper than 32 levels",
    b"1" * 10_000: "not JSON: ",
    b'{"text": NaN, "author": "a"}': "not JSON: NaN and Infinity are not JSON",
    b'{"text": "x", "author": "a", "text": "y"}': "not JSON: a member is given twice",
    b'{"text": "x"}': "/author: Missing data for required field.",
    line(author=None): "/author: Field may not be null.",
    line(author="a" * 256): "/author: Length must be between 1 and 255.",
    line(" "): "/text: Length must be between 1 and 2000.",
    line("x" * 2001): "/text: Length must be between 1 and 2000.",
    line("x" * 5_000_000): "/text: Length must be between 1 and 2000.",
    line("\0"): "/text: It may not hold the character NUL (U+0000).",
    line("\ud800"): "/text: It may not hold lone surrogates (U+D800 to U+DFFF).",
    line("Ahoy", **{"a/b": 1}): "/a~1b: Unknown field.",
    line(1, id="7"): "/id: Not a valid UUID.; /text: Not a valid string.",
    line(created_at="2026-01-02T03:04:05"): "/created_at: Not a date-time of RFC 3339",
    line(
        created_at="0001-01-01T00:00:00+01:00"
    ): "/created_at: In UTC, it is before the year 1 or after 9999",
    line(created_at="2026-01-02T00:00:00Z", updated_at="2026-01-01T00:00:00Z"): (
        "/updated_at: It is before created_at."
    ),
}


@pytest.mark.parametrize(("bad", "said"), BAD.items(), ids=lambda value: ascii(value[:40]))
def test_bad_line(load: Any, database: Database, bad: bytes, said: str) -> None:
    """A bad line is reported with its number and its fault, and nothing is written."""
    result = load([line(), b"", bad, line()])
    assert (result.code, result.out) == (1, "")
    report, last = result.err.splitlines()
    assert report.startswith(f"Line 3: {said}")
    assert last == NOTHING
    assert count(database) == 0


@ON_BOTH
def test_bad_line_far_down(load: Any, database: Database) -> None:
    """A bad line in a later batch also keeps the earlier batches from being written."""
    result = load([*numbered(2 * BATCH + 1), b"{}"])
    assert result.err.splitlines() == [
        f"Line {2 * BATCH + 2}: /text: Missing data for required field.; "
        "/author: Missing data for required field.",
        NOTHING,
    ]
    assert count(database) == 0


@ON_BOTH
@pytest.mark.parametrize("between", [0, BATCH], ids=["near", "far"])
def test_id_given_twice(load: Any, database: Database, between: int) -> None:
    """An id that an earlier line has, in any spelling, is a fault of the later line."""
    lines = [line(id=ID), *numbered(between), line(id=f"{{{ID.upper()}}}")]
    assert load(lines).err.splitlines() == [f"Line {between + 2}: {TAKEN}", NOTHING]
    assert count(database) == 0
    assert load(lines, "--keep-going").code == 1
    assert count(database) == between + 1


@ON_BOTH
def test_id_in_the_database(runner: Runner, load: Any, database: Database) -> None:
    """An id that the database has is a fault, and the stored message is unchanged."""
    environment = {"DATABASE_URL": database.url.render_as_string(hide_password=False)}
    load([line("First", id=ID)])
    before = runner("messages", "export", **environment)
    for option in ([], ["--keep-going"]):
        result = load([line("Second", id=ID)], *option)
        assert (result.code, result.err.splitlines()[0]) == (1, f"Line 1: {TAKEN}")
    assert runner("messages", "export", **environment) == before


@ON_BOTH
def test_keep_going(load: Any, database: Database) -> None:
    """With --keep-going, good lines are imported, each bad line is reported, and the exit status is
    1."""
    lines = [*BAD, *numbered(BATCH), b"{", line()]
    result = load(lines, "--keep-going")
    assert (result.code, result.out) == (1, "")
    *reports, written, left_out = result.err.splitlines()
    numbers = [*range(1, len(BAD) + 1), len(lines) - 1]
    assert [report.split(":")[0] for report in reports] == [f"Line {each}" for each in numbers]
    assert written == f"{BATCH + 1} messages imported."
    assert left_out == f"Error: {len(BAD) + 1} lines were skipped."
    assert count(database) == BATCH + 1


@pytest.mark.parametrize("name", ["nope", "."])
def test_no_file(runner: Runner, database_url: str, name: str) -> None:
    """A FILE that is not a file is refused in one line."""
    result = runner("messages", "import", name, DATABASE_URL=database_url)
    assert result.code == 2
    assert complaint(result).startswith(f"Invalid value for 'FILE': '{name}': ")


@ON_BOTH
@pytest.mark.parametrize("command", [("export",), ("import", "/dev/null")], ids=" ".join)
def test_old_schema(runner: Runner, database: Database, command: tuple[str, ...]) -> None:
    """A schema that is not the code's is refused in one line that names the command."""
    schema.downgrade(database, "base")
    url = database.url.render_as_string(hide_password=False)
    assert complaint(runner("messages", *command, DATABASE_URL=url)) == (
        "DATABASE_URL: the database's schema is not the code's: run python manage.py db upgrade."
    )


def start(
    directory: Path, *arguments: str, stderr: int, **environment: str
) -> subprocess.Popen[bytes]:
    """Start `manage.py messages ARGUMENTS` as a process whose standard output can be read."""
    return subprocess.Popen(
        [sys.executable, *MANAGE, "messages", *arguments],
        cwd=directory,
        env=clean_environment() | environment,
        stdout=subprocess.PIPE,
        stderr=stderr,
    )


@ON_BOTH
def test_reader_has_seen_enough(tmp_path: Path, load: Any, database_url: str) -> None:
    """An export whose reader closes the pipe, as `head -1` does, prints no error."""
    load(numbered(2 * BATCH))
    environment = {"DATABASE_URL": database_url}
    with start(tmp_path, "export", stderr=subprocess.PIPE, **environment) as exporting:
        assert exporting.stdout is not None
        assert exporting.stderr is not None
        assert json.loads(exporting.stdout.readline())["text"] == "No. 0"
        exporting.stdout.close()
        assert exporting.stderr.read() == b""
        assert exporting.wait(SECONDS) == 1


def on_a_terminal(directory: Path, *arguments: str, **environment: str) -> tuple[bytes, str]:
    """Return a command's standard output, and what its standard error showed as a terminal."""
    ours, theirs = pty.openpty()
    shown = b""
    with start(directory, *arguments, stderr=theirs, TERM="xterm", **environment) as running:
        os.close(theirs)
        assert running.stdout is not None
        out = running.stdout.read()
        try:
            while data := os.read(ours, 65536):
                shown += data
        except OSError:
            # Linux ends a terminal that nobody has open with EIO.
            os.close(ours)
    return out, shown.decode()


def test_progress(tmp_path: Path, load: Any, database_url: str) -> None:
    """Progress is shown only when standard error is a terminal, and never on standard output."""
    load(numbered(3))
    exported = manage(
        tmp_path,
        "messages",
        "export",
        DATABASE_URL=database_url,
        FORCE_COLOR="1",
        program=MANAGE,
    )
    assert exported.err == ""
    out, shown = on_a_terminal(tmp_path, "export", DATABASE_URL=database_url)
    assert "Exporting" in shown
    assert out.decode() == exported.out
    (tmp_path / "bad").write_bytes(b"{\n")
    out, shown = on_a_terminal(tmp_path, "import", "bad", DATABASE_URL=database_url)
    assert "Importing" in shown
    assert "Line 1: not JSON" in shown
    assert out == b""
