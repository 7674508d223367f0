"""The command line, one file a command group; `main` is what manage.py hands over to."""

import sys

import click

from api.cli.db import db
from api.cli.doctor import doctor
from api.cli.messages import messages
from api.cli.openapi import openapi
from api.cli.routes import routes
from api.cli.run import run
from api.cli.serve import serve
from api.cli.token import token
from api.declarations import DeclarationError
from api.settings import SettingsError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """A REST API on Flask-RESTX, protected by Auth0 access tokens."""


for command in (run, serve, doctor, token, db, messages, openapi, routes):
    cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit; a mistake of the user's ends in a line on standard error."""
    try:
        sys.exit(cli.main(arguments, prog_name="manage.py", standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _fail(error.format_message(), error.exit_code)
    except SettingsError as error:
        _fail(str(error), 2)
    except DeclarationError as error:
        _fail(str(error), 1)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        sys.stderr.close()
        sys.exit(1)


def _fail(message: str, code: int) -> None:
    for line in message.splitlines():
        click.echo(f"Error: {line}", err=True)
    sys.exit(code)
