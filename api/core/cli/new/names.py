"""The names of a new resource, made of the one that the developer gives."""

import builtins
import keyword
import re
from dataclasses import dataclass

import click

from api.core.application import Application

# With its longest names, a line of the templates has 100 characters, and an index 63.
MAX_LENGTH = 28
_FORM = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Names:
    """The names of a resource.

    :param name: the resource, as in its address: line-items
    :param word: one of its rows: line-item
    """

    name: str
    word: str

    @property
    def class_name(self) -> str:
        """The model of one row: LineItem."""
        return _camel(self.word)

    def values(self) -> dict[str, str]:
        """Return the values of the templates."""
        core = "from schemas.core.idempotency import IdempotencyHeaders\n"
        is_first = _module(self.word) > "core.idempotency"
        return {
            "name": self.name,
            "module": _module(self.name),
            "words": self.name.replace("-", " "),
            "Words": self.name.replace("-", " ").capitalize(),
            "word": self.word.replace("-", " "),
            "word_slug": self.word,
            "word_module": _module(self.word),
            "Class": self.class_name,
            "Classes": _camel(self.name),
            "core_first": core if is_first else "",
            "core_last": "" if is_first else core,
        }


def names_of(application: Application, name: str, singular: str | None, *, table: bool) -> Names:
    """Return the names of a resource.

    :param application: the application, which must not have it yet
    :param name: the name of the resource: the plural of its rows, if it has a table
    :param singular: the name of one row, if English does not form it in the usual way
    :param table: whether it has a table
    :raises click.ClickException: a name cannot be used. The text has the remedy
    """
    for each in (name, singular):
        if each is not None:
            _check_form(each)
    _check_free(application, name, table=table)
    word = (singular or _singular(name)) if table else name
    if word == name and table:
        raise click.ClickException(
            f"{name} is no plural, and a table has many rows: name all of them, such as "
            f"{name}{'es' if name.endswith('s') else 's'}. "
            f"If it is a plural, say what one row is: new {name} --singular NAME"
        )
    names = Names(name, word)
    taken = {*keyword.kwlist, *vars(builtins)}
    for each in (*filter(keyword.iskeyword, (name, word)), names.class_name):
        if each in taken:
            raise click.ClickException(
                f"{each} is a word of Python: choose another name, such as own-{name}"
                + (f", or --singular own-{word}" if table else "")
            )
    return names


def _check_form(name: str) -> None:
    if _FORM.fullmatch(name) and len(name) <= MAX_LENGTH:
        return
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)
    proposal = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-0123456789")[:MAX_LENGTH]
    proposal = proposal.strip("-")
    raise click.ClickException(
        f"{name!r} cannot be the name: it has at most {MAX_LENGTH} lower-case letters, digits and "
        "single hyphens, a letter first" + (f". Write {proposal}" if proposal else "")
    )


def _check_free(application: Application, name: str, *, table: bool) -> None:
    for namespace in application.namespaces:
        if name in (namespace.name, namespace.path.rpartition("/")[2]):
            raise click.ClickException(
                f"the API has a resource {name} already, at {namespace.path}: choose another name"
            )
    if not table:
        return
    if application.tables is None:
        raise click.ClickException(
            "this application has no tables: give it tables and migrations in api/application.py, "
            "or make a resource without one: --no-table"
        )
    for branch in application.branches:
        if _module(name) in branch.tables.tables:
            raise click.ClickException(
                f"the database has a table {_module(name)} already: choose another name"
            )


def _singular(plural: str) -> str:
    """Return the singular of an English word, by the rules that have few exceptions."""
    if plural.endswith("ies"):
        return plural.removesuffix("ies") + "y"
    if plural.endswith(("sses", "xes", "ches", "shes", "uses")):
        return plural.removesuffix("es")
    if plural.endswith("s") and not plural.endswith(("ss", "us", "is")):
        return plural.removesuffix("s")
    return plural


def _module(name: str) -> str:
    return name.replace("-", "_")


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))
