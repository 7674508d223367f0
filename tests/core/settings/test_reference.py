"""The settings' table and .env.example, which are generated from their declarations."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.core.settings import Settings, between, declarations, load, one_of, reference, setting


@dataclass(frozen=True)
class Own(Settings):
    """Settings of which each is written in another way."""

    greeting: str = setting("Hello", "How: a | or b.", example="Good day, \\ 'all' # here")
    rooms: int = setting(100000, "How many.", example="2", check=between(0.5, 10000000))
    is_open: bool = setting(False, "To everybody.", example="true")
    sizes: tuple[int, ...] = setting((1, 2), "In cm.", example="3")
    kind: str = setting("", "Which.", example="a", check=one_of("", "a", "b"))
    door: str = setting("", "Which.", example="x", default_text="the `front` door", secret=True)


OWN = {name: each for name, each in declarations(Own).items() if name.lower() in vars(Own)}
MARKED = f"# A title\n{reference.START}\nold\n{reference.END}\nThe end.\n"


def test_table() -> None:
    """The table has a row for each setting with its meaning, its allowed values and its default."""
    lines = reference.with_table(MARKED, OWN.values()).splitlines()
    assert (lines[:2], lines[-2:]) == (
        ["# A title", reference.START],
        [reference.END, "The end."],
    )
    assert lines[4:-2] == [
        "| `GREETING` | How: a \\| or b. | `Good day, \\ 'all' # here` | `Hello` |",
        "| `ROOMS` | How many. | 0.5 to 10000000 | `100000` |",
        "| `IS_OPEN` | To everybody. | `true` | `false` |",
        "| `SIZES` | In cm. | `3` | `1,2` |",
        "| `KIND` | Which. | `a`, `b` | none |",
        "| `DOOR` | Which. | `x` | the `front` door |",
    ]


def test_table_is_written_again() -> None:
    """Generating the table in a text that already has it changes nothing."""
    once = reference.with_table(MARKED, OWN.values())
    assert reference.has_table(once)
    assert reference.with_table(once, OWN.values()) == once


@pytest.mark.parametrize("text", ["", reference.START, f"{reference.END}\n{reference.START}"])
def test_no_place_for_the_table(text: str) -> None:
    """A text without both marks in their order has no place for the table."""
    assert not reference.has_table(text)


@pytest.mark.parametrize("name", declarations(Own))
def test_env_example_can_be_used(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every line of .env.example enabled, each setting is read as its example."""
    for each in declarations(Own):
        monkeypatch.delenv(each, raising=False)
    text = reference.env_example(declarations(Own).values())
    assert max(map(len, text.splitlines())) <= 100
    (tmp_path / "all").write_text(re.sub(r"^#(?=[A-Z_0-9]+=)", "", text, flags=re.MULTILINE))
    value = getattr(load(Own, tmp_path / "all"), name.lower())
    monkeypatch.setenv("AUTH0_DOMAIN", "a.example")
    monkeypatch.setenv("AUTH0_AUDIENCE", "urn:a")
    for pair in ("AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"):
        monkeypatch.setenv(pair, declarations(Own)[pair].example)
    monkeypatch.setenv(name, declarations(Own)[name].example)
    assert value == getattr(load(Own, tmp_path / "none"), name.lower())


def test_env_example_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unchanged .env.example sets only the domain and the audience, which `serve` needs."""
    for each in declarations(Settings):
        monkeypatch.delenv(each, raising=False)
    (tmp_path / "env").write_text(reference.env_example(declarations(Settings).values()))
    assert load(Settings, tmp_path / "env") == Settings(
        auth0_domain=("your-tenant.eu.auth0.com",), auth0_audience="https://api.example.com/"
    )
