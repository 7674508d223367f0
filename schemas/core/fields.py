"""Fields that accept exactly what the documents say of them."""

import re
from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate


class SingleLine(fields.Str):
    """Text without NUL and lone surrogates, which databases cannot store."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        if "\0" in text:
            raise ValidationError("It may not hold the character NUL (U+0000).")
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise ValidationError("It may not hold lone surrogates (U+D800 to U+DFFF).")
        return text


# The characters that str.strip removes, for a pattern that ECMA 262 and Python read alike: what \s
# matches differs between them.
WHITE_SPACE = r"\t-\r\u001C-\u0020\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000"


class TrimmedText(SingleLine):
    """Text without the white space around it. It must not be empty."""

    def __init__(self, *, max_length: int, metadata: dict[str, Any], **kwargs: Any) -> None:
        """
        :param max_length: how many characters it may have
        :param metadata: members of its JSON Schema
        :param kwargs: further arguments of marshmallow's String
        """
        super().__init__(
            validate=validate.Length(1, max_length),
            metadata={"pattern": rf"^[^\u0000]*[^{WHITE_SPACE}\u0000][^\u0000]*$"} | metadata,
            **kwargs,
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs).strip()


class StrictInteger(fields.Int):
    """An integer of a query string, in decimal digits without spaces, a plus or a fraction."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not re.fullmatch(r"-?[0-9]{1,18}", str(value)):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


# datetime.fromisoformat accepts more of ISO 8601: weeks, hours alone, and any letter for the T.
_RFC_3339 = re.compile(r"[0-9-]{10}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")


class Rfc3339DateTime(fields.AwareDateTime):
    """A date-time of RFC 3339. It is read with any offset, and written in UTC with microseconds."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        text = str(value).upper()
        try:
            if not _RFC_3339.fullmatch(text):
                raise ValueError(text)
            return super()._deserialize(text, attr, data, **kwargs).astimezone(UTC)
        except OverflowError:
            raise ValidationError("In UTC, it is before the year 1 or after 9999.") from None
        except (ValueError, ValidationError):
            raise ValidationError(
                "Not a date-time of RFC 3339 with its offset, such as 2026-01-02T03:04:05Z "
                "(in an address, write + as %2B)."
            ) from None

    def _serialize(self, value: datetime | None, *_: Any, **__: Any) -> str | None:
        if value is None:
            return None
        # strftime writes years before 1000 without leading zeros.
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
