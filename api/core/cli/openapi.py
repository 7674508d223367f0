"""`openapi`: the committed documents."""

from pathlib import Path

import click

import openapi as package
from api.core.application import Application
from api.core.cli.diffs import diff
from api.core.factory import create_app, emit_documents
from openapi import about
from openapi.dialect import Json
from openapi.documents import as_text

DIRECTORY = Path(package.__file__).parent


@click.group()
def openapi() -> None:
    """Write or check the OpenAPI documents in openapi/."""


@openapi.command()
@click.pass_obj
def write(application: Application) -> None:
    """Write openapi.json (3.1) and swagger.json (2.0) from the code."""
    for name, text in _texts(application).items():
        (DIRECTORY / name).write_text(text, encoding="utf-8")
        click.echo(f"openapi/{name}")


@openapi.command()
@click.pass_obj
def check(application: Application) -> None:
    """Fail, with a diff, where a committed document and the code differ."""
    diffs = [
        line
        for name, text in _texts(application).items()
        for line in diff(DIRECTORY / name, f"openapi/{name}", text)
    ]
    if diffs:
        click.echo("\n".join(diffs))
        raise click.ClickException(
            "openapi/ is not what the code says. Bring it up to date: "
            "python manage.py openapi write"
        )


def committed_documents(application: Application) -> dict[str, Json]:
    """The documents by file name, as they are committed: for no one tenant."""
    host = about.EXAMPLE_ISSUER.removeprefix("https://").removesuffix("/")
    settings = application.settings(auth0_domain=(host,), auth0_audience="https://api.example.com/")
    app = create_app(application, settings)
    server = {"url": about.EXAMPLE_SERVER, "description": "The development server (`make run`)"}
    return emit_documents(app, server=server)


def _texts(application: Application) -> dict[str, str]:
    return {name: as_text(document) for name, document in committed_documents(application).items()}
