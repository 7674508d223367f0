"""What stands above a method of a Resource: its layers, and the error for those in a wrong order.

A layer is `@require_auth` or `@public`, which says who may call, or `@ns.operation`, the contract.
"""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

GUARD, PUBLIC, CONTRACT = "@require_auth", "@public", "@ns.operation"
LADDER = (
    "the order from above is @ns.route, @require_auth(...) or @public, @ns.operation(...), "
    "the method"
)

Decorator = TypeVar("Decorator", bound=Callable[..., Any])

_LAYERS = "__layers__"
_FOR_METHODS = "__for_methods__"


class DeclarationError(ValueError):
    """A Resource is declared wrongly. The text names the place and the remedy."""


def add_layer(view: Any, wrapper: Any, layer: str) -> None:
    """Note that `wrapper` is a layer of the method `view`, outside the layers that it has.

    Raises DeclarationError when the layer is out of order, or does not go with another.
    """
    if inspect.isclass(view):
        raise DeclarationError(f"{view.__qualname__} is a class: write {layer} above its methods")
    known = layers(view)
    for other in (GUARD, PUBLIC, *([CONTRACT] if layer == CONTRACT else ())):
        if other in known:
            remedy = LADDER if layer == CONTRACT != other else "write one of the two"
            raise DeclarationError(f"{named(view)} has {layer} above {other}: {remedy}")
    setattr(wrapper, _LAYERS, {**known, layer: wrapper})


def layers(view: Any) -> dict[str, Any]:
    """The layers of a method by name. functools.wraps carries them through other decorators."""
    known: dict[str, Any] = getattr(view, _LAYERS, {})
    return known


def above(view: Any, layer: str) -> list[Any] | None:
    """The functions that stand above a layer of a method; None, where no way leads to it."""
    known = layers(view).get(layer)
    found: list[Any] = []
    function = getattr(view, "__func__", view)
    while function is not None:
        if function is known:
            return found
        found.append(function)
        function = getattr(function, "__wrapped__", None)
    return None


def for_methods(decorator: Decorator) -> Decorator:
    """Note that a decorator makes a layer: it belongs above a method, and into no list."""
    setattr(decorator, _FOR_METHODS, True)
    return decorator


def is_for_methods(decorator: Any) -> bool:
    return getattr(decorator, _FOR_METHODS, False) is True


def named(view: Any) -> str:
    """A method with its place, for a message."""
    name = getattr(inspect.unwrap(view), "__qualname__", repr(view)).rpartition("<locals>.")[2]
    return f"{name} ({source(inspect.unwrap(view))})"


def source(function: Any) -> str:
    """The file and line of a function, or the type of what is none."""
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else type(function).__name__
