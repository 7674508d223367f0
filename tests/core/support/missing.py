"""What some tests need and not every machine has.

A test names its need with `pytest.mark.needs(NAME)`. Where that is missing, the test is left out
and the last lines of the output say so; a machine that calls itself CI=true must have everything.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.core.support import chromium, java, nginx, node, pgbouncer, redis


@dataclass(frozen=True)
class Need:
    """tested: what goes untested without it. present: is it here? remedy: how to get it."""

    tested: str
    present: Callable[[], bool]
    remedy: str


NEEDS = {
    "chromium": Need(
        tested="the page in a browser",
        present=lambda: chromium.find() is not None,
        remedy=(
            "sudo apt-get install chromium (Debian/Ubuntu), or any Chromium or Chrome on the PATH"
        ),
    ),
    "java": Need(
        tested="a Python client of OpenAPI Generator",
        present=lambda: java.find() is not None,
        remedy="sudo apt-get install default-jre-headless (Debian/Ubuntu)",
    ),
    "nginx": Need(
        tested="the API behind a proxy and a path prefix",
        present=lambda: nginx.find() is not None,
        remedy="sudo apt-get install nginx-light (Debian/Ubuntu)",
    ),
    "node": Need(
        tested="the login at an independent OpenID provider",
        present=lambda: node.is_ready(node.PROVIDER),
        remedy="sudo apt-get install nodejs npm (Debian/Ubuntu), and npm ci in tests/core/provider",
    ),
    "npm": Need(
        tested="a TypeScript client",
        present=lambda: node.is_ready(node.CLIENTS),
        remedy="sudo apt-get install nodejs npm (Debian/Ubuntu), and npm ci in tests/core/clients",
    ),
    "pgbouncer": Need(
        tested="the database behind a pooler",
        present=lambda: pgbouncer.find() is not None,
        remedy="sudo apt-get install pgbouncer (Debian/Ubuntu)",
    ),
    "redis": Need(
        tested="the memory of DPoP proofs in a real Redis",
        present=lambda: redis.find() is not None,
        remedy="sudo apt-get install redis-server (Debian/Ubuntu), or any Redis or Valkey",
    ),
}


class Missing:
    """A pytest plugin that skips tests whose needs are missing and reports them."""

    def __init__(self, needs: Mapping[str, Need] = NEEDS) -> None:
        self._needs = needs
        self._left_out: Counter[str] = Counter()

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "needs(name): see tests/core/support/missing.py")
        if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
            # A worker of pytest-xdist could refuse only its own collection, and not be heard.
            self._refuse(self._absent(self._needs))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        needed = set().union(*map(_needed_by, items))
        absent = self._absent(needed)
        left_out = [item for item in items if absent & _needed_by(item)]
        self._left_out.update(name for item in left_out for name in absent & _needed_by(item))
        self._refuse(absent)
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]

    def _absent(self, names: Iterable[str]) -> set[str]:
        return {name for name in names if not self._needs[name].present()}

    def _refuse(self, absent: Iterable[str]) -> None:
        if os.environ.get("CI") == "true" and (names := sorted(absent)):
            remedies = "; ".join(self._needs[name].remedy for name in names)
            raise pytest.UsageError(f"With CI=true nothing may be left out: {remedies}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        # Where pytest-xdist spreads the tests, its workers collect them and its master reports.
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["left_out"] = dict(self._left_out)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self._left_out |= Counter(getattr(node, "workeroutput", {}).get("left_out", {}))

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self, config: pytest.Config) -> None:
        # Not in the terminal's summary: this must be the last that is read.
        for name, count in self._left_out.items():
            need = self._needs[name]
            line = f"Not tested here: {need.tested} ({count} tests). To test it: {need.remedy}"
            config.get_terminal_writer().line(line, yellow=True)


def _needed_by(item: pytest.Item) -> set[str]:
    return {name for mark in item.iter_markers("needs") for name in mark.args}
