"""The database layer. In reading order:

database    transactions, retries and outages
extension   the database of an app, and the answers to its failures
models      the tables of the machinery, and types for the tables of a team
rows        columns that many tables have: a version with its ETag, and times
numeric     a column of exact decimal numbers
repository  a table as a resource needs it: pages, and rows that are read, added, changed, removed
filters     the filters of listings, among them the literal search
orders      the orders of listings
indexes     the indexes that these need
parameters  the values that the parameters of a query may have
pages       keyset pagination
cursors     signed cursors of pages
idempotency idempotency keys
encoding    the values of columns in JSON

connecting  the engine and the settings of its connections
postgres    connections to PostgreSQL with deadlines, also behind a pooler
deadline    the deadline of a thread's work with the database
bulkhead    a limit on the threads that wait for a database that hangs
faults      classification of database errors: outages, retries and defects
outages     the log lines of an outage

branches    branches of migrations: that of the machinery, and that of the team
history     the migrations of the code (Alembic) and the heads of each branch
schema      compatibility of the database's schema with the code, upgrades and downgrades
drafting    new migrations: drafts of changes, and merges of several heads
migrating   atomic upgrades and downgrades
migrator    the connection that runs migrations
losses      parts of SQLite tables that a migration loses
tables      the parts of SQLite tables that Alembic does not see
inventory   tables and columns of the models that a database lacks
copies      backup copies of a SQLite database before its schema is changed
"""

from api.core.storage.branches import CORE, Branch
from api.core.storage.cursors import CursorError
from api.core.storage.database import Database, reading, writing
from api.core.storage.extension import current_database, database_of, init_app
from api.core.storage.faults import Unavailable
from api.core.storage.filters import FoldedText, at_least, at_most, below, contains, equals
from api.core.storage.history import SchemaError
from api.core.storage.idempotency import KeyReused, add_once
from api.core.storage.models import NAMING_CONVENTION, UtcDateTime
from api.core.storage.numeric import ExactNumeric
from api.core.storage.pages import Page
from api.core.storage.repository import Repository
from api.core.storage.rows import Timestamped, Versioned
from api.core.storage.schema import fault

__all__ = [
    "CORE",
    "NAMING_CONVENTION",
    "Branch",
    "CursorError",
    "Database",
    "ExactNumeric",
    "FoldedText",
    "KeyReused",
    "Page",
    "Repository",
    "SchemaError",
    "Timestamped",
    "Unavailable",
    "UtcDateTime",
    "Versioned",
    "add_once",
    "at_least",
    "at_most",
    "below",
    "contains",
    "current_database",
    "database_of",
    "equals",
    "fault",
    "init_app",
    "reading",
    "writing",
]
