"""Start a headless Chromium and collect the errors on its console."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, sync_playwright

from tests.core.support import chromium

# The browser's own line for a refusal, which a test may well have wanted.
REFUSED = re.compile(
    r"Failed to load resource: the server responded with a status of (401|403|404|503)"
)


@contextmanager
def launched() -> Iterator[Browser]:
    """The browser of this machine, until the block ends."""
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=chromium.find(), args=chromium.ARGUMENTS
        ) as browser,
    ):
        yield browser


def _is_known(text: str) -> bool:
    # Swagger UI looks for a component for each format of the items of a list, says that it has
    # none for files, and shows its own field for files.
    return bool(REFUSED.match(text)) or text.endswith("component: JsonSchema_string_binary")


def watch(context: BrowserContext) -> list[str]:
    """What the pages of `context` complain of, from now on: errors, and breaches of policy."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _is_known(message.text):
            complaints.append(message.text)

    context.on("console", listen)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    return complaints
