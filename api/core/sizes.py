"""Sizes in bytes, formatted for messages."""


def in_words(size: int) -> str:
    """Return a size with its unit: 64 KiB, 1 MiB, 1000 bytes.

    :param size: the number of bytes
    """
    for unit, name in ((1024 * 1024, "MiB"), (1024, "KiB")):
        if size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"
