"""`run`: serves the API for development."""

import logging.config
import sys
from pathlib import Path

import click
from flask import Flask
from werkzeug.serving import is_running_from_reloader

from api.core.application import Application
from api.core.bridge import api_of
from api.core.cli import embedded, reloading
from api.core.cli.address import base_url, check_port, with_address
from api.core.cli.database import database_session
from api.core.factory import create_app
from api.core.issuer import EmbeddedIssuer
from api.core.observability import logging_config
from api.core.personas import Persona, claims_of_most_able
from api.core.settings import Settings, load
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
    settings = with_address(load(application.settings), host, port)
    logging.config.dictConfig(logging_config(settings.log_level, settings.log_format or "console"))
    issuer = None if settings.has_tenant else embedded.for_run(settings)
    try:
        app = create_app(application, settings, issuer=issuer)
    except Exception as error:
        raise reloading.BrokenCode from error
    reloading.tell_mended()
    if not is_running_from_reloader():
        check_port(settings)
        with database_session(application, settings) as database:
            schema.upgrade(database, tell=click.echo)
        if issuer is not None:
            embedded.store_url(settings, issuer)
        _print_addresses(app, settings, issuer, application.personas)
    reloading.serve(settings, app, reload=reload)


def _print_addresses(
    app: Flask,
    settings: Settings,
    issuer: EmbeddedIssuer | None,
    personas: tuple[Persona, ...],
) -> None:
    url = base_url(settings)
    scopes = " ".join(api_of(app).scopes)
    click.echo(f"\n  Swagger UI  {url}/docs")
    click.echo(f"  OpenAPI     {url}/openapi.json")
    if issuer is None:
        click.echo(f"  Tokens      from {', '.join(settings.issuers)}\n")
        return
    click.echo(f"  Tokens      from the embedded issuer, for development, at {issuer.url}")
    granted = f", with the scopes {scopes}" * bool(scopes)
    claims = claims_of_most_able(personas, scopes.split())
    further = f", and the claims {' '.join(claims)}" * bool(claims)
    click.echo(f"\n  A token to paste, valid for 24 hours{granted}{further}:\n")
    click.echo(issuer.mint(scopes, claims=claims))
    one = f" --scope {scopes.split()[0]}" if scopes else ""
    click.echo(f"\n  Another:    {_python()} manage.py token mint{one}")
    click.echo("  Stop:       Ctrl+C\n")


def _python() -> str:
    """Return the path of the interpreter: `python` alone may be another one."""
    interpreter, directory = Path(sys.executable), Path.cwd()
    if interpreter.is_relative_to(directory):
        return str(interpreter.relative_to(directory))
    return interpreter.name
