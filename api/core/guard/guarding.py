"""What all guards have in common: they let a caller in before anything of the request is read."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import g

from api.core.coroutines import same, then
from api.core.declarations import add_layer
from openapi.declaration import declaring

View = TypeVar("View", bound=Callable[..., Any])

# Where Authlib keeps the token of the request.
_TOKEN = "authlib_server_oauth2_token"  # noqa: S105


def guarding(layer: str, admit: Callable[[], None], **declared: Any) -> Callable[[View], View]:
    """Return the decorator that lets in a caller and then calls a method.

    :param layer: what the guard is, as it is written: "@require_auth"
    :param admit: raises a problem for a caller that is not let in
    :param declared: what the guard declares of the method
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            # What is kept of another request, in a test that has pushed an app context, is gone.
            g.pop(_TOKEN, None)
            validate = g.pop("behind_guard", None)
            admit()
            if validate:
                validate()
            return then(view(*args, **kwargs), same)

        return add_layer(view, guarded, layer, **declared)

    return declaring(decorate, layer)
