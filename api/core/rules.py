"""The checks of a complete Api at the start, so that mistakes are found before a request."""

import inspect
from itertools import pairwise
from typing import Any

import flask_restx

from api.core import expectations
from api.core.declarations import (
    CONTRACT,
    GUARD,
    DeclarationError,
    above,
    calls,
    is_for_methods,
    layers,
    package,
    says_who,
)
from api.core.marshalling import is_marshalled
from openapi.methods import Method, methods, source

# The functions that call the methods of a Resource, and the packages whose functions are allowed.
_ENTRANCES = ("as_view", "dispatch_request")
_FRAMEWORK = frozenset({"flask", "flask_restx"})

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
        _check_lists(method, api)
        _check_access(method)
        _check_replaced(method)
        _check_order(method)
        _check_body(method, api)
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
    functions = list(calls(method.view))
    for outer, function in pairwise([None, *functions]):
        if package(outer) == "flask_restx" and inspect.iscoroutinefunction(function):
            raise DeclarationError(
                f"{method} is async, and marshal_with of flask_restx would not await it: write "
                "@ns.marshal_with, of its Namespace"
            )
    # Another decorator may iterate over it. What that returns is checked at the request.
    if inspect.isasyncgenfunction(functions[-1]) and all(map(_is_of_framework, functions[:-1])):
        raise DeclarationError(
            f"{method} is an asynchronous generator, which nothing would iterate over: write def "
            "instead of async def, or return a list"
        )


def _is_of_framework(function: Any) -> bool:
    return package(function) in ("api", "flask_restx")


def _check_access(method: Method) -> None:
    if not says_who(method.view):
        raise DeclarationError(
            f"{method} does not say who may call it: write @require_auth(...) or @public above it "
            "(a decorator above those hides them, unless it uses functools.wraps and calls what it "
            "is given)"
        )


def _check_replaced(method: Method) -> None:
    """Check that `method_decorators`, which are applied at each request, keep the guard."""
    view = getattr(object.__new__(method.resource), method.name)
    for decorator in getattr(method.resource, "method_decorators", ()):
        location = f"{method}: the decorator of {source(decorator)} in its method_decorators"
        try:
            view = decorator(view)
        except Exception as error:
            raise DeclarationError(
                f"{location} cannot be applied before there is a request ({error!r}): let the "
                "function that it returns do what needs one"
            ) from error
        if not says_who(view):
            raise DeclarationError(
                f"{location} takes away @require_auth or @public: use functools.wraps in it, and "
                "call what it is given"
            )


def _check_lists(method: Method, api: Any) -> None:
    """Check the lists of decorators, whose guards no document would show."""
    resource, namespace = method.resource, method.namespace
    lists = {
        "method_decorators of its class": getattr(resource, "method_decorators", ()),
        "decorators of its class": resource.decorators,
        "decorators of its Namespace": namespace.decorators,
        "decorators of the Api": api.decorators,
    }
    for location, decorators in lists.items():
        for decorator in decorators:
            if is_for_methods(decorator):
                raise DeclarationError(
                    f"{method}: the {location} hold @require_auth, @public or @ns.operation, where "
                    "the documents do not see it: write it above each method instead"
                )
            _check_outside(method, decorator)


def _check_order(method: Method) -> None:
    for decorated in above(method.view, GUARD) or ():
        _check_outside(method, decorated)
    contract = layers(method.view).get(CONTRACT)
    for decorated in above(method.view, CONTRACT) or ():
        is_written_again = is_marshalled(decorated) and not is_marshalled(contract)
        if is_written_again or package(decorated) == "flask_restx":
            raise DeclarationError(
                f"{method} has @marshal_with above @ns.operation, which has written the answer by "
                "then: leave it out, and declare @ns.operation(returns=...)"
            )


def _check_outside(method: Method, decorator: Any) -> None:
    """Check that a decorator outside the guard does not answer requests.

    One that validates the request would tell anybody what is wrong with it, and a cache would give
    the responses for some callers to others.
    """
    if GUARD in layers(method.view) and _answers(decorator):
        raise DeclarationError(
            f"{method}: the decorator of {source(decorator)} reads or answers the request before "
            "@require_auth has let the caller in: write it between @require_auth and the method"
        )


def _check_body(method: Method, api: Any) -> None:
    """Check that a method declares its body once."""
    if method.declaration.body and expectations.has_models(api, method.resource, method.name):
        raise DeclarationError(
            f"{method} declares its body twice, by @ns.operation(body=...) and by a model of "
            "@ns.expect: leave one of them out"
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
