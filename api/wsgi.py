"""The API for WSGI servers: `api.wsgi:application`, a factory. It has no embedded issuer."""

from flask import Flask

from api.application import application as api
from api.core import settings
from api.core.factory import create_app
from api.core.observability import init_logging


def application() -> Flask:
    """Return the API of the environment and `.env`. Raises SettingsError."""
    found = settings.load()
    init_logging(found.log_level, found.log_format or "json")
    return create_app(api, found)
