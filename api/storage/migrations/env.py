"""How Alembic runs the migrations: on the database that api.storage.schema hands over."""

from typing import Any, Literal

from alembic import context

from api.storage.models import Base, Moment

database = context.config.attributes["database"]


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    # A migration keeps to what SQLAlchemy has: it must still run when a class of ours is gone.
    return "sa.DateTime(timezone=True)" if isinstance(item, Moment) else False


with database.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite can alter little: a changed table is written anew.
        render_as_batch=database.is_sqlite,
        render_item=_render,
    )
    with context.begin_transaction():
        if database.engine.dialect.name == "postgresql":
            # An index may take its time; and copies that start together upgrade one by one.
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(8259)")
        context.run_migrations()
