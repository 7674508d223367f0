"""Which of the models' tables and columns a database lacks."""

from collections.abc import Iterable

from sqlalchemy import Connection, inspect

from api.core.storage.branches import Branch


def lacking(connection: Connection, branches: Iterable[Branch]) -> list[str]:
    """Return the tables and columns that the models have and the database has not.

    Of a table that is missing, no columns are listed. A view counts as a table: a later release
    may have put one in the place of a table.

    :param branches: whose models these are
    """
    inspector = inspect(connection)
    names = []
    for table in (table for branch in branches for table in branch.tables.sorted_tables):
        if not inspector.has_table(table.name):
            names.append(table.name)
            continue
        existing = {column["name"] for column in inspector.get_columns(table.name)}
        names += [str(column) for column in table.columns if column.name not in existing]
    return sorted(names)
