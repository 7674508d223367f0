"""`run` survives code that is half written: it shows the error, and starts when a file is mended.

The reloader of werkzeug is a process that starts another one, which serves, and starts it again
when a file has changed. Where the code is broken, the second process serves a note instead.
"""

import ast
import os
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any, Never

import click
from werkzeug.serving import is_running_from_reloader, run_simple
from werkzeug.wrappers import Response

from api.core.cli.address import with_address
from api.core.declarations import DeclarationError
from api.core.settings import Settings, SettingsError, load
from api.core.settings.reading import ENV_FILE

NOTE = "The code cannot be used at the moment. The terminal says why.\n"
POLL = 0.5  # Seconds between two looks at files.
WAITING = "Waiting until a file is changed. Stop: Ctrl+C"

_RESTART = 3  # As werkzeug's own: start the second process again.
_START_ANEW = 75  # The first process found the code broken; now it is not.
_WAS_BROKEN = "RUN_WITH_BROKEN_CODE"


class BrokenCode(Exception):
    """The code of the application cannot be used. Its cause says why."""


def survives(error: Exception, reload: bool) -> bool:
    """Return whether `run` goes on after an error, until a file is changed.

    What is wrong with the command line, a setting or the database at the first start ends it.

    :param error: what has stopped the start
    :param reload: whether it restarts when the code changes
    """
    return reload and (isinstance(error, BrokenCode) or is_running_from_reloader())


def serve_note(error: Exception, since: float, host: str | None, port: int | None) -> Never:
    """Show why the code cannot be used, and serve a note until a file is changed.

    :param error: why
    :param since: when the code began to be read, as time.time() has it
    :param host: the option --host
    :param port: the option --port
    """
    shown = error.__cause__ if isinstance(error, BrokenCode) and error.__cause__ else error
    if is_running_from_reloader():
        _show(shown)
        click.echo(WAITING, err=True)
        files = {*map(Path, _files_of(shown)), ENV_FILE}
        threading.Thread(target=_restart_after_change, args=(files, since), daemon=True).start()
    else:
        os.environ[_WAS_BROKEN] = "1"
    settings = _settings(host, port)
    serve(settings, Response(NOTE, 500, mimetype="text/plain"))
    sys.exit(0)


def serve(settings: Settings, app: Any, *, reload: bool = True) -> None:
    """Serve an app with the server for development.

    :param settings: where
    :param app: a WSGI application
    :param reload: whether to restart when the code or `.env` changes
    """
    try:
        run_simple(
            settings.host,
            settings.port,
            app,
            threaded=True,
            use_reloader=reload,
            extra_files=[str(ENV_FILE)] if ENV_FILE.is_file() else None,
        )
    except SystemExit as ended:
        is_first = not is_running_from_reloader()
        if is_first and (ended.code == _START_ANEW or _waits_for_script()):
            os.environ.pop(_WAS_BROKEN, None)
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606
        raise


def _waits_for_script() -> bool:
    """Wait until manage.py itself can be read again, and return whether it was broken."""
    script = Path(sys.argv[0])
    if _is_readable(script):
        return False
    click.echo(WAITING, err=True)
    while not _is_readable(script):
        time.sleep(POLL)
    return True


def _is_readable(script: Path) -> bool:
    try:
        ast.parse(script.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def tell_mended() -> None:
    """Let the first process start anew if it had found the code broken. It has more to do."""
    if is_running_from_reloader() and _WAS_BROKEN in os.environ:
        sys.exit(_START_ANEW)


def _show(error: BaseException) -> None:
    if isinstance(error, click.ClickException):
        click.echo(f"Error: {error.format_message()}", err=True)
    elif isinstance(error, (DeclarationError, SettingsError)):
        click.echo("\n".join(f"Error: {line}" for line in str(error).splitlines()), err=True)
    else:
        traceback.print_exception(error)


def _files_of(error: BaseException) -> set[str]:
    """The files that an error goes through."""
    named = {str(error.filename)} if isinstance(error, SyntaxError) else set()
    return named | {frame.filename for frame in traceback.extract_tb(error.__traceback__)}


def _restart_after_change(files: set[Path], since: float) -> Never:
    # The reloader sees only what changes after it has begun to look, and a file may be mended
    # between the moment when it was read and that one.
    while not any(path.stat().st_mtime > since for path in files if path.is_file()):
        time.sleep(POLL)
    os._exit(_RESTART)


def _settings(host: str | None, port: int | None) -> Settings:
    """The settings of the machinery: those of the team may be what is broken."""
    try:
        return with_address(load(Settings), host, port)
    except SettingsError as error:
        return with_address(error.usable or Settings(), host, port)
