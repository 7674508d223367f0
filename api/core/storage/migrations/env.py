"""How Alembic runs the migrations: on the connection that api.core.storage.history hands over."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate import render
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

connection = context.config.attributes["connection"]
guarded = context.config.attributes["guarded"]
applied = context.config.attributes["applied"]
foreign = context.config.attributes["foreign"]

# Of the machinery before it had a branch of its own. Its last rows were good for 24 hours.
FORMER = "idempotent_creations"


def _is_of_the_team(_item: Any, name: str | None, kind: str, *_: Any) -> bool:
    return kind != "table" or (name not in foreign and name != FORMER)


def _render(kind: str, item: Any, draft: AutogenContext) -> str | Literal[False]:
    # A migration must still run when a class of ours is gone: it has the type beneath.
    if kind == "type" and isinstance(item, TypeDecorator):
        beneath: TypeEngine[Any] = item.impl_instance
        return render._repr_type(beneath, draft)
    if kind == "type" and isinstance(item, UserDefinedType):
        module = type(item).__module__
        draft.imports.add(f"import {module}")
        return f"{module}.{item!r}"
    return False


context.configure(
    connection=connection,
    target_metadata=context.config.attributes["tables"],
    include_object=_is_of_the_team,
    # SQLite can alter little: a changed table is written anew.
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_render,
    # Alembic takes SQLite for a database that commits at each CREATE; ours begins by itself.
    transactional_ddl=True,
    on_version_apply=applied,
)
with context.begin_transaction(), guarded(connection):
    context.run_migrations()
