"""A column of exact decimal numbers, on SQLite too, which has none of its own."""

from decimal import Decimal
from typing import Any, NoReturn

from sqlalchemy import Dialect, Integer, Numeric, TypeDecorator
from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeEngine

from schemas.core.decimals import check_digits, exact

_INEXACT = {operators.truediv, operators.floordiv, operators.mod, operators.pow_}


class _Scaled(Numeric[Any]):
    """NUMERIC of SQLite, which keeps whole numbers exactly. Values pass unchanged."""

    def bind_processor(self, dialect: Dialect) -> None:
        return None

    def result_processor(self, dialect: Dialect, coltype: Any) -> None:
        return None


class _Comparator(TypeDecorator.Comparator[Decimal]):
    """The operators of a column, of which those that SQLite would get wrong are refused."""

    def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
        for each in other:
            self._check(op, each)
        return super().operate(op, *other, **kwargs)

    def reverse_operate(self, op: Any, other: Any, **kwargs: Any) -> Any:
        self._check(op, other)
        return super().reverse_operate(op, other, **kwargs)

    def _check(self, op: Any, other: Any) -> None:
        kind = getattr(other, "type", None)
        if op is operators.mul:
            is_exact = isinstance(other, int) or isinstance(kind, Integer)
        elif isinstance(kind, ExactNumeric):
            own: Any = self.type
            is_exact = op not in _INEXACT and kind.scale == own.scale
        else:
            is_exact = op not in _INEXACT and not isinstance(kind, Numeric | Integer)
        if not is_exact:
            _refuse(op)


def _refuse(op: Any) -> NoReturn:
    raise ArgumentError(
        f"{op.__name__} of an ExactNumeric and this value is not exact in SQL: take an "
        "ExactNumeric of the same scale, whole numbers as factors, or compute in Python"
    )


class ExactNumeric(TypeDecorator[Decimal]):
    """A decimal number that is stored exactly or refused, and never rounded.

    PostgreSQL has it as NUMERIC, and SQLite as a whole number of its smallest units: 12.50 is 1250.
    On both, comparisons, sorting, +, -, sum, min and max are exact in SQL. Compute the rest in
    Python, averages too.
    """

    impl = Numeric
    cache_ok = True
    comparator_factory = _Comparator

    def __init__(self, precision: int, scale: int) -> None:
        """
        :param precision: how many digits it may have in all, at most 18
        :param scale: how many of them are after the point
        :raises ValueError: the precision or the scale is out of range
        """
        check_digits(precision, scale)
        super().__init__(precision, scale)
        self.precision, self.scale = precision, scale

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(_Scaled(self.precision, self.scale))
        return super().load_dialect_impl(dialect)

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        if op is not operators.mul:
            return self
        return Integer() if isinstance(value, int) else _refuse(op)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        number = exact(value, self.precision, self.scale)
        return int(_shifted(number, self.scale)) if dialect.name == "sqlite" else number

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        if not isinstance(value, int):
            raise ValueError(f"a column of ExactNumeric has a {type(value).__name__}, {value!r}")
        return _shifted(Decimal(value), -self.scale)


def _shifted(number: Decimal, digits: int) -> Decimal:
    # Decimal.scaleb rounds to the precision of the context.
    sign, figures, exponent = number.as_tuple()
    return Decimal((sign, figures, int(exponent) + digits))
