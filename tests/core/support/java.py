"""Java, in which OpenAPI Generator is written."""

import shutil


def find() -> str | None:
    """Return the path of `java`, or None."""
    return shutil.which("java")
