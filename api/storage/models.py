"""The tables of this API."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, MetaData, String, Text, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

from api.core import NAMING_CONVENTION, UtcDateTime


class Base(MappedAsDataclass, DeclarativeBase):
    """The base of every table of this API. `db revision` compares the database with them."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Message(Base):
    """A message. `version` counts its changes; `folded` is the text in one case, to search in."""

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    # Pages are walked along these two, in either direction.
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "author", "created_at", "id"),
    )

    @property
    def etag(self) -> str:
        """The entity tag of this version, without quotes (RFC 9110 section 8.8.3)."""
        return f"{self.id.hex}.{self.version}"
