"""How lines become messages: read, held against what is there, and written in batches."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from marshmallow import ValidationError
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from api.core import problems, strictjson
from api.core.storage import Database
from api.storage import messages
from schemas.message import MessageRecord

BATCH = 1000
BATCH_SECONDS = 60.0

_record = MessageRecord()


class Line(NamedTuple):
    """A line of the file: the message that it says, or what is wrong with it."""

    number: int
    row: dict[str, Any]
    fault: str = ""


class BadLines(ValueError):
    """Lines that are no messages; nothing was written."""

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__(f"{len(lines)} bad lines")
        self.lines = lines


def import_all(database: Database, data: Iterable[bytes]) -> int:
    """Write every line in one transaction; how many. Raises BadLines, and has written nothing."""

    def work(session: Session) -> int:
        written = 0
        for lines in _batches(data):
            bad = _write(session, lines)
            if bad:
                raise BadLines(bad)
            written += len(lines)
        return written

    return database.once(work, writes=True)


def import_good(database: Database, data: Iterable[bytes]) -> Iterator[tuple[int, list[Line]]]:
    """Write the good lines, a transaction a batch: how many, and the bad ones, batch by batch."""
    for lines in _batches(data):
        bad = database.run(partial(_write, lines=lines), writes=True, seconds=BATCH_SECONDS)
        yield len(lines) - len(bad), bad


def read(number: int, data: bytes) -> Line:
    """A line of NDJSON as a message; what it leaves out is made."""
    now = datetime.now(UTC)
    try:
        row = _record.load(strictjson.loads(data))
    except ValidationError as error:
        found = problems.validation_errors(error.messages)
        fault = "; ".join(f"{each['pointer']}: {each['detail']}".lstrip(": ") for each in found)
        return Line(number, {}, fault)
    except ValueError as error:
        return Line(number, {}, f"not JSON: {error}")
    created_at = row.setdefault("created_at", row.get("updated_at", now))
    made = {"id": uuid7(), "updated_at": created_at} | row
    if made["updated_at"] < created_at:
        return Line(number, {}, "/updated_at: It is before created_at.")
    return Line(number, made)


def _batches(data: Iterable[bytes]) -> Iterator[list[Line]]:
    lines = (read(number, text) for number, text in enumerate(data, 1) if text.strip())
    while batch := list(islice(lines, BATCH)):
        yield batch


def _write(session: Session, lines: Sequence[Line]) -> list[Line]:
    """Write the good lines; the bad ones are returned."""
    known = messages.known_ids(session, [line.row["id"] for line in lines if line.row])
    judged = list(_judged(lines, known))
    good = [line.row for line in judged if not line.fault]
    if good:
        messages.add_all(session, good)
    return [line for line in judged if line.fault]


def _judged(lines: Sequence[Line], known: set[Any]) -> Iterator[Line]:
    """The lines, with a fault where their id is taken: in the database, or by a line before."""
    taken = set(known)
    for line in lines:
        if line.row and line.row["id"] in taken:
            yield line._replace(fault="/id: A message with this id is there already.")
        else:
            taken.add(line.row.get("id"))
            yield line
