"""The layers above a method of a Resource, and the error for a wrong order.

A layer is `@require_auth`, `@require` or `@public`, which declares who may call the method, or
`@ns.operation`, which declares its contract.
"""

import difflib
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from types import FunctionType, NoneType
from typing import Any, NoReturn, TypeVar, cast

from openapi.declaration import declare
from openapi.methods import source

GUARD, REQUIRE, PUBLIC = "@require_auth", "@require", "@public"
CONTRACT = "@ns.operation"
GUARDS = (GUARD, REQUIRE)
ACCESS = (*GUARDS, PUBLIC)
LADDER = (
    "the order from above is @ns.route, @require_auth(...), @require(...) or @public, "
    "@ns.operation(...), the method"
)

View = TypeVar("View", bound=Callable[..., Any])

_LAYERS = "__layers__"
# A function cannot be called through values of these types.
_PLAIN = (str, bytes, int, float, NoneType)


class DeclarationError(ValueError):
    """A declaration is wrong. The text names the place and the remedy."""


def add_layer(view: View, wrapper: Callable[..., Any], layer: str, **declared: Any) -> View:
    """Record that a wrapper is the outermost layer of a method, and return the wrapper.

    :param view: the method
    :param wrapper: the function that wraps it
    :param layer: GUARD, REQUIRE, PUBLIC or CONTRACT
    :param declared: what the layer declares of the method (see `openapi.declaration.declare`)
    :raises DeclarationError: the layers are in the wrong order, or exclude each other
    """
    if inspect.isclass(view):
        raise DeclarationError(f"{view.__qualname__} is a class: write {layer} above its methods")
    known = layers(view)
    for other in (*ACCESS, *([CONTRACT] if layer == CONTRACT else ())):
        if other in known:
            remedy = LADDER if layer == CONTRACT != other else "write one of the two"
            raise DeclarationError(f"{named(view)} has {layer} above {other}: {remedy}")
    setattr(wrapper, _LAYERS, {**known, layer: wrapper})
    return cast(View, declare(wrapper, **declared))


def layers(view: Any) -> dict[str, Any]:
    """Return the layers of a method by name. functools.wraps copies them to other decorators.

    :param view: the method
    """
    known: dict[str, Any] = getattr(view, _LAYERS, {})
    return known


def above(view: Any, layer: str) -> list[Any] | None:
    """Return the functions above a layer of a method; None if none of them calls it.

    :param view: the method
    :param layer: the name of the layer
    """
    known = layers(view).get(layer)
    outer: list[Any] = []
    for function in calls(view):
        if function is known:
            return outer
        outer.append(function)
    return None


def says_who(view: Any) -> bool:
    """Return whether a view declares who may call it, in a layer that is called.

    :param view: the view
    """
    return any(above(view, layer) is not None for layer in ACCESS)


def is_guarded(view: Any) -> bool:
    """Return whether a view has a guard, which `@public` is not.

    :param view: the view
    """
    return not layers(view).keys().isdisjoint(GUARDS)


def calls(view: Any) -> Iterator[Any]:
    """Return a function, the function that it wraps, and so on, while each can call the next.

    :param view: the function
    """
    function = getattr(view, "__func__", view)
    while function is not None:
        yield function
        wrapped = getattr(function, "__wrapped__", None) if _can_call(function) else None
        function = getattr(wrapped, "__func__", wrapped)


def _can_call(wrapper: Any) -> bool:
    """Return whether a wrapper holds a value by which it could call the wrapped function.

    functools.wraps also copies the layers of a method to a function that replaces it. Such a
    function does not hold the method. Whether a function that holds it calls it cannot be checked.
    """
    if not isinstance(wrapper, FunctionType):
        return True
    return any(not isinstance(each, _PLAIN) for each in _held(wrapper))


def _held(function: FunctionType) -> Iterator[Any]:
    """Return the values of a function's defaults and closure."""
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    for cell in function.__closure__ or ():
        # A cell is empty until its variable has a value.
        with suppress(ValueError):
            yield cell.cell_contents


def named(view: Any) -> str:
    """Return the name and place of a method, for a message.

    :param view: the method
    """
    name = getattr(inspect.unwrap(view), "__qualname__", repr(view)).rpartition("<locals>.")[2]
    return f"{name} ({source(inspect.unwrap(view))})"


def package(function: Any) -> str:
    """Return the package of a function, which its __module__ may not name after functools.wraps.

    :param function: the function
    """
    module = getattr(function, "__globals__", {}).get("__name__") or type(function).__module__
    return str(module).partition(".")[0]


def refuse_unknown(decorator: str, unknown: Iterable[str], known: Iterable[str]) -> NoReturn:
    """Raise DeclarationError for unknown arguments of a decorator.

    The message has the line that calls the decorator, and the most similar argument.

    :param decorator: the decorator as it is written, such as "@ns.operation"
    :param unknown: the names of the unknown arguments
    :param known: the names of its arguments
    """
    name, names = next(iter(unknown)), sorted(known)
    caller = sys._getframe(2)
    close = difflib.get_close_matches(name, names, n=1)
    meant = f"did you mean {close[0]}=? " if close else ""
    listed = f"it takes {', '.join(names)}" if names else "it takes no argument by name"
    raise DeclarationError(
        f"{decorator} has no argument {name}= ({caller.f_code.co_filename}:{caller.f_lineno}): "
        f"{meant}{listed}"
    )
