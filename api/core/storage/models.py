"""The tables of the machinery, and types for the tables of a team."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Index, LargeBinary, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

# A migration can change only constraints that have a name.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


# Characters of the owner of an Idempotency-Key.
MAX_OWNER = 255


class UtcDateTime(TypeDecorator[datetime]):
    """A date-time in UTC, with microseconds. SQLite has no time zones, and stores it in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Base(MappedAsDataclass, DeclarativeBase):
    """The base class of the machinery's tables. The tables of a team have another one."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class SharedSecret(Base):
    """A secret that all instances of the service share. The migration of the table inserts it."""

    __tablename__ = "shared_secrets"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)


class IdempotencyKey(Base):
    """The use of an Idempotency-Key by a caller.

    :ivar owner: the sub of the caller
    :ivar digest: the digest of the request
    :ivar row: the columns of the row that was created
    """

    __tablename__ = "idempotency_keys"

    owner: Mapped[str] = mapped_column(String(MAX_OWNER), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    row: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "created_at"),)
