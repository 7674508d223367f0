"""The database layer. In reading order:

database    transactions, and what happens when the database is away
models      the tables
messages    the queries of messages, one function each: the file to copy
cursors     opaque, tamper-evident cursors of pages

connecting  the engine: how connections are made, and what is set on each
postgres    connections to PostgreSQL: bounded on our side, and at home behind a pooler
deadline    how long the work of a thread may wait for the database
bulkhead    why a database that hangs does not take every thread with it
faults      what a failure means: an outage, work for another attempt, or a defect
outages     what the log says of an outage

schema      whether the database's schema is good for the code; upgrades (Alembic, migrations/)
migrating   how a schema is changed: as a whole, or not at all
migrator    the connection that migrates: what is set on it
losses      what a migration of SQLite takes away without saying so
tables      the parts of SQLite's tables that Alembic does not see
inventory   which of the models' tables and columns a database lacks
copies      the copy of a SQLite database that is kept before its schema is changed
"""

from api.storage.cursors import CursorError
from api.storage.database import Database, init_app, reading, writing
from api.storage.faults import Unavailable
from api.storage.messages import KeyReused
from api.storage.migrating import SchemaError
from api.storage.schema import fault

__all__ = [
    "CursorError",
    "Database",
    "KeyReused",
    "SchemaError",
    "Unavailable",
    "fault",
    "init_app",
    "reading",
    "writing",
]
