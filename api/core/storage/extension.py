"""The database as an extension of a Flask app: where it is kept, and how failures are answered."""

from typing import TYPE_CHECKING, cast

from flask import Flask, Response, current_app

from api.core import problems
from api.core.problems import DatabaseUnavailable, IdempotencyKeyReused, ValidationFailed
from api.core.storage.cursors import CursorError
from api.core.storage.faults import Unavailable
from api.core.storage.idempotency import KeyReused

if TYPE_CHECKING:
    from api.core.storage.database import Database

_NAME = "database"


def init_app(app: Flask, database: "Database") -> None:
    """Give an app its own database. What fails in it is answered as a problem document.

    :param app: the app
    :param database: its database
    """
    app.extensions[_NAME] = database
    app.register_error_handler(Unavailable, _unavailable)
    app.register_error_handler(CursorError, _bad_cursor)
    app.register_error_handler(KeyReused, _key_reused)


def database_of(app: Flask) -> "Database":
    """Return the database of an app.

    :raises LookupError: the app has none
    """
    if _NAME not in app.extensions:
        raise LookupError(
            "This app has no database. Make the app by api.core.factory.create_app, or call "
            "api.core.storage.init_app(app, database) first."
        )
    return cast("Database", app.extensions[_NAME])


def current_database() -> "Database":
    """Return the database of the app that handles the request.

    :raises LookupError: the app has none
    """
    return database_of(current_app)


def _unavailable(_error: Exception) -> Response:
    return problems.render(DatabaseUnavailable(headers={"Retry-After": "1"}))


def _bad_cursor(_error: Exception) -> Response:
    detail = "Not a cursor of this listing with these filters; begin without one."
    return problems.render(ValidationFailed(errors=[{"parameter": "cursor", "detail": detail}]))


def _key_reused(_error: Exception) -> Response:
    return problems.render(IdempotencyKeyReused())
