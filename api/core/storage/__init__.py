"""The database layer. In reading order:

database    transactions, and what happens when the database is away
extension   where an app keeps its database, and how failures are told
models      the tables of the machinery, and what the tables of a team are made of
pages       pages of a listing, whose cost does not grow with their depth
cursors     opaque, tamper-evident cursors of pages
idempotency a creation that is sent again is answered as it was at first
encoding    the values of columns as JSON has them

connecting  the engine: how connections are made, and what is set on each
postgres    connections to PostgreSQL: bounded on our side, and at home behind a pooler
deadline    how long the work of a thread may wait for the database
bulkhead    why a database that hangs does not take every thread with it
faults      what a failure means: an outage, work for another attempt, or a defect
outages     what the log says of an outage

branches    tables and their migrations: those of the machinery, and those of the team
history     the migrations that the code has (Alembic), and the heads of each branch
schema      whether the database's schema is good for the code; upgrades
drafting    new migrations: drafts of changes, and merges of several heads
migrating   how a schema is changed: as a whole, or not at all
migrator    the connection that migrates: what is set on it
losses      what a migration of SQLite takes away without saying so
tables      the parts of SQLite's tables that Alembic does not see
inventory   which of the models' tables and columns a database lacks
copies      the copy of a SQLite database that is kept before its schema is changed
"""

from api.core.storage.branches import CORE, Branch
from api.core.storage.cursors import CursorError
from api.core.storage.database import Database, reading, writing
from api.core.storage.extension import current_database, database_of, init_app
from api.core.storage.faults import Unavailable
from api.core.storage.history import SchemaError
from api.core.storage.idempotency import KeyReused, add_once
from api.core.storage.models import NAMING_CONVENTION, UtcDateTime
from api.core.storage.pages import Order, Page, paginate
from api.core.storage.schema import fault

__all__ = [
    "CORE",
    "NAMING_CONVENTION",
    "Branch",
    "CursorError",
    "Database",
    "KeyReused",
    "Order",
    "Page",
    "SchemaError",
    "Unavailable",
    "UtcDateTime",
    "add_once",
    "current_database",
    "database_of",
    "fault",
    "init_app",
    "paginate",
    "reading",
    "writing",
]
