"""What is remembered. In reading order:

database    the engine, transactions, and what happens when the database is away
models      the tables
messages    the queries of messages, one function each: the file to copy
cursors     opaque, tamper-evident cursors of pages
schema      is the database's schema the code's? upgrades (Alembic, migrations/)
"""

from api.storage.cursors import CursorError
from api.storage.database import Database, Unavailable, init_app, reading, writing
from api.storage.messages import KeyReused
from api.storage.schema import fault

__all__ = [
    "CursorError",
    "Database",
    "KeyReused",
    "Unavailable",
    "fault",
    "init_app",
    "reading",
    "writing",
]
