"""The checks of a complete Api at the start, so that mistakes are found before a request."""

import inspect
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

import flask_restx
from flask_restx.model import ModelBase

from api.core.declarations import (
    CONTRACT,
    GUARDS,
    DeclarationError,
    above,
    is_guarded,
    layers,
    package,
    says_who,
)
from openapi.declaration import layer_of
from openapi.methods import Method, methods, source

# The functions that call the methods of a Resource, and the packages whose functions are allowed.
_ENTRANCES = ("as_view", "dispatch_request")
_FRAMEWORK = frozenset({"flask", "flask_restx"})
_OURS = frozenset({"api", "flask_restx"})

# Packages whose decorators read the request, or answer it from a cache.
_ANSWERING_PACKAGES = frozenset(
    {
        *("apiflask", "flasgger", "flask_apispec", "flask_expects_json", "flask_pydantic"),
        *("flask_smorest", "spectree", "webargs"),
        *("cachetools", "flask_caching"),
    }
)


def check(api: Any) -> None:
    """Check all methods of an Api.

    :param api: the Api
    :raises DeclarationError: a declaration is missing, or in a wrong place
    """
    for namespace in api.namespaces:
        for route in namespace.resources:
            check_class(route.resource)
            _check_names(route)
    for method in methods(api):
        _check_kind(method)
        _check_access(method)
        _check_order(method)
        _check_expected(method)
        _check_documented(method)
        _check_scopes(method, api)


def check_class(resource: Any) -> None:
    """Check that a class is a Resource, and does not call its methods in a way of its own.

    :param resource: the class
    :raises DeclarationError: it is not, or it does
    """
    if not inspect.isclass(resource) or not issubclass(resource, flask_restx.Resource):
        raise DeclarationError(
            f"{_name(resource)} has an address and is no Resource: derive a class from "
            "api.core.bridge.Resource, and write @ns.route above that (@ns.expect and @ns.response "
            "take what they are about, in parentheses)"
        )
    for name in _ENTRANCES:
        entrance = getattr(resource, name)
        if package(entrance) not in _FRAMEWORK:
            raise DeclarationError(
                f"{_name(resource)} has a {name} of its own ({source(entrance)}), which may leave "
                "out the guard of a method: write get, post and so on, each with its guard, and "
                "what is common to them into a decorator above them or in method_decorators"
            )
    _check_method_decorators(resource)


def _check_method_decorators(resource: Any) -> None:
    """Check that the `method_decorators` are in a list, or in lists by the name of a method."""
    listed = getattr(resource, "method_decorators", ())
    for name, decorators in listed.items() if isinstance(listed, Mapping) else [(None, listed)]:
        if not isinstance(decorators, (list, tuple)):
            raise DeclarationError(
                f"the method_decorators of {_name(resource)} have {decorators!r} where a list of "
                "decorators belongs: write [...], or {'get': [...]}"
            )
        if name is not None and not hasattr(resource, str(name)):
            raise DeclarationError(
                f"the method_decorators of {_name(resource)} name {name!r}, and it has no method "
                "of this name: write the name of a method in lower case"
            )


def _check_names(route: Any) -> None:
    """Check that a Resource has the methods that it or its route names."""
    resource = route.resource
    named = {name.lower() for name in resource.methods or ()}
    # Flask answers these itself, so that a route may name them.
    routed = {name.lower() for name in route.kwargs.get("methods") or ()} - {"head", "options"}
    for name in sorted({*named, *routed}):
        if not hasattr(resource, name):
            raise DeclarationError(
                f"{_name(resource)} names {name.upper()} in its methods and has no method {name}: "
                "write it, or leave the name out (a HEAD is answered as GET is, OPTIONS by Flask)"
            )
    if not named:
        raise DeclarationError(f"{_name(resource)} has no method: write get, post or another one")


def _name(resource: Any) -> str:
    if inspect.isclass(resource):
        return f"{resource.__module__}.{resource.__qualname__}"
    return f"{getattr(resource, '__qualname__', repr(resource))} ({source(resource)})"


def _check_kind(method: Method) -> None:
    if package(inspect.unwrap(method.view)) == "flask_restx":
        raise DeclarationError(
            f"{method} is a decorator of Flask-RESTX that lacks its parentheses, and no method: "
            "write @ns.expect(...), with what it is about"
        )
    function, own = method.view, layers(method.view).values()
    # Another decorator may run the coroutine itself. Its return value is checked at the request.
    while any(function is layer for layer in own) or package(function) == "flask_restx":
        function = getattr(function, "__wrapped__", None)
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise DeclarationError(
            f"{method} is async, and nothing would await it: write def instead of async def"
        )


def _check_access(method: Method) -> None:
    """Check that a method says who may call it, above it or in a list of decorators.

    The guard runs before any decorator that reads the request.
    """
    view = method.view
    for name, decorator in _listed(method):
        if layer_of(decorator) == CONTRACT:
            raise DeclarationError(
                f"{method}: {name} have @ns.operation, where the documents of several methods "
                "would be one: write it above each method instead"
            )
        if is_guarded(view):
            _check_outside(method, decorator)
        view = _decorated(method, view, name, decorator)
    if not says_who(view):
        raise DeclarationError(
            f"{method} does not say who may call it: write @require_auth(...) or @public above it, "
            "or Namespace(auth=...) for all that do not say it (a decorator above those hides "
            "them, unless it uses functools.wraps and calls what it is given)"
        )


def _listed(method: Method) -> Iterator[tuple[str, Any]]:
    """The decorators that a method has by lists, the innermost first, each after its list."""
    yield from (("its method_decorators", each) for each in method.decorators)
    yield from method.outer_decorators


def _decorated(method: Method, view: Any, name: str, decorator: Any) -> Any:
    """The method with a decorator of a list.

    Those of a whole Resource get its function, which this is not: of them, only ours are applied.
    """
    if decorator not in method.decorators and not layer_of(decorator):
        return view
    location = f"{method}: the decorator of {source(decorator)} in {name}"
    try:
        decorated = decorator(view)
    except DeclarationError as error:
        raise DeclarationError(f"{method}, in {name}: {error}") from error
    except Exception as error:
        raise DeclarationError(
            f"{location} cannot be applied before there is a request ({error!r}): let the "
            "function that it returns do what needs one"
        ) from error
    if says_who(view) and not says_who(decorated):
        raise DeclarationError(
            f"{location} takes away @require_auth or @public: use functools.wraps in it, and "
            "call what it is given"
        )
    return decorated


def _check_order(method: Method) -> None:
    for guard in GUARDS:
        for decorated in above(method.view, guard) or ():
            _check_outside(method, decorated)
    for decorated in above(method.view, CONTRACT) or ():
        if package(decorated) == "flask_restx":
            raise DeclarationError(
                f"{method} has @marshal_with above @ns.operation, which has written the answer by "
                "then: leave it out, and declare @ns.operation(returns=...)"
            )


def _check_outside(method: Method, decorator: Any) -> None:
    """Check that a decorator outside the guard does not answer requests.

    One that validates the request would tell anybody what is wrong with it, and a cache would give
    the responses for some callers to others.
    """
    if _answers(decorator):
        raise DeclarationError(
            f"{method}: the decorator of {source(decorator)} reads or answers the request before "
            "@require_auth has let the caller in: write it between @require_auth and the method"
        )


def _check_expected(method: Method) -> None:
    """Check that @ns.expect is validated after the guard, where the class has a way of its own."""
    if is_guarded(method.view) and package(method.resource.validate_payload) not in _OURS:
        raise DeclarationError(
            f"{method} has a validate_payload of its own, which is called before @require_auth has "
            "let the caller in: validate in the method, or in a decorator below its guard"
        )


def _check_documented(method: Method) -> None:
    """Check that no body is validated by Flask-RESTX, whose refusals no document shows."""
    if any(doc is False for doc in method.docs):
        return
    docs = [method.route.route_doc, getattr(method.resource, "__apidoc__", {}), *method.docs]
    for each in chain.from_iterable((doc or {}).get("expect") or () for doc in docs):
        if isinstance(each, (ModelBase, list, tuple)):
            raise DeclarationError(
                f"{method} expects a model of Flask-RESTX (@ns.expect), and the documents do not "
                "show how it refuses a body: declare a marshmallow schema, "
                "@ns.operation(body=...), or hide the method from the documents with @ns.hide"
            )


def _check_scopes(method: Method, api: Any) -> None:
    access = method.declaration.access
    for scope in sorted({*(access.scopes if access else ())} - api.scopes.keys()):
        raise DeclarationError(
            f"the scope {scope} is required and nowhere described: {method} needs it in the "
            "scopes of its Namespace"
        )


def _answers(function: Any) -> bool:
    return package(function) in _ANSWERING_PACKAGES or hasattr(function, "cache_info")
