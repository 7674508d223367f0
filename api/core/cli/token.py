"""`token`: makes, gets and explains access tokens."""

import logging
import re
import sys

import click

from api.core.application import Application
from api.core.bridge import api_of
from api.core.cli import embedded
from api.core.cli.client_credentials import access_token
from api.core.cli.explain import explain_token
from api.core.cli.tables import exit_status, show
from api.core.factory import create_app
from api.core.guard import guard_of
from api.core.settings import load

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

# The settings that `token get` needs, and the message for each that is missing.
NEEDED = {
    "AUTH0_DOMAIN": "Not set, so there is no tenant to ask. A token of the embedded issuer: "
    "python manage.py token mint.",
    "AUTH0_AUDIENCE": "Not set; it is the Identifier of the API that the token is for.",
    "AUTH0_CLIENT_ID": "Not set; it is that of a machine-to-machine application of the tenant.",
    "AUTH0_CLIENT_SECRET": "Not set; it is that of the same application.",
}


@click.group()
def token() -> None:
    """Make, get and explain access tokens."""


class Duration(click.ParamType[int]):
    """A duration such as `90`, `90s`, `15m`, `1h` or `7d` in seconds; it may be negative."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        match = re.fullmatch(r"(-?[0-9]{1,9})([smhd]?)", str(value))
        if not match:
            self.fail(f"{value!r} is not a duration. Example: 1h (or 90s, 15m, 7d).", param, ctx)
        return int(match[1]) * UNITS[match[2] or "s"]


@token.command()
@click.option("--scope", default="", help='Scopes to grant, as in "read:messages write:messages".')
@click.option("--sub", help="Subject of the token.")
@click.option("--expires", type=Duration(), default="24h", show_default=True, help="Lifetime.")
@click.pass_obj
def mint(application: Application, scope: str, sub: str | None, expires: int) -> None:
    """Print an access token of the embedded issuer, and nothing else."""
    settings = load(application.settings)
    if settings.has_tenant:
        raise click.UsageError(
            "token mint makes tokens of the embedded issuer. AUTH0_DOMAIN is set, so the API "
            "accepts only tokens of the tenant. Get one: python manage.py token get"
        )
    place = embedded.place_without_issuer(settings)
    click.echo(embedded.for_tokens(settings).mint(scope, subject=sub, expires_in=expires))
    if place:
        click.echo(
            f"No embedded issuer was in {place}, so one was made there. Its tokens are for the API "
            "that runs in this directory: python manage.py run. For one that runs elsewhere, use "
            "this command in its directory.",
            err=True,
        )


@token.command()
@click.option("--scope", default="", help="Scopes to ask for.  [default: all that are granted]")
@click.pass_obj
def get(application: Application, scope: str) -> None:
    """Print an access token of the tenant, and nothing else.

    It is that of a machine-to-machine application (client credentials): AUTH0_CLIENT_ID and
    AUTH0_CLIENT_SECRET.
    """
    click.echo(access_token(load(application.settings, needed=NEEDED), scope))


@token.command()
@click.argument("text", metavar="[TOKEN or -]", default="-")
@click.option("--scope", default="", help="Scopes that the token must grant.")
@click.pass_obj
def explain(application: Application, text: str, scope: str) -> None:
    """Say why a token is or is not accepted, a line for each check.

    Reads the token from standard input when TOKEN is - or left out. Exit status 0 only if the
    API would accept it. The token is sent nowhere.
    """
    # The table has the reason why the keys cannot be fetched; the log would repeat it.
    logging.disable(logging.WARNING)
    settings = load(application.settings)
    issuer = None if settings.has_tenant else embedded.for_reading(settings)
    app = create_app(application, settings, issuer=issuer)
    guard, scopes = guard_of(app), api_of(app).scopes
    lines = explain_token(
        guard,
        _pasted(text),
        required=scope.split(),
        known=scopes,
        has_tenant=settings.has_tenant,
    )
    columns = ("CHECK", "RESULT", "FOUND", "EXPECTED", "WHAT TO CHANGE")
    rows = [(line.check, line.outcome, line.found, line.expected, line.remedy) for line in lines]
    show(columns, rows, below=True)
    sys.exit(exit_status(lines))


def _pasted(text: str) -> str:
    if text == "-":
        with click.open_file("-", errors="replace") as standard_input:
            text = standard_input.read()
    return re.sub(r"^(authorization:)?\s*(bearer|dpop)\s+", "", text.strip(), flags=re.IGNORECASE)
