"""How Alembic runs the migrations: on the connection that api.core.storage.schema hands over."""

from typing import Any, Literal

from alembic import context

from api.core.storage.models import Base, UtcDateTime

connection = context.config.attributes["connection"]
guarded = context.config.attributes["guarded"]
applied = context.config.attributes["applied"]


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    # A migration keeps to what SQLAlchemy has: it must still run when a class of ours is gone.
    return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else False


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # SQLite can alter little: a changed table is written anew.
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_render,
    # Alembic takes SQLite for a database that commits at each CREATE; ours begins by itself.
    transactional_ddl=True,
    on_version_apply=applied,
)
with context.begin_transaction(), guarded(connection):
    context.run_migrations()
