"""What a complete Api is held to at the start, so that no mistake waits for a request."""

import inspect
from collections.abc import Iterator
from typing import Any, NamedTuple

from flask.views import http_method_funcs
from flask_restx.model import ModelBase
from flask_restx.swagger import extract_path

from api.core.declarations import (
    CONTRACT,
    GUARD,
    PUBLIC,
    DeclarationError,
    above,
    is_for_methods,
    layers,
    source,
)

# Packages whose decorators read the request, or answer it from a cache.
_SPEAKING_PACKAGES = frozenset(
    {
        *("apiflask", "flasgger", "flask_apispec", "flask_expects_json", "flask_pydantic"),
        *("flask_smorest", "spectree", "webargs"),
        *("cachetools", "flask_caching"),
    }
)


class Method(NamedTuple):
    """A method of a Resource, by its name in lower case, at one of the Resource's addresses."""

    namespace: Any
    route: Any
    name: str
    path: str

    @property
    def resource(self) -> Any:
        return self.route.resource

    @property
    def view(self) -> Any:
        return getattr(self.resource, self.name)

    @property
    def doc(self) -> dict[str, Any]:
        """What decorators note for the documents."""
        return getattr(self.view, "__apidoc__", None) or {}

    def __str__(self) -> str:
        place = source(inspect.unwrap(self.view))
        return f"{self.resource.__name__}.{self.name} ({self.name.upper()} {self.path}, {place})"


def methods(api: Any) -> Iterator[Method]:
    """Every method of every Resource, at each of its addresses; also those that are hidden."""
    for namespace in api.namespaces:
        for route in namespace.resources:
            more = {*(route.resource.methods or ()), *(route.kwargs.get("methods") or ())}
            names = sorted({*http_method_funcs, *map(str.lower, more)})
            for url in api.ns_urls(namespace, route.urls):
                for name in names:
                    if hasattr(route.resource, name):
                        yield Method(namespace, route, name, extract_path(url) or "/")


def check(api: Any) -> None:
    """Raise DeclarationError for a method that says too little, or says it in a wrong place."""
    for method in methods(api):
        _check_kind(method)
        _check_lists(method, api)
        _check_access(method)
        _check_order(method)
        _check_expected(method, api)
        _check_scopes(method, api)


def _check_kind(method: Method) -> None:
    function, own = method.view, layers(method.view).values()
    # Another decorator may run the coroutine itself: what it returns is judged when it does.
    while any(function is layer for layer in own) or _package(function) == "flask_restx":
        function = getattr(function, "__wrapped__", None)
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise DeclarationError(
            f"{method} is async, and nothing would await it: write def instead of async def"
        )


def _check_access(method: Method) -> None:
    if all(above(method.view, layer) is None for layer in (GUARD, PUBLIC)):
        raise DeclarationError(
            f"{method} does not say who may call it: write @require_auth(...) or @public above it "
            "(a decorator above those hides them, unless it uses functools.wraps)"
        )


def _check_lists(method: Method, api: Any) -> None:
    """A guard in a list works, but no document shows it; what reads the request is outside it."""
    resource, namespace = method.resource, method.namespace
    lists = {
        "method_decorators of its class": getattr(resource, "method_decorators", ()),
        "decorators of its class": resource.decorators,
        "decorators of its Namespace": namespace.decorators,
        "decorators of the Api": api.decorators,
    }
    for place, decorators in lists.items():
        for decorator in decorators:
            if is_for_methods(decorator):
                raise DeclarationError(
                    f"{method}: the {place} hold @require_auth, @public or @ns.operation, where "
                    "the documents do not see it: write it above each method instead"
                )
            _check_outside(method, decorator)


def _check_order(method: Method) -> None:
    for decorated in above(method.view, GUARD) or ():
        _check_outside(method, decorated)
    for decorated in above(method.view, CONTRACT) or ():
        if _package(decorated) == "flask_restx":
            raise DeclarationError(
                f"{method} has @marshal_with above @ns.operation, which has written the answer by "
                "then: leave it out, and declare @ns.operation(returns=...)"
            )


def _check_outside(method: Method, decorator: Any) -> None:
    """Decorators that only watch may stand outside the guard. One that reads what the request
    says would tell strangers what is wrong with it; a cache would tell them others' answers."""
    if GUARD in layers(method.view) and _speaks(decorator):
        raise DeclarationError(
            f"{method}: the decorator of {source(decorator)} reads or answers the request before "
            "@require_auth has let the caller in: write it between @require_auth and the method"
        )


def _check_expected(method: Method, api: Any) -> None:
    """Our Resource validates what @ns.expect wants behind the guard; Flask-RESTX's cannot."""
    validate = method.doc.get("validate")
    validates = api._validate if validate is None else validate
    expected = [
        each[0] if isinstance(each, list) and each else each
        for each in method.doc.get("expect") or ()
    ]
    if (
        GUARD in layers(method.view)
        and validates
        and any(isinstance(each, ModelBase) for each in expected)
        and not hasattr(method.resource, "validate_behind_guard")
    ):
        raise DeclarationError(
            f"{method} is of a flask_restx.Resource, which validates what @ns.expect wants before "
            "@require_auth has let the caller in: derive its class from api.core.bridge.Resource"
        )


def _check_scopes(method: Method, api: Any) -> None:
    words = " ".join(method.doc.get("scopes") or ()).split()
    for scope in sorted({*words} - api.scopes.keys()):
        raise DeclarationError(
            f"the scope {scope} is required and nowhere described: {method} needs it in the "
            "scopes of its Namespace"
        )


def _speaks(function: Any) -> bool:
    return _package(function) in _SPEAKING_PACKAGES or hasattr(function, "cache_info")


def _package(function: Any) -> str:
    """The package that a function is written in; functools.wraps gives it another's __module__."""
    module = getattr(function, "__globals__", {}).get("__name__") or type(function).__module__
    return str(module).partition(".")[0]
