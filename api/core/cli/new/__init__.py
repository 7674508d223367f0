"""`new`: writes a resource of the team's own, registered, guarded and tested.

names         the names of the resource, made of the one that is given
files         its files, of which all are written or none
registering   its line among the imports of api/resources
templates/    the texts: table/ for a resource with a table, plain/ for one without
"""

import subprocess
import sys
from pathlib import Path

import click

import api.core
import openapi
from api.core.application import Application
from api.core.cli.new.files import TEMPLATES, all_or_none, fill, render, write
from api.core.cli.new.names import Names, names_of
from api.core.cli.new.registering import with_import
from api.core.storage import SchemaError, drafting

ROOT = Path(api.core.__file__).parents[2]
DOCUMENTS = Path(openapi.__file__).parent


@click.command("new")
@click.argument("name")
@click.option("--no-table", is_flag=True, help="Without a table, queries and a migration.")
@click.option("--singular", metavar="NAME", help="One row, if NAME has no regular plural.")
@click.pass_obj
def new(application: Application, name: str, no_table: bool, singular: str | None) -> None:
    """Write a resource NAME: schema, table, resource, test and the draft of its migration.

    NAME is a plural, as in its address: line-items. It is guarded by read:NAME and write:NAME,
    registered in api/resources, and added to the OpenAPI documents.
    """
    names = names_of(application, name, singular, table=not no_table)
    texts = render(names, ROOT, table=not no_table)
    registry = ROOT / "api/resources/__init__.py"
    with all_or_none(ROOT, [registry, *DOCUMENTS.glob("*.json")]) as created:
        for path, text in texts.items():
            write(path, text, created)
        if not no_table:
            created.append(_write_migration(application, names))
        source = registry.read_text(encoding="utf-8")
        registry.write_text(with_import(source, names.values()["module"]), encoding="utf-8")
        _write_documents(name)
    for path in (*created, registry, *sorted(DOCUMENTS.glob("*.json"))):
        click.echo(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
    upgrade = "" if no_table else "python manage.py db upgrade, and "
    click.echo(f"Next: make these files your own, then {upgrade}make test.", err=True)


def _write_migration(application: Application, names: Names) -> Path:
    values = names.values()
    upgrade = fill(TEMPLATES / "table/upgrade.txt", values).strip().replace("\n", "\n    ")
    downgrade = f'op.drop_table("{values["module"]}")'
    try:
        return drafting.write(application.branches, values["words"], upgrade, downgrade)
    except SchemaError as error:
        raise click.ClickException(f"{error}.") from error


def _write_documents(name: str) -> None:
    """Let a new process load the resource, and write the documents.

    :raises click.ClickException: the application does not start with it, or does not have it
    """
    command = [sys.executable, str(ROOT / "manage.py"), "openapi", "write"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode:
        last = (ended.stderr.strip() or "no error was printed").splitlines()[-1]
        raise click.ClickException(f"nothing was written: {last.removeprefix('Error: ')}")
    if f'"/api/{name}"' not in (DOCUMENTS / "openapi.json").read_text(encoding="utf-8"):
        raise click.ClickException(
            "nothing was written: the API did not get the new resource. Take the namespaces of "
            "api.resources in api/application.py: namespaces=namespaces(resources, ...)"
        )
