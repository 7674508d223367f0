"""The API for WSGI servers: `api.wsgi:application`, a factory. It has no embedded issuer."""

import logging.config
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from api import settings
from api.app import create_app
from api.observability import logging_config

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def application() -> Any:
    """A WSGI application from the environment and `.env`. Raises SettingsError."""
    found = settings.load()
    logging.config.dictConfig(logging_config(found.log_level, found.log_format or "json"))
    app = create_app(found)

    def served(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        # Granian ends the input where the body ends, but does not say so: without this word
        # a chunked body reads as empty.
        if environ.get("SERVER_SOFTWARE") == "Granian":
            environ["wsgi.input_terminated"] = True
        return app(environ, start_response)

    return served
