"""Tables on a terminal and in a pipe."""

import io

import pytest

from api.core.cli.tables import show
from tests.core.support.commands import Terminal

COLUMNS = ("CHECK", "RESULT", "FOUND", "WHAT TO CHANGE")
ROWS = [("aud", "pass", "https://api.example.com/", ""), ("exp", "FAIL", "a day", "get a new one")]
RED = "\x1b[1;31m"


def test_piped(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe, each row is one line of plain text, with two spaces between columns and none at
    the end."""
    show(COLUMNS, ROWS, below=True)
    assert capsys.readouterr().out == (
        "CHECK  RESULT  FOUND                     WHAT TO CHANGE\n"
        "aud    pass    https://api.example.com/\n"
        "exp    FAIL    a day                     get a new one\n"
    )


def test_terminal(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal a failure is red."""
    terminal(80)
    show(COLUMNS, ROWS)
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 3
    assert f"{RED}FAIL" in out


def test_sentences_below(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal, the sentences of the last column are shown below the table, beside the name of
    their row."""
    terminal(80)
    show(COLUMNS, ROWS, below=True)
    facts, sentences = capsys.readouterr().out.split("\n\n")
    assert "get a new one" not in facts
    [_heading, line] = sentences.splitlines()
    assert [word for word in ("exp", f"{RED}FAIL", "get a new one") if word in line] == [
        *("exp", f"{RED}FAIL", "get a new one"),
    ]


def test_nothing_to_say_below(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    """When no row has a sentence, there is no second table."""
    terminal(80)
    show(COLUMNS, ROWS[:1], below=True)
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("width", [40, 80, 120])
def test_width(terminal: Terminal, capsys: pytest.CaptureFixture[str], width: int) -> None:
    """A value that is too long is wrapped and never cut, because a reader may need all of it."""
    terminal(width)
    value = "".join(f"{number:03}" for number in range(60))
    show(("A", "B"), [("a", value)])
    out = capsys.readouterr().out
    assert all(len(line) <= width for line in out.replace("\x1b[1m", "").splitlines()[1:])
    assert "".join(out.split()).endswith(value)


@pytest.mark.parametrize("drawn", [True, False], ids=["terminal", "pipe"])
def test_control_characters(
    terminal: Terminal, capsys: pytest.CaptureFixture[str], drawn: bool
) -> None:
    """A cell cannot break its line, move the cursor or set a colour, and markup is shown as
    text."""
    if drawn:
        terminal(80)
    show(("A", "B"), [("a", "x\x1b[2J\r\n\t\x9b\u2028\u202e\ud800[red]y")])
    assert capsys.readouterr().out.splitlines()[-1].rstrip() == "a  x?[2J???????[red]y"


def test_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """A character that the output's encoding lacks is shown as a question mark."""
    output = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(output, encoding="ascii"))
    show(("A", "B"), [("a", "é…")])
    assert output.getvalue().endswith(b"a  ??\n")
