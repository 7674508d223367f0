"""The statements that this release sends, recorded for the releases after it.

    python -m tests.storage.recording

writes them to tests/storage/queries/, one file for the heads of the migrations. The files of
former heads stay: for as long as one is there, its release must work on the newest schema. Take
one away with the release that nobody runs any more.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from psycopg.types.json import Json
from sqlalchemy import event

from api.application import application
from api.core import storage
from api.core.storage import Database, schema
from api.core.storage.history import History
from api.storage.messages import add_all, count, known_ids, messages
from api.storage.models import Message
from tests.core.support.databases import Postgres, Sqlite

DIRECTORY = Path(__file__).parent / "queries"
FILE = DIRECTORY / f"{'+'.join(History(application.branches).heads())}.json"
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
ROW = {"id": UUID(int=1), "text": "a", "author": "a", "created_at": NOON, "updated_at": NOON}

Recording = dict[str, Any]


def record(url: str) -> Recording:
    """Return the parameters by statement, for all queries of the release."""
    recording: Recording = {}
    database = Database(url, branches=application.branches)

    def listen(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.partition(" ")[0] in {"SELECT", "INSERT", "UPDATE", "DELETE"}:
            recording.setdefault(statement, parameters)

    with _app(database):
        # What SQLAlchemy asks of a new server is no query of ours.
        count()
        event.listen(database.engine, "before_cursor_execute", listen)
        _query(database)
    database.engine.dispose()
    return recording


def write(recordings: dict[str, Recording]) -> None:
    """Replace the recording of the current heads."""
    text = json.dumps(recordings, indent=1, sort_keys=True, default=_encoded)
    FILE.write_text(text + "\n")


def read(file: Path) -> dict[str, Recording]:
    """Return the recordings of a release, by the name of the database."""
    return dict(json.loads(file.read_text(), object_hook=_decoded))


def _query(database: Database) -> None:
    """Send every query of the release, in each of its forms."""
    allow: Callable[[Any], None] = lambda _message: None  # noqa: E731
    schema.current(database)
    made = messages.add(Message(text="a", author="a"), owner="a", request="a")
    for text in ("b", "b"):
        messages.add(Message(text=text, author="a"), owner="a", request=text, key="k")
    messages.get(made.id)
    messages.change(made.id, {"text": "c"}, allow=allow)
    for order in ("newest", "oldest"):
        filters: dict[str, Any] = {
            "author": "a",
            "since": NOON,
            "until": datetime(9999, 1, 1, tzinfo=UTC),
            "q": "",
        }
        for asked in ({}, *({name: value} for name, value in filters.items()), filters):
            page = messages.page(limit=1, order=order, **asked)
            messages.page(limit=1, order=order, cursor=page.next, **asked)
    count()
    messages.remove(made.id, allow=allow)
    database.run(lambda session: known_ids(session, [made.id]), writes=False)
    database.run(lambda session: add_all(session, [ROW]), writes=True)


@contextmanager
def _app(database: Database) -> Iterator[None]:
    app = Flask("recording")
    storage.init_app(app, database)
    with app.app_context():
        yield


def _encoded(value: Any) -> Any:
    for name, (kind, encode, _) in _KINDS.items():
        if isinstance(value, kind):
            return {name: encode(value)}
    raise TypeError(f"{value!r} cannot be recorded")


def _decoded(value: dict[str, Any]) -> Any:
    [name, *others] = value or [""]
    return _KINDS[name][2](value[name]) if name in _KINDS and not others else value


_KINDS: dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    "$uuid": (UUID, str, UUID),
    "$datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "$bytes": (bytes, bytes.hex, bytes.fromhex),
    "$json": (Json, lambda value: json.dumps(value.obj), lambda text: Json(json.loads(text))),
}


def main() -> None:
    """Record the statements on both databases."""
    with tempfile.TemporaryDirectory() as name, Postgres(application.branches) as postgres:
        sqlite = Sqlite(Path(name), application.branches)
        write({"sqlite": record(sqlite.make()), "postgres": record(postgres.make())})


if __name__ == "__main__":
    main()
