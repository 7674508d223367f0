"""`marshal_with` of Flask-RESTX, which writes the value of a coroutine as well."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask_restx.utils import merge

from api.core.coroutines import then

View = TypeVar("View", bound=Callable[..., Any])


_MODEL = "__marshalled__"


def decorator(marshal_with: Callable[[Any], Any], model: Any) -> Callable[[View], View]:
    """Return the decorator that writes the value of a method, awaited where it is a coroutine.

    :param marshal_with: the decorator of Flask-RESTX
    :param model: the model that it writes by
    """

    def decorate(view: View) -> View:
        write = marshal_with(lambda value: value)

        @wraps(view)
        def marshalled(*args: Any, **kwargs: Any) -> Any:
            return then(view(*args, **kwargs), write)

        # The documentation that Flask-RESTX notes, beside what other decorators have noted.
        setattr(marshalled, _MODEL, model)
        vars(marshalled)["__apidoc__"] = merge(getattr(view, "__apidoc__", {}), write.__apidoc__)
        return marshalled  # type: ignore[return-value]

    return decorate


def model_of(view: Any) -> Any:
    """Return the model that the value of a method is written by; None if there is none.

    :param view: the method
    """
    return getattr(view, _MODEL, None)


def is_marshalled(view: Any) -> bool:
    """Return whether the value of a method is written by a model of Flask-RESTX.

    :param view: the method
    """
    return "__mask__" in (getattr(view, "__apidoc__", None) or {})
