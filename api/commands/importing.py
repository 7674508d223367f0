"""The import of messages: lines are read, checked, and written in batches."""

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
from api.storage.messages import add_all, known_ids
from schemas.message import MessageRecord

BATCH = 1000
BATCH_SECONDS = 60.0

_record = MessageRecord()


class Line(NamedTuple):
    """A line of the file.

    :param number: its number
    :param row: the columns of its message; empty if it cannot be read
    :param fault: why it cannot be imported; empty if it can
    """

    number: int
    row: dict[str, Any]
    fault: str = ""


class InvalidLines(ValueError):
    """Lines cannot be imported, and nothing was written."""

    def __init__(self, lines: Sequence[Line]) -> None:
        """
        :param lines: the invalid lines
        """
        super().__init__(f"{len(lines)} invalid lines")
        self.lines = lines


def import_all(database: Database, data: Iterable[bytes]) -> int:
    """Import all lines in one transaction.

    :param database: the database
    :param data: the lines
    :returns: the number of imported messages
    :raises InvalidLines: a line cannot be imported; nothing was written
    """

    def work(session: Session) -> int:
        written = 0
        for lines in _batches(data):
            invalid = _write(session, lines)
            if invalid:
                raise InvalidLines(invalid)
            written += len(lines)
        return written

    return database.once(work, writes=True)


def import_valid(database: Database, data: Iterable[bytes]) -> Iterator[tuple[int, list[Line]]]:
    """Import the valid lines, each batch in a transaction.

    :param database: the database
    :param data: the lines
    :returns: for each batch, the number of imported messages and the invalid lines
    """
    for lines in _batches(data):
        invalid = database.run(partial(_write, lines=lines), writes=True, seconds=BATCH_SECONDS)
        yield len(lines) - len(invalid), invalid


def read(number: int, data: bytes) -> Line:
    """Read a line of NDJSON, and add the columns that it leaves out.

    :param number: the number of the line
    :param data: its bytes
    """
    now = datetime.now(UTC)
    try:
        row = _record.load(strictjson.loads(data))
    except ValidationError as error:
        errors = problems.validation_errors(error.messages)
        fault = "; ".join(f"{each['pointer']}: {each['detail']}".lstrip(": ") for each in errors)
        return Line(number, {}, fault)
    except ValueError as error:
        return Line(number, {}, f"not JSON: {error}")
    created_at = row.setdefault("created_at", row.get("updated_at", now))
    complete_row = {"id": uuid7(), "updated_at": created_at} | row
    if complete_row["updated_at"] < created_at:
        return Line(number, {}, "/updated_at: It is before created_at.")
    return Line(number, complete_row)


def _batches(data: Iterable[bytes]) -> Iterator[list[Line]]:
    lines = (read(number, text) for number, text in enumerate(data, 1) if text.strip())
    while batch := list(islice(lines, BATCH)):
        yield batch


def _write(session: Session, lines: Sequence[Line]) -> list[Line]:
    """Write the valid lines, and return the invalid ones."""
    stored_ids = known_ids(session, [line.row["id"] for line in lines if line.row])
    checked = list(_check_ids(lines, stored_ids))
    rows = [line.row for line in checked if not line.fault]
    if rows:
        add_all(session, rows)
    return [line for line in checked if line.fault]


def _check_ids(lines: Sequence[Line], stored_ids: set[Any]) -> Iterator[Line]:
    """Return the lines, with a fault if a stored message or an earlier line has the id."""
    used_ids = set(stored_ids)
    for line in lines:
        if line.row and line.row["id"] in used_ids:
            yield line._replace(fault="/id: A message with this id exists already.")
        else:
            used_ids.add(line.row.get("id"))
            yield line
