"""The Chromium or Chrome of this machine, and its options for a run without a window."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """Return the path of the first browser on the PATH, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)
