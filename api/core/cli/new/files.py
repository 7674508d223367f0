"""The files of a new resource. All of them are written, or none."""

import ast
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from string import Template

import click

from api.core.cli.new.names import Names

TEMPLATES = Path(__file__).parent / "templates"


def render(names: Names, root: Path, *, table: bool) -> dict[Path, str]:
    """Return the texts of the files.

    :param names: the names of the resource
    :param root: the directory of the project
    :param table: whether it has a table
    :raises click.ClickException: a file is there already, or a name means two things in it
    """
    values = names.values()
    places = {
        "schema": f"schemas/{values['word_module']}.py",
        "storage": f"api/storage/{values['module']}.py",
        "resource": f"api/resources/{values['module']}.py",
        "test": f"tests/resources/test_{values['module']}.py",
    }
    kind = TEMPLATES / ("table" if table else "plain")
    texts = {
        root / place: fill(kind / f"{name}.txt", values)
        for name, place in places.items()
        if (kind / f"{name}.txt").exists()
    }
    for path, text in texts.items():
        _check_place(path, root)
        _check_names(text, names)
    return texts


def fill(template: Path, values: Mapping[str, str]) -> str:
    """Return the text of a template.

    :param template: its file
    :param values: the values of its names
    """
    return Template(template.read_text(encoding="utf-8")).substitute(values)


@contextmanager
def all_or_none(root: Path, changed: list[Path]) -> Iterator[list[Path]]:
    """Undo what a block has written, if it fails.

    :param root: the directory of the project
    :param changed: the files that the block changes
    :returns: a list, to which the block adds each file before it creates it
    """
    before = {path: path.read_bytes() for path in changed if path.exists()}
    created: list[Path] = []
    try:
        yield created
    except BaseException:
        for path, data in before.items():
            path.write_bytes(data)
        for path in (*created, *(each for each in changed if each not in before)):
            path.unlink(missing_ok=True)
            _remove_empty(path.parent, root)
        raise


def write(path: Path, text: str, created: list[Path]) -> None:
    """Write a new file.

    :param path: the file
    :param text: its text
    :param created: the list of new files, to which it is added
    """
    if not path.parent.exists() or (path.parent / "__init__.py") in created:
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        created.append(path.parent / "__init__.py")
    created.append(path)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)


def _remove_empty(directory: Path, root: Path) -> None:
    while directory != root and directory.is_dir() and not any(directory.iterdir()):
        directory.rmdir()
        directory = directory.parent


def _check_place(path: Path, root: Path) -> None:
    for each in (path, path.with_suffix("")):
        if each.exists():
            raise click.ClickException(
                f"{each.relative_to(root)} is there already: choose another name, or remove it"
            )


def _check_names(text: str, names: Names) -> None:
    """Check that no class of a file has the name of something that the file imports."""
    body = ast.parse(text).body
    imports = [node for node in body if isinstance(node, ast.ImportFrom)]
    imported = [alias.name for node in imports for alias in node.names]
    defined = [node.name for node in body if isinstance(node, ast.ClassDef)]
    known: set[str] = set()
    for name in (*imported, *defined):
        if name in known:
            raise click.ClickException(
                f"{name} would mean two things in the files of {names.name}: choose another name, "
                f"such as own-{names.name}, or --singular own-{names.word}"
            )
        known.add(name)
