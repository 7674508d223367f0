"""A table that is named has pages, versions and idempotent creation, or is refused at the start."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from marshmallow import fields
from marshmallow.validate import OneOf, Range
from sqlalchemy import (
    ForeignKey,
    Index,
    MetaData,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    Session,
    mapped_column,
    validates,
)
from uuid_utils.compat import uuid7

from api.core import DeclarationError
from api.core.storage import (
    NAMING_CONVENTION,
    Database,
    ExactNumeric,
    FoldedText,
    KeyReused,
    Repository,
    Timestamped,
    Versioned,
    at_least,
    contains,
    equals,
)
from schemas.core.decimals import ExactDecimal
from schemas.core.fields import SingleLine, StrictInteger
from schemas.core.pages import PageQuery
from tests.core.support.databases import ON_BOTH


class Base(MappedAsDataclass, DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Colour(Enum):
    RED = 1


class Note(Versioned, Timestamped, Base):
    """A row with all that messages have."""

    __tablename__ = "notes"

    id: Mapped[UUID] = mapped_column(primary_key=True, init=False, default_factory=uuid7)
    title: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(FoldedText, init=False)
    price: Mapped[Decimal] = mapped_column(ExactNumeric(12, 2), default=Decimal(1))
    colour: Mapped[Colour] = mapped_column(default=Colour.RED)
    weight: Mapped[float] = mapped_column(default=1.0)
    stock: Mapped[int] = mapped_column(default=0)
    long: Mapped[str] = mapped_column(String(300), default="")
    endless: Mapped[str] = mapped_column(default="")
    remark: Mapped[str | None] = mapped_column(default=None)
    rank: Mapped[int] = mapped_column(server_default=text("7"), init=False)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("notes.id"), default=None)

    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "title", "created_at", "id"),
        Index(None, "price", title.desc(), "id"),
        Index(None, "stock", "id", postgresql_where=text("stock > 0")),
        Index(None, func.lower(remark), "id"),
        UniqueConstraint("rank", "id"),
    )

    @validates("title")
    def _fold(self, _name: str, title: str) -> str:
        self.folded = title
        return title


class Pair(Versioned, Base):
    """A row whose key has two columns, one of them a text."""

    __tablename__ = "pairs"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)


class NoteQuery(PageQuery):
    """Which notes"""

    title = SingleLine()
    q = SingleLine()
    order = fields.Str(load_default="newest", validate=OneOf(["newest", "oldest"]))


NEWEST: dict[str, list[Any]] = {"newest": [Note.created_at.desc()], "oldest": [Note.created_at]}

notes = Repository(
    Note,
    query=NoteQuery,
    orders=NEWEST,
    filters={"title": equals(Note.title), "q": contains(Note.folded)},
)
pairs = Repository(Pair, query=PageQuery, orders={"name": [Pair.name]})


@pytest.fixture
def tables(stored: Flask, database: Database) -> Database:
    """A database with the tables. The test runs in the context of its app."""
    Base.metadata.create_all(database.engine)
    return database


def allow(_: Any) -> None:
    """Allow every change."""


def add(title: str = "Hello", **more: Any) -> Note:
    return notes.add(Note(title=title), **{"owner": "ann", "request": title} | more)


@ON_BOTH
def test_a_row_is_added_read_changed_and_removed(tables: Database) -> None:
    """A row is added, read, listed, changed and removed, each in a transaction of its own."""
    made = add()
    found = notes.get(made.id)
    assert found is not None
    assert (found.title, found.rank, found.created_at) == ("Hello", 7, found.updated_at)
    changed = notes.change(made.id, {"title": "Bye"}, allow=allow)
    assert changed is not None
    assert [row.title for row in notes.page(q="BYE").items] == ["Bye"]
    assert [row.title for row in notes.page(title="Bye", order="oldest").items] == ["Bye"]
    assert notes.page(q="hello").items == []
    assert changed.updated_at > made.updated_at
    assert notes.remove(made.id, allow=allow) is not None
    gone = (notes.get(made.id), notes.change(made.id, {}, allow=allow))
    assert (*gone, notes.remove(made.id, allow=allow)) == (None, None, None)


@ON_BOTH
def test_each_change_is_a_version(tables: Database) -> None:
    """Each change through the session has a new ETag, also one that leaves all values as they
    were, and one without the repository."""
    made = add()
    etags = [made.etag]
    for title in ("Hello", "Bye"):
        changed = notes.change(made.id, {"title": title}, allow=allow)
        assert changed is not None
        etags.append(changed.etag)

    def work(session: Session) -> None:
        session.get_one(Note, made.id).price += 1

    tables.run(work, writes=True)
    found = notes.get(made.id)
    assert found is not None
    assert len({*etags, found.etag}) == 4
    assert notes.get(made.id).etag == found.etag  # type: ignore[union-attr]


def test_a_row_made_anew_has_another_etag(tables: Database) -> None:
    """A row with the key of a deleted row does not have its ETag."""
    etags = set()
    for _ in range(3):
        pair = pairs.add(Pair(name='a "b" ä', number=1), owner="ann", request=1)
        etags.add(pair.etag)
        assert pairs.get(('a "b" ä', 1)).etag == pair.etag  # type: ignore[union-attr]
        pairs.remove(('a "b" ä', 1), allow=allow)
    assert len(etags) == 3
    assert all(etag.isascii() and '"' not in etag and " " not in etag for etag in etags)


def test_an_unknown_attribute_is_refused(tables: Database) -> None:
    """A change of an attribute that the model does not have is refused."""
    made = add()
    with pytest.raises(AttributeError, match="titel"):
        notes.change(made.id, {"titel": "Bye"}, allow=allow)


@ON_BOTH
def test_a_retry_has_the_values_of_the_database(tables: Database) -> None:
    """A retry has every value of the first answer, those of the database too, and its ETag."""
    first = add(key="k")
    again = add(key="k")
    for name in ("id", "rank", "title", "version", "etag", "price", "colour", "created_at"):
        assert getattr(again, name) == getattr(first, name), name
    assert len(notes.page().items) == 1


@pytest.mark.parametrize("owner", ["x" * 256, "a\0b", "\U0001f600" * 300], ids=ascii)
@ON_BOTH
def test_any_owner_has_keys(tables: Database, owner: str) -> None:
    """An owner that the database cannot store has keys of its own as well."""
    made = [add(owner=each, key="k").id for each in (owner, owner, owner + "x")]
    assert made[0] == made[1] != made[2]


@pytest.mark.parametrize(
    ("one", "two", "is_same"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": {3, 1, 2}}, {"a": {2, 3, 1}}, True),
        ({"a": [1, 2]}, {"a": (1, 2)}, True),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": 1}, {"a": "1"}, False),
        ({"a": None}, {}, False),
        ({"a": Decimal("1.0")}, {"a": Decimal("1.1")}, False),
        ({"a": datetime(2026, 1, 1, tzinfo=UTC)}, {"a": datetime(2026, 1, 2, tzinfo=UTC)}, False),
        ({"a": {"b": UUID(int=1)}}, {"a": {"b": UUID(int=1)}}, True),
    ],
)
def test_a_request_is_known_by_its_content(
    tables: Database, one: Any, two: Any, is_same: bool
) -> None:
    """The order of members does not make another request, and any other difference does."""
    first = add(key="k", request=one)
    if is_same:
        assert add(key="k", request=two).id == first.id
    else:
        with pytest.raises(KeyReused):
            add(key="k", request=two)


def test_a_request_without_a_content_is_refused(tables: Database) -> None:
    """An object that is different in each process cannot identify a request."""
    with pytest.raises(TypeError, match="object has no form in JSON"):
        add(key="k", request={"a": object()})


def declare(model: Any = Note, query: Any = NoteQuery, **more: Any) -> Callable[[], Any]:
    filters = {"title": equals(Note.title), "q": contains(Note.folded)}
    given: dict[str, Any] = {"orders": NEWEST, "filters": filters} | more
    return lambda: Repository(model, query=query, **given)


def ordered(*columns: Any) -> Callable[[], Any]:
    """A declaration of one order, without filters."""
    return lambda: Repository(Note, query=PageQuery, orders={"it": columns})


def compared(column: Any, field: Any) -> Callable[[], Any]:
    """A declaration of one filter, whose parameter is the field."""
    query: Any = type("Query", (PageQuery,), {"it": field})
    return lambda: Repository(
        Note, query=query, orders={"key": [Note.id]}, filters={"it": at_least(column)}
    )


REFUSED = {
    "no index": (ordered(Note.price), 'needs an index: Index(None, "price", "id")'),
    "other directions": (
        ordered(Note.price, Note.title),
        'needs an index: Index(None, "price", "title", "id")',
    ),
    "mixed directions": (
        ordered(Note.rank.desc(), Note.price),
        'needs an index: Index(None, rank.desc(), "price", "id")',
    ),
    "a partial index": (ordered(Note.stock), 'needs an index: Index(None, "stock", "id")'),
    "float": (ordered(Note.weight), "weight, a float: it can sort by str, int"),
    "null": (ordered(Note.remark), "may be null"),
    "text of any length": (ordered(Note.endless), "a text of any length"),
    "long texts": (ordered(Note.title, Note.long), "texts of 500 characters"),
    "enum": (ordered(Note.colour), "a Colour: it can sort by"),
    "another table": (ordered(Pair.number), "column of another table"),
    "no column": (ordered(func.lower(Note.title)), "is no column"),
    "no columns": (ordered(), "has no columns"),
    "no orders": (declare(orders={}), "has the orders none"),
    "text with NUL": (compared(Note.title, fields.Str()), "make it SingleLine()"),
    "any decimal": (compared(Note.price, fields.Decimal()), "make it ExactDecimal(12, 2)"),
    "more digits": (compared(Note.price, ExactDecimal(13, 2)), "make it ExactDecimal(12, 2)"),
    "another scale": (compared(Note.price, ExactDecimal(12, 3)), "make it ExactDecimal(12, 2)"),
    "any integer": (compared(Note.rank, fields.Int()), "make it StrictInteger()"),
    "a large integer": (
        compared(Note.rank, fields.Int(validate=Range(0, 2**64))),
        "make it StrictInteger()",
    ),
    "no filter": (declare(filters={"q": contains(Note.folded)}), "has title, which has no filter"),
    "filter without index": (
        declare(filters={"title": equals(Note.remark), "q": contains(Note.folded)}),
        'needs an index: Index(None, "remark", "created_at", "id")',
    ),
    "filter of a page": (
        declare(filters={"title": equals(Note.title), "q": equals(Note.title), "limit": allow}),
        "cannot have the name limit",
    ),
    "search in plain text": (lambda: contains(Note.title), "columns of FoldedText"),
    "fewer orders": (declare(orders={"newest": [Note.created_at]}), "order takes newest, oldest"),
    "orders without a choice": (
        lambda: Repository(Note, query=PageQuery, orders=NEWEST),
        "order takes none of them",
    ),
}


@pytest.mark.parametrize(("declaration", "remedy"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_kept_is_refused_at_the_start(
    declaration: Callable[[], Any], remedy: str
) -> None:
    """A listing that no index serves, that has no certain order, or whose query has no effect is
    refused, and the error names the remedy."""
    with pytest.raises(DeclarationError) as error:
        declaration()
    assert remedy in str(error.value)


@pytest.mark.parametrize(
    "declaration",
    [
        ordered(Note.id),
        compared(Note.title, fields.Str(validate=OneOf(["a"]))),
        compared(Note.price, ExactDecimal(4, 2)),
        compared(Note.rank, StrictInteger()),
        compared(Note.rank, fields.Int(validate=Range(0, 9))),
        ordered(Note.rank),
        ordered(Note.rank.desc(), Note.id.desc()),
        ordered(Note.price.desc(), Note.title, Note.id.desc()),
    ],
)
def test_what_an_index_serves_is_taken(declaration: Callable[[], Any]) -> None:
    """A primary key, a unique constraint and an index read backwards serve a listing as well, and
    a parameter may be narrower than its column."""
    assert declaration()
