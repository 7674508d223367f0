"""How a committed file differs from what the code says."""

import difflib
from pathlib import Path


def diff(path: Path, name: str, text: str) -> list[str]:
    """Return the lines of a unified diff; none, if the file has that text.

    :param path: the committed file, which need not be there
    :param name: what the file is called in the diff
    :param text: what the code says
    """
    committed = path.read_text(encoding="utf-8") if path.is_file() else ""
    return list(
        difflib.unified_diff(
            # Not splitlines(): a missing newline at the end is a difference as well.
            committed.split("\n"),
            text.split("\n"),
            f"{name} as committed",
            f"{name} as the code says",
            lineterm="",
        )
    )
