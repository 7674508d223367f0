"""The methods of the Resources of an Api, each at each of its addresses, hidden ones included."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from flask.views import http_method_funcs

from openapi.declaration import NOTHING, Declaration, declaration_of, layer_of
from openapi.path_parameters import path_of


class Method(NamedTuple):
    """A method of a Resource, by its name in lower case, at one of the Resource's addresses.

    :param api: the Api
    :param namespace: the Namespace that the Resource is in
    :param route: what Flask-RESTX keeps of the Resource: its class, addresses and documentation
    :param name: the name of the method
    :param url: the address, as Flask has it: "/notes/<int:note_id>"
    """

    api: Any
    namespace: Any
    route: Any
    name: str
    url: str

    @property
    def path(self) -> str:
        """The address as OpenAPI has it: "/notes/{note_id}"."""
        return path_of(self.url)

    @property
    def resource(self) -> Any:
        return self.route.resource

    @property
    def view(self) -> Any:
        return getattr(self.resource, self.name)

    @property
    def decorators(self) -> Sequence[Any]:
        """The decorators that are applied to the method at each request, the innermost first."""
        return decorators_of(getattr(self.resource, "method_decorators", ()), self.name)

    @property
    def outer_decorators(self) -> Iterator[tuple[str, Any]]:
        """The decorators of the whole Resource, each after the list that it is in."""
        lists = {
            "the decorators of its class": self.resource.decorators,
            "the decorators of its Namespace": self.namespace.decorators,
            "the decorators of the Api": self.api.decorators,
        }
        for name, decorators in lists.items():
            yield from ((name, decorator) for decorator in decorators or ())

    @property
    def declaration(self) -> Declaration:
        """What our own decorators declare, above the method and in lists of decorators."""
        view = self.view
        for decorator in self.decorators:
            view = _decorated(view, decorator)
        for _, decorator in self.outer_decorators:
            # The others take the function of the whole Resource, which this is not.
            if layer_of(decorator):
                view = _decorated(view, decorator)
        return declaration_of(view)

    @property
    def doc(self) -> dict[str, Any]:
        """What Flask-RESTX's decorators note on the function."""
        return getattr(self.view, "__apidoc__", None) or {}

    @property
    def docs(self) -> list[Any]:
        """What Flask-RESTX's decorators note of the method, the strongest first: on the function,
        at its route, on its class. False is among it where the method is hidden."""
        own = getattr(self.view, "__apidoc__", {})
        others = (self.route.route_doc, getattr(self.resource, "__apidoc__", {}))
        return [own, *(doc and doc.get(self.name, {}) for doc in others)]

    @property
    def is_documented(self) -> bool:
        """Flask-RESTX documents the methods that the class has, or those that its route has."""
        name = self.name.upper()
        routed = self.route.kwargs.get("methods") or (name,)
        is_routed = name in (self.resource.methods or ()) and name in map(str.upper, routed)
        return is_routed and not any(doc is False for doc in self.docs)

    def __str__(self) -> str:
        place = source(inspect.unwrap(self.view))
        return f"{self.resource.__name__}.{self.name} ({self.name.upper()} {self.path}, {place})"


def methods(api: Any) -> Iterator[Method]:
    """Every method of every Resource, at each of its addresses; also those that are hidden.

    :param api: a flask_restx.Api
    """
    for namespace in api.namespaces:
        for route in namespace.resources:
            more = {*(route.resource.methods or ()), *(route.kwargs.get("methods") or ())}
            names = sorted({*http_method_funcs, *map(str.lower, more)})
            for url in addresses(api, namespace, route):
                for name in names:
                    if hasattr(route.resource, name):
                        yield Method(api, namespace, route, name, url)


def prefix_of(api: Any) -> str:
    """Return what is before the addresses of an Api, of its blueprint and its own: "/v1".

    :param api: a flask_restx.Api
    """
    place = api.blueprint_setup or api.blueprint
    return f"{getattr(place, 'url_prefix', None) or ''}{api.prefix}".rstrip("/")


def addresses(api: Any, namespace: Any, route: Any) -> list[str]:
    """Return the addresses of a Resource below the prefix of its Api, or with it.

    :param api: the Api
    :param namespace: the Namespace that the Resource is in
    :param route: what Flask-RESTX keeps of the Resource
    """
    prefix = prefix_of(api)
    # Where a document says that its paths begin, it has no place for variables.
    more = prefix if "<" in prefix else ""
    return [more + url for url in api.ns_urls(namespace, route.urls)]


def decorators_of(listed: Any, name: str) -> Sequence[Any]:
    """Return those of the `method_decorators` of a Resource that one of its methods has.

    :param listed: a list for all methods, or a dict of lists by the name of the method
    :param name: the name of the method, in lower case
    """
    if not isinstance(listed, Mapping):
        return cast(Sequence[Any], listed)
    # HEAD is answered as GET is.
    names = (name, "get") if name == "head" else (name,)
    return next((listed[each] for each in names if each in listed), ())


def _decorated(view: Any, decorator: Any) -> Any:
    """The view with a decorator, if that can be applied and keeps what is declared."""
    try:
        decorated = decorator(view)
    except Exception:
        # Some need a request. An Api of ours refuses them at the start (api.core.rules).
        return view
    return view if declaration_of(decorated) is NOTHING else decorated


def source(function: Any) -> str:
    """The file and line of a function, or the type of what is none."""
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else type(function).__name__
