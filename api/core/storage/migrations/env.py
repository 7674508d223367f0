"""The environment of Alembic. The configuration comes from api.core.storage.history."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate import render
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

connection = context.config.attributes["connection"]
guarded = context.config.attributes["guarded"]
applied = context.config.attributes["applied"]
foreign = context.config.attributes["foreign"]

# A table of the machinery before it had its own branch. Its rows were valid for 24 hours.
FORMER = "idempotent_creations"


def _is_of_the_team(_item: Any, name: str | None, kind: str, *_: Any) -> bool:
    return kind != "table" or (name not in foreign and name != FORMER)


def _render(kind: str, item: Any, draft: AutogenContext) -> str | Literal[False]:
    # A migration must run even if our class was removed, so it uses the underlying type.
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
    # SQLite supports few kinds of ALTER TABLE, so a changed table is rewritten.
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_render,
    # Alembic assumes that SQLite commits at each CREATE, but here it has explicit transactions.
    transactional_ddl=True,
    on_version_apply=applied,
)
with context.begin_transaction(), guarded(connection):
    context.run_migrations()
