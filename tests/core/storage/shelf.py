"""A table for the tests of storage only: books on a shelf."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

from api.core.storage import ExactNumeric, UtcDateTime

NOON = datetime(2026, 1, 2, 12, 0, 0, 5, tzinfo=UTC)


class ShelfBase(MappedAsDataclass, DeclarativeBase):
    """A base of its own, because migrations must agree with the application's metadata."""


class Book(ShelfBase):
    """A row with a value of each kind. The database assigns its key."""

    __tablename__ = "books"

    number: Mapped[int] = mapped_column(primary_key=True, init=False)
    title: Mapped[str]
    shelf: Mapped[int] = mapped_column(default=0)
    bought_at: Mapped[datetime] = mapped_column(UtcDateTime, default=NOON)
    printed_on: Mapped[date] = mapped_column(default=date(2025, 12, 31))
    owner: Mapped[UUID] = mapped_column(default=UUID(int=7))
    price: Mapped[Decimal] = mapped_column(ExactNumeric(12, 2), default=Decimal("9.90"))
    weight: Mapped[float] = mapped_column(default=0.25)
    is_lent: Mapped[bool] = mapped_column(default=False)
    cover: Mapped[bytes] = mapped_column(LargeBinary, default=b"\x00\xff")
    note: Mapped[str | None] = mapped_column(default=None)


COLUMNS = tuple(column for column in Book.__table__.columns)
