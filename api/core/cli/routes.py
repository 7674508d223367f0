"""`routes`: each operation with what it needs."""

from typing import Any

import click

from api.core.application import Application
from api.core.cli.openapi import committed_documents
from api.core.cli.tables import show

METHODS = ("get", "post", "put", "patch", "delete")


@click.command()
@click.pass_obj
def routes(application: Application) -> None:
    """List each operation with its method, path and required scope."""
    document = committed_documents(application)["openapi.json"]
    rows = [
        (method.upper(), path, operation["operationId"], _needed(operation))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    ]
    show(("METHOD", "PATH", "OPERATION", "NEEDS"), rows)


def _needed(operation: dict[str, Any]) -> str:
    if not operation["security"]:
        return "nothing"
    needed = [
        " ".join(each["bearerAuth"]) for each in operation["security"] if "bearerAuth" in each
    ]
    return " or ".join(needed) or "any access token"
