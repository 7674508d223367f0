"""Which of the models' tables and columns a database lacks."""

from sqlalchemy import Connection, inspect

from api.core.storage.models import Base


def lacking(connection: Connection) -> list[str]:
    """The tables, and columns of tables that exist, that the models have and the database has not.

    A view counts as a table: a later release may have put one in the place of a table.
    """
    inspector = inspect(connection)
    names = []
    for table in Base.metadata.sorted_tables:
        if not inspector.has_table(table.name):
            names.append(table.name)
            continue
        existing = {column["name"] for column in inspector.get_columns(table.name)}
        names += [str(column) for column in table.columns if column.name not in existing]
    return sorted(names)
