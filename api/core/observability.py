"""Observability: request ids, the access log, and the configuration of logging."""

import io
import logging
import logging.config
import re
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


# An id of others: printable, without blanks, and short enough for each line of the log.
_REQUEST_ID = re.compile(r"[\x21-\x7E]{1,128}")
# W3C Trace Context section 3.2: version, trace-id, parent-id and flags. Versions after 00 may have
# more behind these.
_TRACEPARENT = re.compile(
    r"(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?"
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def request_id() -> str:
    """Return the id of the current request.

    It is the X-Request-Id or the trace-id of the request's traceparent if either is valid, so that
    the lines of several services can be put together; else a new UUIDv7. The log, the header
    X-Request-Id and the `instance` of a problem have it.
    """
    known: str | None = g.get("request_id")
    if known is None:
        known = g.request_id = _sent_id() or str(uuid_utils.uuid7())
    return known


def request_urn() -> str:
    """Return the id of the current request as a URI."""
    name = request_id()
    if _UUID.fullmatch(name):
        return f"urn:uuid:{name}"
    return f"urn:request-id:{quote(name, safe='-._~:@$!*,;=')}"


def init_logging(level: str, form: str) -> None:
    """Configure logging to standard error.

    :param level: the lowest level that is logged
    :param form: `json` or `console`
    """
    logging.config.dictConfig(logging_config(level, form))


def log_everything() -> None:
    """Log everything that this process would write to standard error.

    This includes uncaught exceptions of threads and of the server, warnings, and the output of
    libraries.
    """
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_end_of_thread
    sys.unraisablehook = _log_unraisable
    sys.stderr = LoggedLines()


class LoggedLines(io.TextIOBase):
    """A replacement of sys.stderr that logs each line."""

    def __init__(self) -> None:
        self._rest = threading.local()

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, text: str) -> int:
        """Log the complete lines of a text, and keep the rest for the next call.

        :param text: the text
        """
        *lines, rest = (getattr(self._rest, "text", "") + text).split("\n")
        self._rest.text = rest
        for line in filter(str.strip, lines):
            self._log(line)
        return len(text)

    def _log(self, line: str) -> None:
        if getattr(self._rest, "is_logging", False):
            # The logging of a line has failed, and logging reports this on standard error.
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
    """Return the argument of logging.config.dictConfig for logging to standard error.

    :param level: the lowest level that is logged
    :param form: `json` (an object on each line) or `console`
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": _FORMATS[form]},
        "filters": {"request": {"()": "api.core.observability.RequestIdFilter"}},
        "handlers": {
            "stderr": {
                "class": "api.core.observability.MaskingHandler",
                # sys.stderr may be LoggedLines, which logs what it gets.
                "stream": "ext://sys.__stderr__" if form == "json" else "ext://sys.stderr",
                "formatter": "lines",
                "filters": ["request"],
            }
        },
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        # The access log of this module replaces werkzeug's, which has query strings: a query string
        # may have a token.
        "loggers": {
            "werkzeug": {"level": "ERROR"},
            "alembic": {"level": "WARNING"},
            # The handlers of Granian would write its lines a second time, in another format.
            "_granian": {"propagate": True, "handlers": []},
        },
    }


class MaskingHandler(logging.StreamHandler[Any]):
    """A handler that masks tokens in all lines, including tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record, with its tokens masked.

        :param record: the record
        """
        return mask_line(super().format(record))


class RequestIdFilter(logging.Filter):
    """A filter that adds the id of the current request, or `-` if there is none."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the request id to a record, and return True.

        :param record: the record
        """
        if not hasattr(record, "request_id"):
            record.request_id = request_id() if has_request_context() else "-"
        return True


def init_app(app: Flask) -> None:
    """Give each request an id and a line of the access log.

    :param app: the app
    """
    app.before_request(_start)
    app.after_request(_finish)


_FORMATS = {
    "json": {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "format": "%(levelname)s %(name)s %(message)s %(request_id)s",
        "rename_fields": {"levelname": "level", "name": "logger"},
        # The time in UTC, in the format of RFC 3339.
        "timestamp": "time",
    },
    "console": {
        "format": "%(asctime)s %(levelname)-7s %(message)s  %(request_id)s",
        "datefmt": "%H:%M:%S",
    },
}


def _sent_id() -> str | None:
    # Most requests have neither, and request.headers would raise an error within for each.
    environ = request.environ
    sent: str = environ.get("HTTP_X_REQUEST_ID", "")
    if _REQUEST_ID.fullmatch(sent):
        return sent
    trace = _TRACEPARENT.fullmatch(environ.get("HTTP_TRACEPARENT", ""))
    return trace and trace[1]


def _start() -> None:
    g.started_at = time.perf_counter()


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = request_id()
    if log.isEnabledFor(logging.INFO):
        _log_request(response)
    return response


def _log_request(response: Response) -> None:
    now = time.perf_counter()
    spent = (now - g.get("started_at", now)) * 1000
    # Method and path are quoted, so that a client cannot write line breaks or control characters.
    # request.path would have `/docs` for `//docs`; PATH_INFO has the path as it was sent.
    method, path = quote(request.method), quote(masked(request.environ["PATH_INFO"]), "/*")
    fields = {
        "method": method,
        "path": path,
        "status": response.status_code,
        "duration_ms": round(spent, 1),
        "request_id": request_id(),
    }
    # The guard stores the name of the check that refused the request.
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


def masked(path: str) -> bytes:
    """Return the bytes of a path, with its tokens masked.

    :param path: the path of WSGI, in Latin-1
    """
    return mask_path(path).encode("latin-1")
