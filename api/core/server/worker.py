"""What a worker process of `serve` does at its start, and when it ends."""

import codecs
import errno
import logging
import os
import resource
import signal
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module
from multiprocessing import connection, parent_process

from api.core.factory import create_app
from api.core.guard import guard_of
from api.core.observability import init_logging, log_everything
from api.core.server.gateway import Gateway
from api.core.settings import Settings, SettingsError

log = logging.getLogger(__name__)

# Python looks for these at their first use, and never again when that fails once, as it does while
# a process has no file descriptor left.
CODECS = ("ascii", "idna", "latin-1", "punycode", "unicode_escape", "utf-8")

# Connections that a worker holds at a time. They cost it no thread, whatever they wait for.
CONNECTIONS = 4096

# Files that a worker opens beside its connections: those of the database, Redis and the issuer.
OTHER_FILES = 128

# Seconds between two looks at whether there is a file descriptor left.
DESCRIPTOR_INTERVAL = 1.0

# Seconds in which a worker without its main process may finish the requests that it has.
GRACE = 10.0


def load(import_name: str, settings: Settings) -> Gateway:
    """Return the API, for Granian. Ends the process, with a line in the log, if that fails.

    :param import_name: where the Application is, "module:attribute"
    :param settings: the settings with which `serve` was started. A worker that starts later has the
        same, whatever has become of the environment and `.env`.
    """
    form = settings.log_format or "json"
    init_logging(settings.log_level, form)
    if form == "json":
        log_everything()
    end_with_main_process()
    threading.Thread(target=_watch_descriptors, daemon=True).start()
    for name in CODECS:
        codecs.lookup(name)
    try:
        return _gateway(import_name, settings)
    except SettingsError as error:
        log.critical("a worker cannot start, correct the settings: %s", error)
    except Exception:
        log.critical("a worker cannot start", exc_info=True)
    sys.exit(1)


def _gateway(import_name: str, settings: Settings) -> Gateway:
    module, _, attribute = import_name.partition(":")
    app = create_app(getattr(import_module(module), attribute), settings)
    # The first callers need not wait for the issuer, and nothing here does.
    guard_of(app).fetch_keys()
    return Gateway(
        app,
        threads=settings.threads,
        max_body=settings.max_body,
        body_timeout=settings.body_timeout,
    )


def raise_file_limit() -> None:
    """Let this process, and the workers that it starts, open as many files as the system allows."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Where "as many as there are" is the hard limit, some systems take no such soft limit.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def connections() -> int:
    """Return how many connections a worker may hold at a time, with this process's limit of files.

    Beyond them connections wait. Without a file descriptor they wait as well, but Granian tries to
    accept them all the time, and nothing else can be opened.
    """
    limit, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(CONNECTIONS, max(limit - OTHER_FILES, limit // 2))


def _watch_descriptors() -> None:
    is_out = False
    while True:
        time.sleep(DESCRIPTOR_INTERVAL)
        was_out, is_out = is_out, _is_out_of_descriptors()
        if is_out and not was_out:
            log.warning(
                "no file descriptor is left, new connections wait: raise the limit of open files "
                "(ulimit -n, LimitNOFILE of systemd) or start more workers"
            )
        elif was_out and not is_out:
            log.warning("there are file descriptors again")


def _is_out_of_descriptors() -> bool:
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno in (errno.EMFILE, errno.ENFILE)
    return False


def end_with_main_process() -> None:
    """End this worker when its main process is gone, also where that was killed.

    A worker that lives on would keep the port, with nobody to replace or stop it.
    """
    main = parent_process()
    if main is not None:
        threading.Thread(target=_end_after, args=(main.sentinel,), daemon=True).start()


def _end_after(main_process: int) -> None:
    connection.wait([main_process])
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(GRACE)
    os._exit(1)
