"""The indexes that the listings of a table need: without one, a page would sort the whole table."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Column, Index, Table, UniqueConstraint
from sqlalchemy.sql import operators

from api.core.declarations import DeclarationError
from api.core.storage.orders import Key, Order


def require_index(table: Table, order: Order, equal_to: Column[object] | None, place: str) -> None:
    """Check that an index serves an order, alone or of the rows with one value of a column.

    :param table: the table
    :param order: the order
    :param equal_to: the column of which the rows have one value; None for all rows
    :param place: the place of the declaration, for the error
    :raises DeclarationError: there is no such index
    """
    same = [] if equal_to is None else [Key(equal_to, order[0].descending)]
    wanted = [*same, *(key for key in order if key.column is not equal_to)]
    if not any(_serves(keys, wanted, first=len(same)) for keys in _indexes(table)):
        raise DeclarationError(f"{place} needs an index: {_declaration(wanted)}")


def _serves(keys: list[Key], wanted: Sequence[Key], *, first: int) -> bool:
    """Return whether an index begins with these keys. It can be read in both directions.

    :param first: the first key whose direction matters: those before it have one value
    """
    found = keys[: len(wanted)]
    if [key.column.name for key in found] != [key.column.name for key in wanted]:
        return False
    pairs = list(zip(found, wanted, strict=True))[first:]
    return len({one.descending == two.descending for one, two in pairs}) < 2


def _indexes(table: Table) -> Iterator[list[Key]]:
    """Return the keys of each index that has all rows."""
    yield [Key(column, False) for column in table.primary_key.columns]
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield [Key(column, False) for column in constraint.columns]
    for index in table.indexes:
        # It may be partial, or of a kind without an order.
        if not any(name.endswith(("_where", "_using")) for name in index.dialect_kwargs):
            yield list(_keys(index))


def _keys(index: Index) -> Iterator[Key]:
    for expression in index.expressions:
        modifier = getattr(expression, "modifier", None)
        column = getattr(expression, "element", expression)
        if not isinstance(column, Column):
            return
        yield Key(column, modifier is operators.desc_op)


def _declaration(keys: Sequence[Key]) -> str:
    mixed = len({key.descending for key in keys}) > 1
    names = (
        f"{key.column.key}.desc()" if mixed and key.descending else f'"{key.column.key}"'
        for key in keys
    )
    return f"Index(None, {', '.join(names)}) in __table_args__ of the model"
