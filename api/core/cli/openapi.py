"""`openapi`: writes and checks the committed documents."""

from pathlib import Path

import click
from flask import Flask

import openapi as package
from api.core.application import Application
from api.core.cli.diffs import diff
from api.core.documents import build_documents
from api.core.factory import create_app
from openapi import about
from openapi.build import as_text
from openapi.schemas import Json

DIRECTORY = Path(package.__file__).parent


@click.group()
def openapi() -> None:
    """Write or check the OpenAPI documents in openapi/."""


@openapi.command()
@click.pass_obj
def write(application: Application) -> None:
    """Write openapi.json (3.1), openapi-3.0.json and swagger.json (2.0) from the code."""
    for name, text in _texts(application).items():
        (DIRECTORY / name).write_text(text, encoding="utf-8")
        click.echo(f"openapi/{name}")


@openapi.command()
@click.pass_obj
def check(application: Application) -> None:
    """Fail with a diff if a committed document differs from the code."""
    diffs = [
        line
        for name, text in _texts(application).items()
        for line in diff(DIRECTORY / name, f"openapi/{name}", text)
    ]
    if diffs:
        click.echo("\n".join(diffs))
        raise click.ClickException(
            "The documents in openapi/ differ from the code. Bring them up to date: "
            "python manage.py openapi write"
        )


def committed_documents(application: Application) -> dict[str, Json]:
    """Return the documents to commit, by file name. They name an example tenant.

    :param application: the application
    """
    server = {"url": about.EXAMPLE_SERVER, "description": "The development server (`make run`)"}
    return build_documents(example_app(application), server=server)


def example_app(application: Application) -> Flask:
    """Return an app with an example tenant, for its documents. It serves no requests.

    :param application: the application
    """
    host = about.EXAMPLE_ISSUER.removeprefix("https://").removesuffix("/")
    settings = application.settings(auth0_domain=(host,), auth0_audience="https://api.example.com/")
    return create_app(application, settings)


def _texts(application: Application) -> dict[str, str]:
    return {name: as_text(document) for name, document in committed_documents(application).items()}
