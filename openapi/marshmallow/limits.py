"""The limits of what marshmallow's fields can read, beside those of their validators."""

from datetime import timedelta
from typing import Any

from marshmallow import fields, validate

_PRECISION = 28


def decimal_limit(field: fields.Decimal) -> int:
    """Return the largest value that a decimal with places can be.

    One of more digits than the precision of the context cannot be rounded. More than 10**22 is no
    exact float, which is what others read it as.

    :param field: the field, which has places
    """
    places = -field.places.adjusted() if field.places is not None else 0
    return int(10 ** min(22, _PRECISION - 1 - places))


def is_unsigned(field: Any) -> bool:
    """Return whether a validator refuses every number below zero.

    :param field: the field of a number
    """
    rules = (rule for rule in field.validators if isinstance(rule, validate.Range))
    return any(rule.min is not None and rule.min >= 0 for rule in rules)


def timedelta_limit(field: fields.TimeDelta) -> int:
    """Return the largest value that a field takes for a timedelta, in its unit.

    It is a day less than a timedelta can have, since a float is rounded.

    :param field: the field
    """
    return timedelta(days=999_999_998) // timedelta(**{field.precision: 1})


def timestamp_limit(field: fields.DateTime) -> int:
    """Return the end of the year 9999 as a timestamp, in the unit of a field.

    :param field: the field
    """
    return 253402300800 * (1000 if field.format == "timestamp_ms" else 1)


def awareness(field: Any) -> str | None:
    """Return "aware" or "naive" if a field has limits, and so must be of one kind with them.

    :param field: a field of a date-time or of a time
    """
    rules = (rule for rule in field.validators if isinstance(rule, validate.Range))
    limits = [limit for rule in rules for limit in (rule.min, rule.max) if limit is not None]
    if not limits or isinstance(field, (fields.NaiveDateTime, fields.AwareDateTime)):
        return None
    return "naive" if getattr(limits[0], "tzinfo", None) is None else "aware"
