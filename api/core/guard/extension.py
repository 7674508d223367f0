"""The guard as an extension of a Flask app: where it is kept, and how it is reached."""

from typing import cast

from flask import Flask, current_app

from api.core.guard.guard import Guard

_NAME = "guard"


def init_app(app: Flask, guard: Guard) -> None:
    """Give an app its own guard."""
    app.extensions[_NAME] = guard


def guard_of(app: Flask) -> Guard:
    """Return the guard of an app.

    :raises LookupError: the app has none
    """
    if _NAME not in app.extensions:
        raise LookupError(
            "This app has no guard, so nobody can tell whose tokens it accepts. Make the app by "
            "api.core.factory.create_app, or call api.core.guard.init_app(app, guard) first."
        )
    return cast(Guard, app.extensions[_NAME])


def current_guard() -> Guard:
    """Return the guard of the app that handles the request.

    :raises LookupError: the app has none
    """
    return guard_of(current_app)
