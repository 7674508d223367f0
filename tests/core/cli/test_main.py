"""How a command ends when it is called wrongly, interrupted, or only asked for help."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.support.cli import Runner
from tests.core.support.commands import complaint, manage
from tests.core.support.server import MANAGE, clean_environment

COMMANDS = [
    [],
    ["run"],
    ["serve"],
    ["token"],
    ["token", "mint"],
    ["token", "explain"],
    ["openapi"],
    ["openapi", "write"],
    ["openapi", "check"],
    ["settings"],
    ["settings", "write"],
    ["settings", "check"],
    ["routes"],
]


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help(runner: Runner, command: list[str], option: str) -> None:
    """Every command prints its help on standard output and exits with 0."""
    result = runner(*command, option)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"Usage: {' '.join(['manage.py', *command])} [OPTIONS]")


@pytest.mark.parametrize("group", [[], ["token"], ["openapi"], ["settings"]], ids=" ".join)
def test_group_without_a_command(runner: Runner, group: list[str]) -> None:
    """A group without a command lists its commands on standard error and exits with 2."""
    result = runner(*group)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"Usage: {' '.join(['manage.py', *group])} [OPTIONS] COMMAND")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nope"], "No such command 'nope'"),
        (["two\nlines\x1b[2J"], "No such command"),
        (["token", "nope"], "No such command 'nope'"),
        (["run", "--nope"], "No such option '--nope'"),
        (["routes", "extra"], "unexpected extra argument"),
        (["token", "explain", "a", "b"], "unexpected extra argument"),
        (["run", "--port"], "'--port' requires an argument"),
        (["run", "--port", "0"], "'--port': 0 is not in the range"),
        (["run", "--port", "65536"], "'--port': 65536 is not in the range"),
        (["serve", "--port", "http"], "'--port': 'http' is not a valid integer"),
        (["serve", "--workers", "0"], "'--workers': 0 is not in the range"),
        (["token", "mint", "--expires", "1w"], "'1w' is not a duration. Example: 1h"),
    ],
    ids=lambda value: ascii(" ".join(value)) if isinstance(value, list) else "",
)
def test_wrong_command_line(runner: Runner, arguments: list[str], said: str) -> None:
    """A wrong command line ends in one line that names what is wrong."""
    result = runner(*arguments)
    assert result.code == 2
    assert said in complaint(result)


READERS = [["run"], ["serve"], ["token", "mint"], ["token", "explain", "a.b.c"]]


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_wrong_setting(runner: Runner, command: list[str]) -> None:
    """A wrong setting is reported in one line by every command that reads the settings."""
    result = runner(*command, JWKS_TTL="soon")
    assert result.code == 2
    assert complaint(result) == "JWKS_TTL: Not a valid number. Example: JWKS_TTL=600"


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_several_wrong_settings(runner: Runner, command: list[str]) -> None:
    """Several wrong settings have one line each."""
    result = runner(*command, JWKS_TTL="soon", PORT="http")
    assert (result.code, result.out) == (2, "")
    first, second = result.err.splitlines()
    assert first.startswith("Error: JWKS_TTL: ")
    assert second.startswith("Error: PORT: ")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"PORT=http"], ids=["no text", "no port"])
def test_wrong_env_file(runner: Runner, content: bytes) -> None:
    """A .env file that cannot be read or has a wrong value is reported in one line."""
    (runner.directory / ".env").write_bytes(content)
    assert complaint(runner("token", "mint")).endswith("Example: PORT=3010")


def test_settings_that_do_not_matter(runner: Runner) -> None:
    """A command that reads no settings works even when one of them is wrong."""
    assert runner("routes", PORT="http").code == 0


def test_interrupted(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """After Ctrl+C a command exits with 130, as is usual in a shell, and prints nothing."""

    def interrupt(_settings: type) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("api.core.cli.token.load", interrupt)
    result = runner("token", "mint")
    assert (result.code, result.out, result.err.strip()) == (130, "", "")


def test_reader_has_seen_enough(tmp_path: Path) -> None:
    """A command whose output pipe is closed, as by `| head`, prints no error."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        ended = subprocess.run(
            [sys.executable, *MANAGE, "token", "mint"],
            cwd=tmp_path,
            env=clean_environment(),
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (1, b"")


def test_manage_py(tmp_path: Path) -> None:
    """As a process, manage.py works from any directory and reports an error in one line."""
    result = manage(tmp_path, "nope")
    assert result.code == 2
    assert complaint(result) == "No such command 'nope'."
