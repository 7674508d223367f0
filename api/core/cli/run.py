"""`run`: the API for development."""

import logging.config
import sys
from pathlib import Path

import click
from flask import Flask
from werkzeug.serving import is_running_from_reloader, run_simple

from api.core import settings
from api.core.application import Application
from api.core.cli import embedded
from api.core.cli.address import address, check_port, with_address
from api.core.cli.database import opened
from api.core.factory import create_app
from api.core.issuer import EmbeddedIssuer
from api.core.observability import logging_config
from api.core.settings import Settings
from api.core.storage import schema


@click.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port.  [default: 3010]")
@click.option("--reload/--no-reload", default=True, help="Restart when the code changes.")
@click.pass_obj
def run(application: Application, host: str | None, port: int | None, reload: bool) -> None:
    """Serve the API for development.

    Tokens come from the tenant of AUTH0_DOMAIN, or without one from an embedded issuer.
    """
    found = with_address(settings.load(), host, port)
    logging.config.dictConfig(logging_config(found.log_level, found.log_format or "console"))
    issuer = None if found.has_tenant else embedded.for_run(found)
    app = create_app(application, found, issuer=issuer)
    if not is_running_from_reloader():
        check_port(found)
        with opened(application, found) as database:
            schema.upgrade(database, tell=click.echo)
        if issuer is not None:
            embedded.remember(found, issuer)
        _greet(app, found, issuer)
    run_simple(
        found.host,
        found.port,
        app,
        threaded=True,
        use_reloader=reload,
        extra_files=[str(path) for path in [Path(".env")] if path.is_file()],
    )


def _greet(app: Flask, found: Settings, issuer: EmbeddedIssuer | None) -> None:
    api = address(found)
    scopes = " ".join(app.extensions["api"].scopes)
    click.echo(f"\n  Swagger UI  {api}/docs")
    click.echo(f"  OpenAPI     {api}/openapi.json")
    if issuer is None:
        click.echo(f"  Tokens      from {', '.join(found.issuers)}\n")
        return
    click.echo(f"  Tokens      from the embedded issuer, for development, at {issuer.url}")
    granted = f", with {scopes}" * bool(scopes)
    click.echo(f"\n  A token ready to paste, good for 24 hours{granted}:\n")
    click.echo(issuer.mint(scopes))
    one = f" --scope {scopes.split()[0]}" if scopes else ""
    click.echo(f"\n  Another:    {_python()} manage.py token mint{one}")
    click.echo("  Stop:       Ctrl+C\n")


def _python() -> str:
    """The interpreter as one types it: a newcomer's `python` is not that of the .venv."""
    running, here = Path(sys.executable), Path.cwd()
    return str(running.relative_to(here) if running.is_relative_to(here) else running.name)
