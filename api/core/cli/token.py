"""`token`: makes, gets and explains access tokens."""

import logging
import re
import sys
from pathlib import Path
from typing import Any

import click

from api.core import strictjson
from api.core.application import Application
from api.core.bridge import api_of
from api.core.cli import embedded
from api.core.cli.client_credentials import access_token
from api.core.cli.explain import claim_checks, explain_token
from api.core.cli.tables import exit_status, show
from api.core.factory import create_app
from api.core.guard import guard_of
from api.core.personas import claim_fault
from api.core.settings import load

# The claims that options of `token mint` set.
OPTIONS = {"sub": "--sub", "scope": "--scope", "exp": "--expires", "org_id": "--org"}

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


class Text(click.ParamType[str]):
    """A text that a token can hold."""

    name = "text"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        try:
            str(value).encode()
        except UnicodeEncodeError:
            self.fail("it is not UTF-8.", param, ctx)
        return str(value)


class Claim(click.ParamType[tuple[str, Any]]):
    """`NAME=VALUE`, a claim. The value is JSON, or a text where it is none."""

    name = "NAME=VALUE"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Any]:
        name, separator, text = str(value).partition("=")
        if not separator:
            self.fail(f"{value!r} is no NAME=VALUE. Example: plan=pro.", param, ctx)
        if name in OPTIONS:
            self.fail(f"Set {name} with {OPTIONS[name]}.", param, ctx)
        claim = self._value(text, param, ctx)
        fault = claim_fault(name, claim)
        if fault:
            self.fail(f"{value!r} cannot be used: {fault}.", param, ctx)
        return name, claim

    def _value(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return strictjson.loads(text.encode("utf-8", "surrogateescape"))
        except ValueError as error:
            # What begins as JSON is meant as such.
            if text[:1] in ("[", "{", '"'):
                self.fail(f"{text!r} is no JSON: {error}.", param, ctx)
            return text


@token.command()
@click.option(
    "--scope",
    type=Text(),
    default="",
    help='Scopes to grant, as in "read:messages write:messages".',
)
@click.option("--sub", type=Text(), help="Subject of the token.")
@click.option("--expires", type=Duration(), default="24h", show_default=True, help="Lifetime.")
@click.option("--org", type=Text(), help="Organization that the subject logs in to: org_id.")
@click.option(
    "--claim",
    "claims",
    type=Claim(),
    multiple=True,
    help="A further claim, as JSON or plain text. Can be given several times.",
)
@click.pass_obj
def mint(
    application: Application,
    scope: str,
    sub: str | None,
    expires: int,
    org: str | None,
    claims: tuple[tuple[str, Any], ...],
) -> None:
    """Print an access token of the embedded issuer, and nothing else."""
    further = dict(claims)
    if len(further) < len(claims):
        raise click.UsageError("--claim: One claim is given twice.")
    settings = load(application.settings)
    if settings.has_tenant:
        raise click.UsageError(
            "token mint makes tokens of the embedded issuer. AUTH0_DOMAIN is set, so the API "
            "accepts only tokens of the tenant. Get one: python manage.py token get"
        )
    place = embedded.place_without_issuer(settings)
    issuer = embedded.for_tokens(settings)
    further["org_id"] = org
    click.echo(issuer.mint(scope, subject=sub, expires_in=expires, claims=further))
    if place:
        _tell_of_new_issuer(place)


def _tell_of_new_issuer(place: Path) -> None:
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
        checks=claim_checks(app),
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
