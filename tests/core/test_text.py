"""Foreign text is made safe for a log line or a terminal."""

import pytest

from api.core.text import printable, shown


def test_what_cannot_be_printed_is_substituted() -> None:
    """Unprintable characters are replaced by a question mark or by a given substitute."""
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
    """A value of any type is shown in at most 120 printable characters."""
    assert shown(value) == text
