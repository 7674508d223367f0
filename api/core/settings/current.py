"""The settings of the app at hand."""

from typing import TYPE_CHECKING, cast

from flask import Flask, current_app
from werkzeug.local import LocalProxy

if TYPE_CHECKING:
    from api.core.settings.settings import Settings


def init_app(app: Flask, settings: "Settings") -> None:
    """Give the app its settings."""
    app.extensions["settings"] = settings


current_settings = cast("Settings", LocalProxy(lambda: current_app.extensions["settings"]))
"""The settings of the app at hand, for handlers. A team casts it to its own class."""
