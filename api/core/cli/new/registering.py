"""The registration of a new resource: its line among the imports of api/resources."""

import ast

import click

PACKAGE = "api.resources"


def with_import(source: str, module: str) -> str:
    """Return the source of api/resources/__init__.py with the import of one more module.

    :param source: the source
    :param module: the name of the module
    :raises click.ClickException: the source cannot be read
    """
    try:
        nodes = ast.parse(source).body
    except SyntaxError as error:
        raise click.ClickException(f"api/resources/__init__.py: {error}") from error
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    own = next((node for node in imports if node.module == PACKAGE and not node.level), None)
    if own is None:
        return f"{source.rstrip()}\n\nfrom {PACKAGE} import (\n    {module},\n)\n".lstrip()
    lines = source.splitlines(keepends=True)
    first, last = own.lineno - 1, own.end_lineno or own.lineno
    if last - first == 1:
        names = sorted([*(alias.name for alias in own.names), module])
        block = [f"from {PACKAGE} import (\n", *(f"    {name},\n" for name in names), ")\n"]
        return "".join([*lines[:first], *block, *lines[last:]])
    # Comments beside the other lines stay where they are.
    later = [alias.lineno - 1 for alias in own.names if alias.name > module]
    place = min(later, default=last - 1)
    return "".join([*lines[:place], f"    {module},\n", *lines[place:]])
