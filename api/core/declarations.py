"""What stands above a method of a Resource: its layers, and the error for those in a wrong order.

A layer is `@require_auth` or `@public`, which says who may call, or `@ns.operation`, the contract.
"""

import difflib
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from types import FunctionType, NoneType
from typing import Any, NoReturn, TypeVar

from openapi.methods import source

GUARD, PUBLIC, CONTRACT = "@require_auth", "@public", "@ns.operation"
LADDER = (
    "the order from above is @ns.route, @require_auth(...) or @public, @ns.operation(...), "
    "the method"
)

Decorator = TypeVar("Decorator", bound=Callable[..., Any])

_LAYERS = "__layers__"
_FOR_METHODS = "__for_methods__"
# Nothing is called through values of these types.
_PLAIN = (str, bytes, int, float, NoneType)


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
    outer: list[Any] = []
    for function in calls(view):
        if function is known:
            return outer
        outer.append(function)
    return None


def says_who(view: Any) -> bool:
    """Whether a view has a guard, or is public, and whoever calls it comes to that."""
    return any(above(view, layer) is not None for layer in (GUARD, PUBLIC))


def calls(view: Any) -> Iterator[Any]:
    """The function, the one that it wraps, and so on, while each can call the next."""
    function = getattr(view, "__func__", view)
    while function is not None:
        yield function
        wrapped = getattr(function, "__wrapped__", None) if _can_call(function) else None
        function = getattr(wrapped, "__func__", wrapped)


def _can_call(wrapper: Any) -> bool:
    """Whether a wrapper holds anything by which it could call what it wraps.

    functools.wraps carries the layers of a method to a function that takes its place as well. Such
    a function has no use for the method, and does not hold it. What one does with the method that
    it holds, nobody can tell.
    """
    if not isinstance(wrapper, FunctionType):
        return True
    return any(not isinstance(each, _PLAIN) for each in _held(wrapper))


def _held(function: FunctionType) -> Iterator[Any]:
    """What a function has beside its arguments and the names of its module."""
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    for cell in function.__closure__ or ():
        # A cell is empty until its variable has a value.
        with suppress(ValueError):
            yield cell.cell_contents


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


def package(function: Any) -> str:
    """The package that a function is written in; functools.wraps gives it another's __module__."""
    module = getattr(function, "__globals__", {}).get("__name__") or type(function).__module__
    return str(module).partition(".")[0]


def refuse_unknown(decorator: str, unknown: Iterable[str], known: Iterable[str]) -> NoReturn:
    """Raise DeclarationError for arguments that a decorator does not have.

    It names the line that calls the decorator, and the argument that was probably meant.

    :param decorator: the decorator as it is written, such as "@ns.operation"
    :param unknown: the names of the arguments
    :param known: the names that it has
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
