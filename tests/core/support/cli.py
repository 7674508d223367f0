"""The command line, called as manage.py calls it."""

import io
import os
from pathlib import Path
from typing import NamedTuple

import pytest

from api.core.application import Application
from api.core.cli.main import main
from api.core.settings import declarations


class Result(NamedTuple):
    """How a command ended: its exit status, standard output and standard error."""

    code: int
    out: str
    err: str


class Runner:
    """Runs commands of `application` in `directory`.

    `environment` and `stdin` are those of the next command.
    """

    def __init__(
        self,
        application: Application,
        directory: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.application = application
        self.directory = directory
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        monkeypatch.chdir(directory)
        for name in declarations(application.settings).keys() & os.environ.keys():
            monkeypatch.delenv(name)

    def __call__(self, *arguments: str, stdin: str = "", **environment: str) -> Result:
        with self._monkeypatch.context() as patch:
            patch.setattr("sys.stdin", io.StringIO(stdin))
            for name, value in environment.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main(self.application, list(arguments))
        out, err = self._capsys.readouterr()
        return Result(int(ended.value.code or 0), out, err)
