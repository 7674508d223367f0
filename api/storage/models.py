"""The tables of this API."""

from uuid import UUID

from sqlalchemy import Index, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, validates
from uuid_utils.compat import uuid7

from api.core import NAMING_CONVENTION, FoldedText, Timestamped, Versioned
from schemas.message import MAX_AUTHOR


class Base(MappedAsDataclass, DeclarativeBase):
    """The base class of the tables, which `db revision` compares with the database."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Message(Versioned, Timestamped, Base):
    """A message.

    :ivar folded: the text once more, which is searched
    """

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True, init=False, default_factory=uuid7)
    text: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(FoldedText, init=False)
    author: Mapped[str] = mapped_column(String(MAX_AUTHOR))

    # These indexes serve the listing, filtered by author or not, in both orders.
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "author", "created_at", "id"),
    )

    @validates("text")
    def _fold(self, _name: str, text: str) -> str:
        self.folded = text
        return text
