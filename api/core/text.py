"""Text from outside, made safe for a line of a log or of a terminal."""

from typing import Any

MAX_LENGTH = 120


def printable(text: str, substitute: str = "?") -> str:
    """Return a text with each unprintable character replaced, since it may move the cursor.

    :param text: the text
    :param substitute: the replacement of a character
    """
    return "".join(char if char.isprintable() else substitute for char in text)


def shown(value: Any) -> str:
    """Return a value as printable text of at most MAX_LENGTH characters.

    :param value: a value of any type
    """
    if value is None:
        return "absent"
    text = printable(value if isinstance(value, str) else repr(value))
    return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 1] + "…"
