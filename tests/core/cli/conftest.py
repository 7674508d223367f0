"""Fixtures for the tests of the command line."""

import logging
import socket
from collections.abc import Iterator

import pytest

from tests.core.support.commands import Terminal


@pytest.fixture(autouse=True)
def logging_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep pytest's logging, because each command would configure the logging anew."""
    monkeypatch.setattr("logging.config.dictConfig", lambda _config: None)
    monkeypatch.setattr(logging.root.manager, "disable", logging.NOTSET)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """`terminal(80)`: make standard output a terminal of that width."""

    def become(width: int) -> None:
        for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    return become


@pytest.fixture
def busy_port() -> Iterator[int]:
    """A port that is already in use."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]
