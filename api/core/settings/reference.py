"""What people read of the settings, written from the declarations: README's table, .env.example."""

import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from marshmallow.validate import OneOf, Range

from api.core.settings.declaration import Setting

START = "<!-- settings: python manage.py settings write -->"
END = "<!-- end of settings -->"
WIDTH = 100

_HEADING = """\
# Copy this file to .env, and set what you need. Without AUTH0_DOMAIN, tokens come from the embedded
# issuer. This file is written by `python manage.py settings write`.
"""


def has_table(readme: str) -> bool:
    """Return whether a README has the two marks between which the table is."""
    return START in readme and END in readme.partition(START)[2]


def with_table(readme: str, settings: Iterable[Setting]) -> str:
    """Return a README with the table of these settings between its marks."""
    before, _, rest = readme.partition(START)
    after = rest.partition(END)[2]
    return f"{before}{START}\n{_table(settings)}{END}{after}"


def env_example(settings: Iterable[Setting]) -> str:
    """Return the text of .env.example: each setting with what it means, most commented out."""
    return "\n".join([_HEADING, *map(_entry, settings)])


def _table(settings: Iterable[Setting]) -> str:
    heading = ("variable", "meaning", "value or example", "default")
    rows = [heading, ("---",) * len(heading), *map(_cells, settings)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cells(setting: Setting) -> tuple[str, ...]:
    cells = (f"`{setting.name}`", setting.help, _values(setting), _default(setting))
    return tuple(cell.replace("|", "\\|") for cell in cells)


def _values(setting: Setting) -> str:
    """What a value may be: its range, the choices, or an example."""
    if isinstance(setting.check, Range):
        return f"{_written(setting.check.min)} to {_written(setting.check.max)}"
    if isinstance(setting.check, OneOf):
        return ", ".join(f"`{choice}`" for choice in setting.check.choices if choice)
    return f"`{setting.example}`"


def _default(setting: Setting) -> str:
    if setting.default_text:
        return setting.default_text
    if setting.default in ("", None, (), frozenset()):
        return "none"
    return f"`{_written(setting.default)}`"


def _written(value: Any) -> str:
    """A value as one writes it in `.env`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple | frozenset):
        return ",".join(sorted(map(_written, value)))
    return str(value)


def _entry(setting: Setting) -> str:
    example = setting.example
    if re.search(r"[\s#'\"\\]", example):
        example = "'" + example.replace("\\", "\\\\").replace("'", "\\'") + "'"
    mark = "" if setting.needed_by_serve else "#"
    return "\n".join((*_comment(setting), f"{mark}{setting.name}={example}", ""))


def _comment(setting: Setting) -> Iterator[str]:
    default = f"Default: {_default(setting)}."
    if isinstance(setting.check, Range | OneOf):
        default = f"{_values(setting)}. {default}"
    for text in (setting.help, default):
        yield from textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="# ")
