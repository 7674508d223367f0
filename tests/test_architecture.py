"""The imports of the code follow the table in ARCHITECTURE.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PACKAGES = ("api", "schemas", "openapi")
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in [ROOT / "manage.py", *(p for name in PACKAGES for p in (ROOT / name).rglob("*.py"))]
}


def _table() -> dict[str, set[str]]:
    _heading, *rows = re.findall(r"^\| ([a-z_.]+) \|(.*)\|$", TEXT, re.MULTILINE)
    return {part: set(re.findall(r"[a-z_.]+", allowed)) for part, allowed in rows}


def _users_of_request() -> set[str]:
    [sentence] = re.findall(r"`flask.request` appears only in these: ([^`]*)\.\n", TEXT)
    return set(re.findall(r"[a-z_.]+", sentence))


TABLE = _table()


def _part(module: str) -> str:
    """The part of the table that a module belongs to: the longest name that leads to it."""
    parts = [part for part in TABLE if module == part or module.startswith(f"{part}.")]
    return max(parts, key=len, default=module)


def _imports(path: Path) -> Iterator[str]:
    """Every module of the project that a file imports, wherever in the file it does."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] in PACKAGES)


def _module_of(name: str) -> str:
    """`api.core.guard.claims.Rule` is found in the module `api.core.guard.claims`."""
    while name not in MODULES:
        name = name.rpartition(".")[0]
    return name


# What stands at the top of the machinery hands out names of all its parts.
@pytest.mark.parametrize("module", sorted(MODULES.keys() - {"api.core"}))
def test_imports_are_in_the_table(module: str) -> None:
    """A module imports only its own part and the parts that ARCHITECTURE.md allows."""
    own = _part(module)
    used = {_part(_module_of(name)) for name in _imports(MODULES[module])}
    assert used - {own, "api", "api.core"} <= TABLE.get(own, set()), module


def test_every_module_is_on_the_table() -> None:
    """Every module belongs to a part of the table, except api and api.core."""
    assert {module for module in MODULES if _part(module) not in TABLE} == {
        "api",
        "api.core",
    }


def test_every_part_of_the_table_exists() -> None:
    """Every part that the table names exists."""
    named = set(TABLE).union(*TABLE.values())
    assert named <= set(MODULES)


@pytest.mark.parametrize(
    "module", sorted(name for name in MODULES if name.startswith("api.resources."))
)
def test_resources_do_not_import_each_other(module: str) -> None:
    """A resource imports no other resource, so it can be removed or copied alone."""
    used = {_module_of(name) for name in _imports(MODULES[module])}
    assert {name for name in used if name.startswith("api.resources")} == set()


def test_the_request_is_read_in_few_places() -> None:
    """Only the modules that ARCHITECTURE.md lists import flask.request."""
    users = {
        _part(module)
        for module, path in MODULES.items()
        if re.search(r"^from flask import .*\brequest\b", path.read_text("utf-8"), re.MULTILINE)
    }
    assert users == _users_of_request()


@pytest.mark.parametrize("package", ["api.core", "openapi", "schemas.core"])
def test_every_module_is_in_the_tree(package: str) -> None:
    """The tree of the files names each module of the machinery."""
    tree = set(re.findall(r"\w+", TEXT.partition("```\n")[2].partition("```")[0]))
    assert sorted({name.rpartition(".")[2] for name in _modules_in(package)} - tree) == []


@pytest.mark.parametrize(
    "package",
    [
        *("api.core", "api.core.guard", "api.core.request", "api.core.response"),
        *("api.core.storage", "openapi"),
    ],
)
def test_the_docstring_of_a_package_lists_its_modules(package: str) -> None:
    """The docstring of a package names each of its modules, for readers."""
    docstring = ast.get_docstring(ast.parse(MODULES[package].read_text(encoding="utf-8"))) or ""
    names = {name.rpartition(".")[2] for name in _modules_in(package)}
    assert sorted(names - set(re.findall(r"\w+", docstring))) == []


def _modules_in(package: str) -> list[str]:
    return [name for name in MODULES if name.rpartition(".")[0] == package]
