"""Who may call the methods of Resources, where it is said of several at once."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from flask import has_request_context, request

from api.core.declarations import ACCESS, DeclarationError, says_who
from openapi.declaration import declaring, layer_of
from openapi.methods import decorators_of


class DefaultAccess:
    """The guard of a Namespace, for the methods that do not say themselves who may call them.

    :param guard: `require_auth(...)`, `require(...)` or `public`
    :raises DeclarationError: it is another thing
    """

    def __init__(self, guard: Any) -> None:
        layer = layer_of(guard)
        if layer not in ACCESS:
            raise DeclarationError(
                "auth= of a Namespace takes require_auth(...), require(...) or public, "
                f"not {guard!r}"
            )
        self._guard = guard
        declaring(self, layer)

    def __call__(self, view: Callable[..., Any]) -> Any:
        """Guard one method, or the function of a whole Resource.

        :param view: the method or the function
        """
        if says_who(view):
            return view
        resource, guarded = getattr(view, "view_class", None), self._guard(view)
        if resource is None:
            return guarded

        @wraps(view)
        def choosing(*args: Any, **kwargs: Any) -> Any:
            # At each request, since a method can be replaced.
            return (view if _says_who(resource) else guarded)(*args, **kwargs)

        return choosing


class ByMethod(dict[str, Any]):
    """The `method_decorators` of a Resource by the name of the method.

    Flask-RESTX knows lists alone. It iterates over what it is given, at each request.
    """

    def __iter__(self) -> Iterator[Any]:
        if not has_request_context():
            return super().__iter__()
        return iter(decorators_of(self, request.method.lower()))


def _says_who(resource: Any) -> bool:
    """Return whether the method that answers the current request says who may call it."""
    name = request.method.lower()
    view = getattr(resource, name, None) or resource.get
    if says_who(view):
        return True
    for decorator in decorators_of(resource.method_decorators, name):
        view = decorator(view)
    return says_who(view)
