"""Decimal numbers that are exact: amounts of money, rates, quantities."""

import re
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any

from marshmallow import ValidationError, fields

MAX_PRECISION = 18


def exact(value: Decimal | int, precision: int, scale: int) -> Decimal:
    """Return a number with exactly `scale` digits after the point. It is never rounded.

    :param value: the number
    :param precision: how many digits it may have in all
    :param scale: how many of them are after the point
    :raises ValueError: it is no such number, has more digits, or is not finite
    """
    if isinstance(value, bool) or not isinstance(value, (Decimal, int)):
        raise ValueError(f"{type(value).__name__} is not exact; give a Decimal or an int")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{number} is not finite")
    unit = Decimal((0, (1,), -scale))
    context = Context(precision, traps=[Inexact, InvalidOperation])
    try:
        result = number.quantize(unit, context=context)
    except Inexact:
        raise ValueError(f"more than {scale} digits after the point") from None
    except InvalidOperation:
        raise ValueError(f"more than {precision - scale} digits before the point") from None
    # Without the minus sign of a negative zero.
    return result if result else result.copy_abs()


def check_digits(precision: int, scale: int) -> None:
    """Check the declaration of exact numbers.

    :param precision: how many digits they may have in all
    :param scale: how many of them are after the point
    :raises ValueError: SQLite or a pattern cannot hold such numbers
    """
    if not (1 <= precision <= MAX_PRECISION and 0 <= scale <= precision):
        raise ValueError(
            f"precision is 1 to {MAX_PRECISION} digits and scale 0 to precision, "
            f"not ({precision}, {scale})"
        )


class ExactDecimal(fields.Field[Decimal]):
    """A decimal number, which JSON has as a string: a number of JSON may be read as a float."""

    def __init__(
        self,
        precision: int,
        scale: int,
        *,
        signed: bool = True,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """
        :param precision: how many digits it may have in all, at most 18
        :param scale: how many of them are after the point; an answer has exactly these
        :param signed: whether it may be negative
        :param metadata: members of its JSON Schema
        :param kwargs: further arguments of marshmallow's Field
        :raises ValueError: the precision or the scale is out of range
        """
        check_digits(precision, scale)
        self.precision, self.scale = precision, scale
        pattern = f"^{_minus(signed)}{_whole(precision - scale)}{_fraction(scale)}$"
        # Python's $ also matches before a line feed at the end.
        self._form = re.compile(pattern.replace("$", r"\Z"))
        documented = {"type": "string", "format": "decimal", "pattern": pattern}
        super().__init__(metadata=documented | (metadata or {}), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        if not isinstance(value, str) or not self._form.match(value):
            raise ValidationError(self._remedy())
        return exact(Decimal(value), self.precision, self.scale)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        try:
            text = f"{exact(value, self.precision, self.scale):f}"
        except ValueError as error:
            raise ValidationError(str(error)) from error
        if not self._form.match(text):
            raise ValidationError("negative")
        return text

    def _remedy(self) -> str:
        whole = self.precision - self.scale
        example = ("12"[:whole] or "0") + f".{'5'.ljust(self.scale, '0')}" * (self.scale > 0)
        return (
            f'Not a decimal number in a string, such as "{example}", with at most {whole} digits '
            f"before the point and {self.scale} after it."
        )


def _minus(signed: bool) -> str:
    return "-?" if signed else ""


def _whole(digits: int) -> str:
    return f"(0|[1-9][0-9]{{0,{digits - 1}}})" if digits else "0"


def _fraction(digits: int) -> str:
    return rf"(\.[0-9]{{1,{digits}}})?" if digits else ""
