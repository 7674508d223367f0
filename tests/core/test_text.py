"""Text of others, made fit for a line of a log or a terminal."""

import pytest

from api.core.text import printable, shown


def test_what_cannot_be_printed_is_substituted() -> None:
    """Line breaks and control characters become question marks, or what is asked for."""
    assert printable("a\r\n\x1b[2J\u2028b\u00e9") == "a???[2J?b\u00e9"
    assert printable("a\nb", " ") == "a b"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "absent"),
        ("a\r\n\x1b[2Jb", "a???[2Jb"),
        ([1], "[1]"),
        ("a" * 120, "a" * 120),
        ("a" * 121, "a" * 119 + "…"),
    ],
)
def test_a_shown_value_is_printable_and_short(value: object, text: str) -> None:
    """A value of any type is shown in at most 120 characters that can be printed."""
    assert shown(value) == text
