"""Sizes in bytes, written with a unit."""

import pytest

from api.core.sizes import in_words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1024, "1 KiB"),
        (65536, "64 KiB"),
        (1536 * 1024, "1536 KiB"),
        (1024 * 1024, "1 MiB"),
        (1000, "1000 bytes"),
        (65537, "65537 bytes"),
    ],
)
def test_in_words(size: int, words: str) -> None:
    """A size is written in the largest unit that divides it without a remainder."""
    assert in_words(size) == words
