"""What operators see: a request id, and one log line a request."""

import logging
import time
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, g, has_request_context, request

from api.problems import request_id

log = logging.getLogger("api.access")


def logging_config(level: str, form: str) -> dict[str, Any]:
    """For logging.config.dictConfig: to standard error, `json` (an object a line) or `console`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": _FORMATS[form]},
        "filters": {"request": {"()": "api.observability.OfRequest"}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "lines",
                "filters": ["request"],
            }
        },
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        # The access log below says more, and no query string: a token may have strayed into one.
        "loggers": {"werkzeug": {"level": "ERROR"}, "alembic": {"level": "WARNING"}},
    }


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
    method, path = quote(request.method), quote(request.environ["PATH_INFO"].encode("latin-1"))
    log.info(
        "%s %s %d %.1f ms",
        method,
        path,
        response.status_code,
        spent,
        extra={
            "method": method,
            "path": path,
            "status": response.status_code,
            "duration_ms": round(spent, 1),
            "request_id": request_id(),
        },
    )
    return response
