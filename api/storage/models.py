"""The tables of this API."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, MetaData, String, Text, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

from api.core import NAMING_CONVENTION, UtcDateTime
from schemas.message import MAX_AUTHOR


class Base(MappedAsDataclass, DeclarativeBase):
    """The base class of the tables, which `db revision` compares with the database."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Message(Base):
    """A message.

    :ivar version: it is incremented by each change
    :ivar folded: the case-folded text, which is searched
    """

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(MAX_AUTHOR))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    # These indexes serve the listing, filtered by author or not, in both orders.
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "author", "created_at", "id"),
    )

    @property
    def etag(self) -> str:
        """The entity tag of this version, without quotes (RFC 9110 section 8.8.3)."""
        return f"{self.id.hex}.{self.version}"
