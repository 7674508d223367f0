"""The tables."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import DateTime, Dialect, Index, LargeBinary, String, Text, TypeDecorator, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column


class Moment(TypeDecorator[datetime]):
    """A point in time, in UTC, with microseconds; SQLite has no zones, so it is told in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Base(MappedAsDataclass, DeclarativeBase):
    """Every table's base; its metadata is what migrations are compared with."""


class Message(Base):
    """A message. `version` counts its changes; `folded` is the text in one case, to search in."""

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)

    # Pages are walked along these two, in either direction.
    __table_args__ = (
        Index("ix_messages_created_at_id", "created_at", "id"),
        Index("ix_messages_author_created_at_id", "author", "created_at", "id"),
    )

    @property
    def etag(self) -> str:
        """The entity tag of this version, without quotes (RFC 9110 section 8.8.3)."""
        return f"{self.id.hex}.{self.version}"


class IdempotentCreation(Base):
    """The first answer to a POST with an Idempotency-Key: of one author, for 24 hours.

    The rest is the message as it was answered.
    """

    __tablename__ = "idempotent_creations"

    author: Mapped[str] = mapped_column(String(255), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    text_digest: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[UUID] = mapped_column(Uuid)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_idempotent_creations_created_at", "created_at"),)


class SharedSecret(Base):
    """A secret that every copy of the service shares; the migration of the table makes it."""

    __tablename__ = "shared_secrets"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)
