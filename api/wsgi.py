"""The API for WSGI servers: `api.wsgi:application`, a factory. It has no embedded issuer."""

from flask import Flask

from api import settings
from api.app import create_app
from api.observability import init_logging


def application() -> Flask:
    """Return the API of the environment and `.env`. Raises SettingsError."""
    found = settings.load()
    init_logging(found.log_level, found.log_format or "json")
    return create_app(found)
