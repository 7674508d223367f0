"""Text of others, made fit for a line of a log or a terminal."""

from typing import Any

LONGEST = 120


def printable(text: str, substitute: str = "?") -> str:
    """Return the text with a substitute for each character that cannot be printed.

    Such a character might move a cursor, or end a line.
    """
    return "".join(char if char.isprintable() else substitute for char in text)


def shown(value: Any) -> str:
    """Return a value of any type as printable text of at most 120 characters."""
    if value is None:
        return "absent"
    text = printable(value if isinstance(value, str) else repr(value))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
