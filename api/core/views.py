"""The checks of an app's other views at the start: each declares who may call it.

`api.core.rules` checks the methods of Resources.
"""

from typing import Any

import flask.views
from flask import Flask
from flask.views import MethodView

from api.core.declarations import DeclarationError, calls, package, says_who
from openapi.methods import source


def check(app: Flask, resources: set[str]) -> None:
    """Check that each view of an app declares who may call it.

    :param app: the app
    :param resources: the endpoints of the Resources, whose methods are checked elsewhere
    :raises DeclarationError: a view does not
    """
    for endpoint in sorted(resources):
        if not _calls_class(app.view_functions.get(endpoint)):
            raise DeclarationError(
                f"the Resource of the endpoint {endpoint!r} is never called: a decorator of its "
                "class, its Namespace or the Api, or whoever changed app.view_functions, has put a "
                "function in its place. Use functools.wraps there, and call what it is given"
            )
    for endpoint in sorted(app.view_functions.keys() - resources):
        _check_view(app, endpoint)


def _check_view(app: Flask, endpoint: str) -> None:
    view = app.view_functions[endpoint]
    if not (says_who(view) or _methods_say_who(view) or _is_static(endpoint, view)):
        raise DeclarationError(
            f"the view {endpoint!r} ({_addresses(app, endpoint)}, {source(view)}) does not say who "
            "may call it: write @require_auth(...) or @public below the decorator that gives it "
            "its address, such as @app.get. Where another package registers it, write "
            f"app.view_functions[{endpoint!r}] = public(app.view_functions[{endpoint!r}])"
        )


def _methods_say_who(view: Any) -> bool:
    """Return whether a view is a MethodView, and each of its methods declares who may call it."""
    cls: Any = getattr(view, "view_class", None)
    if not _calls_class(view) or cls.dispatch_request is not MethodView.dispatch_request:
        return False
    return all(says_who(getattr(cls, name.lower(), None)) for name in cls.methods or ("GET",))


def _calls_class(view: Any) -> bool:
    """Return whether a view calls the function that Flask makes of a class."""
    return any(getattr(each, "__globals__", None) is vars(flask.views) for each in calls(view))


def _is_static(endpoint: str, view: Any) -> bool:
    return endpoint.rpartition(".")[2] == "static" and package(view) == "flask"


def _addresses(app: Flask, endpoint: str) -> str:
    rules = app.url_map.iter_rules()
    return ", ".join(rule.rule for rule in rules if rule.endpoint == endpoint) or "no address"
