"""What operators see: a request id, and one log line a request."""

import io
import logging
import logging.config
import sys
import threading
import time
from typing import Any
from urllib.parse import quote

import uuid_utils
from flask import Flask, Response, g, has_request_context, request

from api.core.masking import mask_line, mask_path

log = logging.getLogger("api.access")
process_log = logging.getLogger("api.process")


def request_id() -> str:
    """Return the id (UUIDv7) of the request at hand.

    The log, the header X-Request-Id and the `instance` of a problem carry it.
    """
    if "request_id" not in g:
        g.request_id = str(uuid_utils.uuid7())
    return str(g.request_id)


def init_logging(level: str, form: str) -> None:
    """Log to standard error from now on.

    :param level: the least level that is logged.
    :param form: `json`, or `console` for people.
    """
    logging.config.dictConfig(logging_config(level, form))


def log_everything() -> None:
    """Let all that this process writes to standard error be lines of the log.

    These are uncaught exceptions of threads and of the server, warnings, and what libraries print.
    """
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_end_of_thread
    sys.unraisablehook = _log_unraisable
    sys.stderr = LoggedLines()


class LoggedLines(io.TextIOBase):
    """A standard error whose lines go to the log."""

    def __init__(self) -> None:
        self._rest = threading.local()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, rest = (getattr(self._rest, "text", "") + text).split("\n")
        self._rest.text = rest
        for line in filter(str.strip, lines):
            self._log(line)
        return len(text)

    def _log(self, line: str) -> None:
        if getattr(self._rest, "is_logging", False):
            # The log itself has failed, and says so here.
            print(line, file=sys.__stderr__)
            return
        self._rest.is_logging = True
        try:
            process_log.warning("%s", line)
        finally:
            self._rest.is_logging = False


def _log_uncaught(kind: Any, error: BaseException, traceback: Any) -> None:
    process_log.critical("uncaught exception", exc_info=(kind, error, traceback))


def _log_end_of_thread(caught: threading.ExceptHookArgs) -> None:
    process_log.error("a thread ended with an exception", exc_info=caught.exc_value)


def _log_unraisable(caught: "sys.UnraisableHookArgs") -> None:
    process_log.error("an exception could not be raised", exc_info=caught.exc_value)


def logging_config(level: str, form: str) -> dict[str, Any]:
    """For logging.config.dictConfig: to standard error, `json` (an object a line) or `console`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": _FORMATS[form]},
        "filters": {"request": {"()": "api.core.observability.OfRequest"}},
        "handlers": {
            "stderr": {
                "class": "api.core.observability.Masked",
                # What takes the place of sys.stderr (log_everything) writes here in the end.
                "stream": "ext://sys.__stderr__" if form == "json" else "ext://sys.stderr",
                "formatter": "lines",
                "filters": ["request"],
            }
        },
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        # The access log below says more, and no query string: a token may have strayed into one.
        "loggers": {
            "werkzeug": {"level": "ERROR"},
            "alembic": {"level": "WARNING"},
            # Granian's own handlers would write its lines a second time, in another form.
            "_granian": {"propagate": True, "handlers": []},
        },
    }


class Masked(logging.StreamHandler[Any]):
    """Writes lines without tokens, whoever logged them, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return mask_line(super().format(record))


class OfRequest(logging.Filter):
    """Gives a line the id of the request that it is of, `-` where it is of none."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id"):
            record.request_id = request_id() if has_request_context() else "-"
        return True


def init_app(app: Flask) -> None:
    """Give each request its id and its line."""
    app.before_request(_start)
    app.after_request(_finish)


_FORMATS = {
    "json": {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "format": "%(levelname)s %(name)s %(message)s %(request_id)s",
        "rename_fields": {"levelname": "level", "name": "logger"},
        # In UTC, as RFC 3339 has it.
        "timestamp": "time",
    },
    "console": {
        "format": "%(asctime)s %(levelname)-7s %(message)s  %(request_id)s",
        "datefmt": "%H:%M:%S",
    },
}


def _start() -> None:
    g.started_at = time.perf_counter()


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = request_id()
    now = time.perf_counter()
    spent = (now - g.get("started_at", now)) * 1000
    # Quoted: whatever a client puts there, a line stays a line, and a terminal stays as it was.
    # PATH_INFO, not request.path: to that one, `//docs` is `/docs`.
    method, path = quote(request.method), quote(masked(request.environ["PATH_INFO"]), "/*")
    fields = {
        "method": method,
        "path": path,
        "status": response.status_code,
        "duration_ms": round(spent, 1),
        "request_id": request_id(),
    }
    # The guard says which of its checks refused the request.
    refusal = {"refusal": g.refusal} if "refusal" in g else {}
    log.info(
        "%s %s %d %.1f ms%s",
        method,
        path,
        response.status_code,
        spent,
        f" {g.refusal}" if refusal else "",
        extra=fields | refusal,
    )
    return response


def masked(path: str) -> bytes:
    """Return the bytes of a path, without what looks like a token in it.

    :param path: as WSGI has it, in Latin-1.
    """
    return mask_path(path).encode("latin-1")
