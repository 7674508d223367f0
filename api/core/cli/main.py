"""The entry point of the command line, which manage.py calls."""

import sys
import time
from pkgutil import resolve_name
from typing import Any, Never

import click

from api.core.application import Application
from api.core.cli import reloading
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

CONTEXT: dict[str, Any] = {"help_option_names": ["-h", "--help"]}
COMMANDS = (run, serve, doctor, settings, token, db, openapi, routes, new)


def main(application: Application | str, arguments: list[str] | None = None) -> None:
    """Run a command and exit. A mistake of the user is reported on standard error.

    :param application: the application, whose commands are added, or "module:attribute": where to
        import it. Then `run` goes on, and waits for a change, if it cannot be imported
    :param arguments: the arguments without the program's name, by default those of this process
    """
    since = time.time()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        _call(_imported(application) if isinstance(application, str) else application, given)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        # The reader of the output, such as head or less, has ended.
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        if given[:1] == ["run"]:
            _survive(error, since, given[1:])
        _report(error)


def _imported(name: str) -> Application:
    try:
        application: Application = resolve_name(name)
    except Exception as error:
        raise reloading.BrokenCode from error
    return application


def _survive(error: Exception, since: float, arguments: list[str]) -> None:
    """Let `run` go on after an error, if it can."""
    options = run.make_context("run", arguments, resilient_parsing=True, **CONTEXT).params
    if reloading.survives(error, options["reload"] is not False):
        reloading.serve_note(error, since, options["host"], options["port"])


def _call(application: Application, arguments: list[str]) -> Never:
    commands = {command.name or "": command for command in (*COMMANDS, *application.commands)}
    cli = click.Group(
        commands=commands,
        help=application.summary or application.title,
        context_settings={**CONTEXT, "obj": application},
    )
    sys.exit(cli.main(arguments, prog_name="manage.py", standalone_mode=False) or 0)


def _report(error: BaseException) -> Never:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        sys.exit(error.exit_code)
    if isinstance(error, click.ClickException):
        _fail(error.format_message(), error.exit_code)
    if isinstance(error, SettingsError):
        _fail(str(error), 2)
    if isinstance(error, DeclarationError):
        _fail(str(error), 1)
    if isinstance(error, reloading.BrokenCode) and error.__cause__:
        _report(error.__cause__)
    raise error


def _fail(message: str, code: int) -> Never:
    for line in message.splitlines():
        click.echo(f"Error: {line}", err=True)
    sys.exit(code)
