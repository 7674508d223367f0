"""Exact numbers are stored, compared and summed without loss, on SQLite and on PostgreSQL."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, Select, Table, case, func, literal, select, text
from sqlalchemy.exc import ArgumentError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from api.core.storage import (
    CORE,
    NAMING_CONVENTION,
    Branch,
    Database,
    ExactNumeric,
    drafting,
    schema,
)
from tests.core.support.databases import ON_BOTH


class Base(DeclarativeBase):
    pass


class Entry(Base):
    """An amount of money, a rate, and a number of pieces."""

    __tablename__ = "entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[Decimal | None] = mapped_column(ExactNumeric(12, 2))
    rate: Mapped[Decimal] = mapped_column(ExactNumeric(18, 18), default=Decimal(0))
    pieces: Mapped[int] = mapped_column(default=3)


AMOUNTS = [Decimal(each) for each in ("-9999999999.99", "-0.01", "0", "9.9", "10", "9999999999.99")]
Ask = Callable[[Select[Any]], list[Any]]


def put(database: Database, *amounts: Any) -> None:
    database.run(
        lambda session: session.add_all([Entry(amount=amount) for amount in amounts]), writes=True
    )


@pytest.fixture
def entries(database: Database) -> Database:
    Base.metadata.create_all(database.engine)
    return database


@pytest.fixture
def ask(entries: Database) -> Ask:
    """`ask(query)`: the values of a query on entries of all AMOUNTS."""
    put(entries, *AMOUNTS)

    def run(query: Select[Any]) -> list[Any]:
        return entries.run(lambda session: list(session.scalars(query)), writes=False)

    return run


@ON_BOTH
def test_numbers_are_kept_and_sorted(ask: Ask) -> None:
    """Every amount comes back with its scale, in the order of the numbers."""
    found = ask(select(Entry.amount).order_by(Entry.amount))
    assert [str(amount) for amount in found] == [f"{amount:.2f}" for amount in AMOUNTS]


@ON_BOTH
def test_the_smallest_unit_counts(entries: Database) -> None:
    """A number with 18 digits after the point is kept exactly, whatever decimal's context is."""
    rate = Decimal("0.123456789012345678")

    def keep(session: Session) -> Decimal:
        session.add(Entry(rate=rate))
        session.flush()
        session.expire_all()
        return session.scalars(select(Entry.rate)).one()

    with localcontext(prec=3):
        assert entries.run(keep, writes=True) == rate


@ON_BOTH
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (select(func.sum(Entry.amount)), ["19.89"]),
        (select(func.sum(Entry.amount).filter(Entry.amount < 10)), ["-9999999990.10"]),
        (select(func.min(Entry.amount)), ["-9999999999.99"]),
        (select(func.max(Entry.amount) - func.min(Entry.amount)), ["19999999999.98"]),
        (select(Entry.amount).where(Entry.amount == Decimal("9.900")), ["9.90"]),
        (select(Entry.amount).where(Entry.amount > Decimal("9.9")).limit(1), ["10.00"]),
        (select(Entry.amount).where(Entry.amount.between(9, Decimal("9.99"))), ["9.90"]),
        (select(Entry.amount).where(Entry.amount.in_([10, 11])), ["10.00"]),
        (select(Entry.amount + Decimal("0.01")).where(Entry.amount == 10), ["10.01"]),
        (select(1 - Entry.amount).where(Entry.amount == 10), ["-9.00"]),
        (select(Entry.amount * 3).where(Entry.amount == Decimal("9.90")), ["29.70"]),
        (select(Entry.amount * Entry.pieces).where(Entry.amount == 10), ["30.00"]),
        (select(-Entry.amount).where(Entry.amount == 10), ["-10.00"]),
        (select(func.coalesce(func.sum(Entry.amount), 0)).where(Entry.id < 0), ["0.00"]),
    ],
    ids=str,
)
def test_sql_computes_exactly(ask: Ask, query: Select[Any], expected: list[str]) -> None:
    """Sums, comparisons, + and - and whole multiples have the same exact results on both."""
    assert [f"{each:.2f}" for each in ask(query)] == expected


@pytest.mark.parametrize(
    "compute",
    [
        lambda: Entry.amount * Decimal("0.19"),
        lambda: Entry.amount * 0.19,
        lambda: Decimal("0.19") * Entry.amount,
        lambda: Entry.amount * Entry.amount,
        lambda: Entry.amount / 3,
        lambda: 3 / Entry.amount,
        lambda: Entry.amount // 3,
        lambda: Entry.amount % 3,
        lambda: Entry.amount**2,
        lambda: Entry.amount + Entry.rate,
        lambda: Entry.amount > Entry.rate,
        lambda: Entry.amount == Entry.pieces,
    ],
)
def test_what_sql_would_round_is_refused(compute: Callable[[], Any]) -> None:
    """Arithmetic that SQLite would round, or scale wrongly, is refused with the remedy."""
    with pytest.raises(ArgumentError, match="compute in Python"):
        compute()


@ON_BOTH
@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (Decimal("0.001"), "more than 2 digits after the point"),
        (Decimal("10000000000"), "more than 10 digits before the point"),
        (10**30, "more than 10 digits before the point"),
        (Decimal("NaN"), "not finite"),
        (1.5, "float is not exact"),
        ("1.50", "str is not exact"),
        (True, "bool is not exact"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(entries: Database, value: Any, fault: str) -> None:
    """A number with too many digits is refused when it is written and when it is compared."""
    with pytest.raises(StatementError, match=fault):
        put(entries, value)
    query = select(Entry).where(Entry.amount == literal(value, ExactNumeric(12, 2)))
    with pytest.raises(StatementError, match=fault):
        entries.run(lambda session: session.scalars(query).all(), writes=False)


@ON_BOTH
def test_null_is_null(entries: Database) -> None:
    """A column without a value has none afterwards."""
    put(entries, None)
    query = select(Entry.amount)
    assert entries.run(lambda session: session.scalars(query).all(), writes=False) == [None]


def test_what_others_wrote_is_not_guessed(ask: Ask) -> None:
    """A number that SQLite has as a float was not written by this type, and is refused."""
    query = select(case((Entry.amount < 0, Entry.amount), else_=Decimal("0.5")))
    with pytest.raises(ValueError, match=r"ExactNumeric has a float, 0\.5"):
        ask(query)


def test_sqlite_has_whole_numbers(entries: Database) -> None:
    """SQLite stores the smallest units, as INTEGER."""
    put(entries, Decimal("12.5"))
    query = text("SELECT amount, typeof(amount) FROM entries")
    with entries.engine.connect() as connection:
        assert connection.execute(query).one() == (1250, "integer")


@ON_BOTH
def test_its_migration_is_drafted_once(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """The draft has the type of SQLAlchemy, the next draft is empty, and rows survive both."""
    tables = MetaData(naming_convention=NAMING_CONVENTION)
    Table("prices", tables, Column("amount", ExactNumeric(12, 2), primary_key=True))
    schema.downgrade(database, "api@base")
    own = Database(database_url, branches=(CORE, Branch("api", tables, tmp_path / "migrations")))
    draft = drafting.make_revision(own, "prices").read_text()
    assert "sa.Column('amount', sa.Numeric(precision=12, scale=2), nullable=False)" in draft
    schema.upgrade(own)
    assert drafting.make_revision(own, "again").read_text().count("    pass") == 2
    prices = tables.tables["prices"]
    with own.engine.begin() as connection:
        connection.execute(prices.insert(), [{"amount": Decimal("12.5")}])
        assert str(connection.scalars(select(prices.c.amount)).one()) == "12.50"
    own.engine.dispose()
