"""`routes`: lists the operations and the access that each requires."""

import click

from api.core.application import Application
from api.core.bridge import api_of
from api.core.cli.openapi import example_app
from api.core.cli.tables import show
from openapi import operations


@click.command()
@click.pass_obj
def routes(application: Application) -> None:
    """List each operation with its method, path and required scope."""
    rows = [
        (operation.method.upper(), operation.path, operation.id, str(operation.access))
        for operation in operations(api_of(example_app(application)))
    ]
    show(("METHOD", "PATH", "OPERATION", "NEEDS"), rows)
