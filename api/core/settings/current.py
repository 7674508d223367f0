"""The settings of the current app."""

from typing import TYPE_CHECKING, cast

from flask import Flask, current_app
from werkzeug.local import LocalProxy

if TYPE_CHECKING:
    from api.core.settings.settings import Settings

_NAME = "settings"


def init_app(app: Flask, settings: "Settings") -> None:
    """Give an app its settings.

    :param app: the app
    :param settings: its settings
    """
    app.extensions[_NAME] = settings


def settings_of(app: Flask) -> "Settings":
    """Return the settings of an app.

    :param app: the app
    :raises LookupError: the app has none
    """
    if _NAME not in app.extensions:
        raise LookupError(
            "This app has no settings. Make the app by api.core.factory.create_app, or call "
            "api.core.settings.init_app(app, settings) first."
        )
    return cast("Settings", app.extensions[_NAME])


current_settings = cast("Settings", LocalProxy(lambda: settings_of(current_app)))
"""The settings of the current app, for handlers. A team casts it to its own class."""
