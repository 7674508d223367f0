"""Sizes in bytes, in words."""


def in_words(size: int) -> str:
    """Return a size as people say it: 64 KiB, 1 MiB, 1000 bytes."""
    for unit, name in ((1024 * 1024, "MiB"), (1024, "KiB")):
        if size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"
