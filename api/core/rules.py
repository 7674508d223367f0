"""The checks of a complete Api at the start, so that mistakes are found before a request."""

import inspect
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import flask_restx

from api.core.declarations import (
    CONTRACT,
    GUARDS,
    DeclarationError,
    above,
    calls,
    is_guarded,
    layers,
    package,
    says_who,
)
from api.core.request import expectations
from api.core.response.marshalling import is_marshalled
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
    """Check that a method says who may call it, above it or in a list of decorators.

    The guard runs before any decorator that reads the request.
    """
    view = method.view
    for decorator in method.decorators:
        view = _decorated(method, view, "its method_decorators", decorator)
    if is_guarded(view) and package(method.resource.validate_payload) not in _OURS:
        raise DeclarationError(
            f"{method} has a validate_payload of its own, which is called before @require_auth has "
            "let the caller in: validate in the method, or in a decorator below its guard"
        )
    for name, decorator in method.outer_decorators:
        view = _decorated(method, view, name, decorator)
    if not says_who(view):
        raise DeclarationError(
            f"{method} does not say who may call it: write @require_auth(...) or @public above it, "
            "or Namespace(auth=...) for all that do not say it (a decorator above those hides "
            "them, unless it uses functools.wraps and calls what it is given)"
        )


def _decorated(method: Method, view: Any, name: str, decorator: Any) -> Any:
    """The method with a decorator of a list.

    Those of a whole Resource get its function, which this is not: of them, only ours are applied.
    """
    if layer_of(decorator) == CONTRACT:
        raise DeclarationError(
            f"{method}: {name} have @ns.operation, where the documents of several methods would be "
            "one: write it above each method instead"
        )
    if is_guarded(view):
        _check_outside(method, decorator)
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
    if _answers(decorator):
        raise DeclarationError(
            f"{method}: the decorator of {source(decorator)} reads or answers the request before "
            "@require_auth has let the caller in: write it between @require_auth and the method"
        )


def _check_body(method: Method, api: Any) -> None:
    """Check that a method declares its body once, and that it can have one (RFC 9110 9.3)."""
    has_model = expectations.has_models(api, method.resource, method.name)
    has_body = method.declaration.body is not None
    if (has_body or has_model) and method.name in ("get", "head", "options", "trace"):
        raise DeclarationError(
            f"{method} declares a body, which clients and proxies may leave out of a "
            f"{method.name.upper()}: read a query, or write post"
            + (" (@ns.expect(..., validate=False) only documents a model)" if has_model else "")
        )
    if has_body and has_model:
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
