"""Exact decimals go in and out as strings, and are never rounded."""

from decimal import Decimal
from typing import Any

import pytest
from marshmallow import Schema, ValidationError, validate

from openapi.schema_converter import SchemaConverter
from schemas.core.decimals import ExactDecimal, exact

MONEY = ExactDecimal(12, 2)


def written(value: Any, field: ExactDecimal = MONEY) -> Any:
    """As an answer has it."""
    return Schema.from_dict({"of": field})().dump({"of": value})["of"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", "0.00"),
        ("0.01", "0.01"),
        ("7.5", "7.50"),
        ("-7.50", "-7.50"),
        ("-0.00", "0.00"),
        ("9999999999.99", "9999999999.99"),
        ("-9999999999.99", "-9999999999.99"),
    ],
)
def test_an_amount_is_read_exactly(text: str, expected: str) -> None:
    """An amount is read digit by digit, gets its scale, and is written as a string."""
    amount = MONEY.deserialize(text)
    assert str(amount) == expected
    assert written(amount) == expected


@pytest.mark.parametrize(
    "value",
    [
        *("", "x", " 1", "1 ", "1\n", "+1", "--1", "01", "00.5", ".5", "5.", "1,5", "1_0", "0x1"),
        *("1e3", "1E-2", "NaN", "Infinity", "-Infinity", "sNaN", "\u0661", "\uff11", "1.005"),
        *("10000000000", "-10000000000.00", "9" * 400, "0." + "0" * 400),
        *(1, 1.5, True, ["1"], {}, Decimal("1.5")),
    ],
    ids=ascii,
)
def test_an_amount_is_nothing_else(value: Any) -> None:
    """Other forms, numbers of JSON and amounts with too many digits are refused with an example."""
    with pytest.raises(ValidationError, match=r'"12.50", with at most 10 digits before'):
        MONEY.deserialize(value)


@pytest.mark.parametrize(
    "value",
    [1.5, "1.50", True, Decimal("1.005"), Decimal("1E10"), Decimal("NaN"), 10**10],
    ids=str,
)
def test_an_answer_is_never_rounded(value: Any) -> None:
    """A value that an answer could only show rounded is refused."""
    with pytest.raises(ValidationError):
        written(value)


@pytest.mark.parametrize(
    ("value", "expected"), [(3, "3.00"), (Decimal("1E+9"), "1000000000.00"), (None, None)]
)
def test_an_answer_has_every_digit(value: Any, expected: str | None) -> None:
    """An answer has all digits after the point and no exponent."""
    assert written(value) == expected


def test_an_unsigned_amount_is_not_negative() -> None:
    """Without a sign, a negative amount is refused on the way in and on the way out."""
    price = ExactDecimal(4, 2, signed=False)
    with pytest.raises(ValidationError):
        price.deserialize("-1.00")
    with pytest.raises(ValidationError):
        written(Decimal("-1"), price)
    assert str(price.deserialize("1")) == "1.00"


@pytest.mark.parametrize(
    ("digits", "good", "bad"),
    [
        ((3, 0), ["0", "999"], ["1000", "1.0", "1."]),
        ((2, 2), ["0", "0.99"], ["1", "1.00"]),
        ((18, 6), ["999999999999.999999"], ["1000000000000"]),
        ((18, 18), ["0.999999999999999999"], ["1"]),
    ],
)
def test_any_scale(digits: tuple[int, int], good: list[str], bad: list[str]) -> None:
    """Numbers of any precision and scale are read, up to 18 digits."""
    field = ExactDecimal(*digits)
    for text in good:
        assert field.deserialize(text) == Decimal(text)
    for text in bad:
        with pytest.raises(ValidationError):
            field.deserialize(text)


@pytest.mark.parametrize("digits", [(0, 0), (19, 2), (4, 5), (4, -1)])
def test_a_declaration_has_its_bounds(digits: tuple[int, int]) -> None:
    """A precision that SQLite cannot hold, or a scale beyond the precision, is refused."""
    with pytest.raises(ValueError, match="precision is 1 to 18 digits"):
        ExactDecimal(*digits)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (Decimal("1.005"), "more than 2 digits after"),
        (Decimal("100"), "more than 2 digits before"),
        (Decimal("0." + "0" * 60 + "1"), "more than 2 digits after"),
        (Decimal("1E999999"), "more than 2 digits before"),
        (Decimal("-Infinity"), "not finite"),
        (0.5, "float is not exact"),
    ],
    ids=str,
)
def test_a_number_is_exact_or_refused(value: Any, fault: str) -> None:
    """A number that cannot be kept exactly is refused, whatever the context of decimal says."""
    with pytest.raises(ValueError, match=fault):
        exact(value, 4, 2)


@pytest.mark.parametrize("version", ["2.0", "3.1.0"])
def test_the_documents_say_what_is_read(version: str) -> None:
    """In the documents an exact decimal is a string with its pattern, format and default."""

    class Price(Schema):
        amount = ExactDecimal(
            12,
            2,
            load_default=Decimal("1.50"),
            validate=validate.Range(min=Decimal("0.01")),
            metadata={"description": "How much.", "example": "12.50"},
        )

    converter = SchemaConverter(version)
    converter.schema(Price)
    [amount] = converter.components["Price"]["properties"].values()
    assert amount == {
        "type": "string",
        "format": "decimal",
        "pattern": r"^-?(0|[1-9][0-9]{0,9})(\.[0-9]{1,2})?$",
        "x-minimum": "0.01",
        "default": "1.50",
        "description": "How much.",
        "example": "12.50",
    }
