"""Differences between committed files and the code."""

import difflib
from pathlib import Path


def diff(path: Path, name: str, text: str) -> list[str]:
    """Return the lines of a unified diff, which are none if the file has the expected text.

    :param path: the committed file, which may be missing
    :param name: the name of the file in the diff
    :param text: the expected text
    """
    committed = path.read_text(encoding="utf-8") if path.is_file() else ""
    return list(
        difflib.unified_diff(
            # splitlines() would hide a missing newline at the end.
            committed.split("\n"),
            text.split("\n"),
            f"{name} as committed",
            f"{name} as the code says",
            lineterm="",
        )
    )
