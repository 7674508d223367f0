"""The start and the end of a worker process of `serve`."""

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
from api.core.request import bodies
from api.core.server.gateway import Gateway
from api.core.settings import Settings, SettingsError

log = logging.getLogger(__name__)

# Python imports a codec when it is first used. If this fails once, for lack of a file descriptor,
# Python does not try again, so these are imported at the start.
CODECS = ("ascii", "idna", "latin-1", "punycode", "unicode_escape", "utf-8")

# The maximum number of connections of a worker. A connection that waits uses no thread.
CONNECTIONS = 4096

# File descriptors for other purposes: the database, Redis and the issuer.
OTHER_FILES = 128

# Seconds between two checks that a file descriptor is left.
DESCRIPTOR_INTERVAL = 1.0

# Seconds in which a worker may finish its requests after the main process has ended.
GRACE = 10.0


def load(import_name: str, settings: Settings) -> Gateway:
    """Return the ASGI application for Granian. If this fails, log the error and end the process.

    :param import_name: the Application, as "module:attribute"
    :param settings: the settings of `serve`. A worker that starts later has the same ones, even if
        the environment and `.env` have changed.
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
    # The keys are fetched in the background, so that the first requests need not wait for them.
    guard_of(app).fetch_keys()
    return Gateway(
        app,
        threads=settings.threads,
        max_body=bodies.max_size(app),
        body_timeout=settings.body_timeout,
    )


def raise_file_limit() -> None:
    """Raise the limit of open files of this process and its workers as far as allowed."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # If the hard limit is "unlimited", some systems refuse it as the soft limit.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def connections() -> int:
    """Return the maximum number of connections of a worker, for the limit of open files.

    Further connections wait to be accepted. Without this maximum, they would use up the file
    descriptors: Granian would try to accept connections all the time, and no file could be opened.
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
    """End this worker after its main process has ended, even if that was killed.

    Otherwise the worker would keep the port, and nothing would replace or stop it.
    """
    main = parent_process()
    if main is not None:
        threading.Thread(target=_end_after, args=(main.sentinel,), daemon=True).start()


def _end_after(main_process: int) -> None:
    connection.wait([main_process])
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(GRACE)
    os._exit(1)
