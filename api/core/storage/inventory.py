"""The tables and columns of the models that a database lacks."""

from collections.abc import Iterable

from sqlalchemy import Connection, inspect

from api.core.storage.branches import Branch


def lacking(connection: Connection, branches: Iterable[Branch]) -> list[str]:
    """Return the tables and columns of the models that the database lacks.

    The columns of a missing table are not listed. A view counts as a table, since a later release
    may have replaced a table by a view.

    :param connection: a connection to the database
    :param branches: the branches of the models
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
