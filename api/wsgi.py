"""The API for WSGI servers: `api.wsgi:application`, a factory. It has no embedded issuer."""

from flask import Flask

from api.application import application as api
from api.core.factory import create_app
from api.core.observability import init_logging
from api.core.settings import load


def application() -> Flask:
    """Return the API of the environment and `.env`.

    :raises SettingsError: names each setting that cannot be used
    """
    settings = load(api.settings)
    init_logging(settings.log_level, settings.log_format or "json")
    return create_app(api, settings)
