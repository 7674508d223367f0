"""The entry point of the command line, which manage.py calls."""

import sys

import click

from api.core.application import Application
from api.core.cli.db import db
from api.core.cli.doctor import doctor
from api.core.cli.new import new
from api.core.cli.openapi import openapi
from api.core.cli.routes import routes
from api.core.cli.run import run
from api.core.cli.serve import serve
from api.core.cli.settings import settings
from api.core.cli.token import token
from api.core.declarations import DeclarationError
from api.core.settings import SettingsError

COMMANDS = (run, serve, doctor, settings, token, db, openapi, routes, new)


def main(application: Application, arguments: list[str] | None = None) -> None:
    """Run a command and exit. A mistake of the user is reported on standard error.

    :param application: the application, whose commands are added
    :param arguments: the arguments without the program's name, by default those of this process
    """
    commands = {command.name or "": command for command in (*COMMANDS, *application.commands)}
    cli = click.Group(
        commands=commands,
        help=application.summary or application.title,
        context_settings={"help_option_names": ["-h", "--help"], "obj": application},
    )
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
        # The reader of the output, such as head or less, has ended.
        sys.stderr.close()
        sys.exit(1)


def _fail(message: str, code: int) -> None:
    for line in message.splitlines():
        click.echo(f"Error: {line}", err=True)
    sys.exit(code)
