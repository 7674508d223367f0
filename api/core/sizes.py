"""Sizes in bytes: their units, and how messages write them."""

KiB = 1024
MiB = 1024 * KiB


def in_words(size: int) -> str:
    """Return a size with its unit: 64 KiB, 1 MiB, 1000 bytes.

    :param size: the number of bytes
    """
    for unit, name in ((MiB, "MiB"), (KiB, "KiB")):
        if size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"
