"""A table for the tests of storage only: books on a shelf."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID

from sqlalchemy import JSON, DateTime, Index, LargeBinary, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

from api.core.storage import NAMING_CONVENTION, ExactNumeric, UtcDateTime

NOON = datetime(2026, 1, 2, 12, 0, 0, 5, tzinfo=UTC)


class ShelfBase(MappedAsDataclass, DeclarativeBase):
    """A base of its own, because migrations must agree with the application's metadata."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Binding(Enum):
    """The binding of a book. Its values differ from its names."""

    CLOTH = "linen"
    PAPER = "pulp"


class Book(ShelfBase):
    """A row with a value of each kind. The database assigns its key."""

    __tablename__ = "books"

    number: Mapped[int] = mapped_column(primary_key=True, init=False)
    title: Mapped[str] = mapped_column(String(50))
    shelf: Mapped[int] = mapped_column(default=0)
    bought_at: Mapped[datetime] = mapped_column(UtcDateTime, default=NOON)
    printed_on: Mapped[date] = mapped_column(default=date(2025, 12, 31))
    owner: Mapped[UUID] = mapped_column(default=UUID(int=7))
    price: Mapped[Decimal] = mapped_column(ExactNumeric(12, 2), default=Decimal("9.90"))
    weight: Mapped[float] = mapped_column(default=0.25)
    is_lent: Mapped[bool] = mapped_column(default=False)
    cover: Mapped[bytes] = mapped_column(LargeBinary, default=b"\x00\xff")
    note: Mapped[str | None] = mapped_column(default=None)
    opens_at: Mapped[time] = mapped_column(default=time(9, 30, 0, 7))
    lent_for: Mapped[timedelta] = mapped_column(default=timedelta(days=2, microseconds=3))
    binding: Mapped[Binding] = mapped_column(default=Binding.CLOTH)
    local_time: Mapped[datetime] = mapped_column(DateTime, default=datetime(2026, 1, 2, 3, 4))
    tags: Mapped[list[str]] = mapped_column(JSON, default_factory=lambda: ["old", "blue"])

    __table_args__ = (
        Index(None, "title", "number"),
        Index(None, "bought_at", "number"),
        Index(None, "owner", "number"),
        Index(None, "price", "number"),
        Index(None, "printed_on", "number"),
        Index(None, "is_lent", "price", "number"),
        Index(None, "shelf", "title", "number"),
        Index(None, shelf.desc(), "title", price.desc(), "number"),
        Index(None, "shelf", "price", "number"),
    )


COLUMNS = tuple(column for column in Book.__table__.columns)


class Pamphlet(ShelfBase):
    """Another table with a key of the same name."""

    __tablename__ = "pamphlets"

    number: Mapped[int] = mapped_column(primary_key=True, init=False)
