"""Fields that take what their documentation says, and nothing else."""

import re
from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate


class Line(fields.Str):
    """Text without NUL and without lone surrogates, which no database keeps."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        if "\0" in text:
            raise ValidationError("It may not hold the character NUL (U+0000).")
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise ValidationError("It may not hold lone surrogates (U+D800 to U+DFFF).")
        return text


# What str.strip trims, as ECMA 262 and Python both read it: their own \s differ.
WHITE_SPACE = r"\t-\r\u001C-\u0020\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000"


class TrimmedText(Line):
    """Such text, without the white space around it, of `longest` characters at most."""

    def __init__(self, *, longest: int, metadata: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(
            validate=validate.Length(1, longest),
            metadata={"pattern": rf"^[^\u0000]*[^{WHITE_SPACE}\u0000][^\u0000]*$"} | metadata,
            **kwargs,
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs).strip()


class Whole(fields.Int):
    """A whole number of a query string, in decimal digits alone."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not re.fullmatch(r"-?[0-9]{1,18}", str(value)):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


# Python's own reader takes much of ISO 8601: weeks, hours alone, any letter for the T.
_RFC_3339 = re.compile(r"[0-9-]{10}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")


class Moment(fields.AwareDateTime):
    """A point in time (RFC 3339): taken with any offset, told in UTC with microseconds."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        text = str(value).upper()
        try:
            if not _RFC_3339.fullmatch(text):
                raise ValueError(text)
            return super()._deserialize(text, attr, data, **kwargs).astimezone(UTC)
        except OverflowError:
            raise ValidationError("No calendar has a day for it in UTC.") from None
        except (ValueError, ValidationError):
            raise ValidationError(
                "Not a date-time of RFC 3339 with its offset, such as 2026-01-02T03:04:05Z "
                "(in an address, write + as %2B)."
            ) from None

    def _serialize(self, value: datetime | None, *_: Any, **__: Any) -> str | None:
        if value is None:
            return None
        # Not strftime: that has no leading zeros for the years before 1000.
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
