"""`settings`: what people read of them."""

from pathlib import Path

import click

from api.core.application import Application
from api.core.cli.diffs import diff
from api.core.settings import declarations, reference

DIRECTORY = Path(__file__).parents[3]
README, ENV_EXAMPLE = "README.md", ".env.example"


@click.group()
def settings() -> None:
    """Write or check the table of settings in README.md, and .env.example."""


@settings.command()
@click.pass_obj
def write(application: Application) -> None:
    """Write the table in README.md, and .env.example, from the declarations."""
    texts = _texts(application)
    for name, text in texts.items():
        (DIRECTORY / name).write_text(text, encoding="utf-8")
        click.echo(name)
    if README not in texts:
        click.echo(
            f"{README} has no place for the table. These two lines mark one:\n"
            f"{reference.START}\n{reference.END}",
            err=True,
        )


@settings.command()
@click.pass_obj
def check(application: Application) -> None:
    """Fail, with a diff, where README.md or .env.example and the declarations differ."""
    texts = _texts(application)
    diffs = [line for name, text in texts.items() for line in diff(DIRECTORY / name, name, text)]
    if diffs:
        click.echo("\n".join(diffs))
        raise click.ClickException(
            "The settings are not described as they are declared. Bring that up to date: "
            "python manage.py settings write"
        )


def _texts(application: Application) -> dict[str, str]:
    """The files by name. A README without a place for the table is left alone."""
    declared = declarations(application.settings).values()
    texts = {ENV_EXAMPLE: reference.env_example(declared)}
    path = DIRECTORY / README
    readme = path.read_text(encoding="utf-8") if path.is_file() else ""
    if reference.has_table(readme):
        texts[README] = reference.with_table(readme, declared)
    return texts
