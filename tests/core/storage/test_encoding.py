"""Values of columns survive the conversion to JSON and back."""

import json
from typing import Any

import pytest
from sqlalchemy import Column

from api.core.storage.encoding import decode, encode
from tests.core.storage.shelf import COLUMNS, Book


@pytest.mark.parametrize("column", COLUMNS[1:], ids=lambda column: column.name)
def test_a_value_comes_back_as_it_was(column: Column[Any]) -> None:
    """A value that is read back from JSON has the type and the value of what was written."""
    value = getattr(Book(title="Nana"), column.name)
    read = decode(json.loads(json.dumps(encode(value))), column)
    assert (type(read), read) == (type(value), value)
