"""Flask-RESTX's own declarations of a method, in the words of Swagger 2.0, which it speaks.

Its decorators keep what they are told in `__apidoc__`, on the function, its class and its route.
"""

from typing import Any

from flask_restx import Model, fields
from flask_restx.model import ModelBase
from flask_restx.reqparse import RequestParser
from flask_restx.swagger import Swagger, parse_docstring, ref
from flask_restx.utils import merge, not_none

from openapi.declaration import NOTHING
from openapi.definitions import models_of
from openapi.methods import Method
from openapi.path_parameters import schema_of, type_of, variables
from openapi.restx_notes import docstring, notes_of, tidy
from openapi.restx_parsers import DocumentedParser, consumes
from openapi.schemas import Json

_TYPES: dict[Any, str] = {int: "integer", float: "number", str: "string", bool: "boolean"}


class Reader(Swagger):
    """What Flask-RESTX says of the methods of an Api, also where Flask-RESTX itself gives up.

    :param api: a flask_restx.Api
    :param exact: whether it says no more than Flask-RESTX does
    :ivar models: every model that is known, by name
    :ivar mentioned: the names of those that were declared somewhere, in the order of reading
    """

    def __init__(self, api: Any, *, exact: bool = False) -> None:
        super().__init__(api)
        self.models: dict[str, Any] = dict(api.models)
        self.mentioned: dict[str, None] = {}
        self._is_exact = exact
        self._docs: dict[tuple[int, str], Json] = {}

    def shared_parameters(self, method: Method) -> list[Json]:
        """Return the parameters that all methods of a path have: those of its class and route.

        :param method: one of the methods
        """
        return _at_home(self.parameters_for(self._doc(method)), method)

    def operation(self, method: Method) -> Json:
        """Return the Operation Object of a method, without the shared parameters.

        :param method: the method
        """
        doc, name = self._doc(method), method.name
        parameters = _at_home(self.parameters_for(doc[name]), method)
        members = {
            "responses": self.responses_for(doc, name),
            "summary": doc[name]["docstring"]["summary"],
            "description": self.description_for(doc, name) or None,
            "operationId": self.operation_id_for(doc, name),
            "parameters": parameters or None,
            "security": self.security_for(doc, name),
            "produces": doc[name].get("produces"),
            "deprecated": bool(doc.get("deprecated") or doc[name].get("deprecated")) or None,
            "consumes": consumes([*self.parameters_for(doc), *parameters]),
            **self.vendor_fields(doc, name),
            "tags": [method.namespace.name],
        }
        return dict(not_none(members))

    def value(self, method: Method, name: str) -> Any:
        """Return the last word on something: that of the method, else that of its class.

        :param method: the method
        :param name: what the decorators call it
        """
        doc = self._doc(method)
        return doc[method.name].get(name, doc.get(name))

    def headers(self, method: Method) -> Json:
        """Return the Header Objects of every answer of a method, by name.

        :param method: the method
        """
        response = self.process_headers({}, self._doc(method), method.name)
        return dict(response.get("headers", {}))

    def register_errors(self) -> dict[str, Json]:
        """Return the Response Object of each error handler, by the name of the exception."""
        responses = {}
        for exception, handler in self._error_handlers().items():
            notes = notes_of(handler) or {}
            response = {"description": parse_docstring(handler)["summary"] or exception.__name__}
            self.process_headers(response, notes)
            model = next((model for _, model, _ in notes.get("responses", {}).values()), None)
            if model is not None:
                response["schema"] = self.serialize_schema(model)
            responses[exception.__name__] = response
        return responses

    def responses_for(self, doc: Json, method: str) -> dict[str, Json]:
        """Return the Response Objects, those of `:raises` in the docstring included."""
        responses: dict[str, Json] = super().responses_for(doc, method)
        for exception, handler in self._error_handlers().items():
            codes = list((notes_of(handler) or {}).get("responses", {}))
            if codes and exception.__name__ in doc[method]["docstring"]["raises"]:
                responses[str(codes[0])] = {"$ref": f"#/responses/{exception.__name__}"}
        return responses

    def expected_params(self, doc: Json) -> Json:
        """Return the parameters that `expect` declares, by name; the body is among them."""
        params: Json = {}
        for expected in map(self._expected, doc.get("expect") or ()):
            params |= super().expected_params({"expect": [expected]})
            if isinstance(expected, DocumentedParser) and not self._is_exact:
                schema = expected.body_schema(self.serialize_schema)
                params |= {"payload": {**params["payload"], "schema": schema}} if schema else {}
        return params

    def serialize_schema(self, model: Any) -> Json:
        """Return the schema that is meant by a model, its name, a field, a type, or a list."""
        if isinstance(model, (list, tuple)):
            return {"type": "array", "items": self.serialize_schema(model[0] if model else None)}
        if isinstance(model, type) and issubclass(model, fields.Raw):
            model = model()
        if isinstance(model, dict) and not isinstance(model, ModelBase):
            model = Model("", {name: each for name, each in model.items() if _is_field(each)})
        if isinstance(model, (ModelBase, fields.Raw)):
            for each in models_of(model):
                if each.name:
                    self.models.setdefault(each.name, each)
        if isinstance(model, ModelBase) and model.name:
            model = model.name
        if isinstance(model, str) and model in self.models:
            self.mentioned[model] = None
            return dict(ref(model))
        if isinstance(model, (ModelBase, fields.Raw)):
            return dict(model.__schema__)
        return {"type": _TYPES[model]} if isinstance(model, type) and model in _TYPES else {}

    def _error_handlers(self) -> dict[Any, Any]:
        """Those of the Api; Flask-RESTX says nothing of those of namespaces."""
        handlers = dict(self.api.error_handlers)
        for namespace in () if self._is_exact else self.api.namespaces:
            handlers |= namespace.error_handlers
        return handlers

    def _expected(self, expected: Any) -> Any:
        if isinstance(expected, RequestParser):
            return DocumentedParser(expected, exact=self._is_exact)
        is_named = isinstance(expected, str) and expected in self.models
        is_inline = isinstance(expected, dict) and not isinstance(expected, ModelBase)
        if not self._is_exact and (is_named or is_inline or isinstance(expected, fields.Raw)):
            return expected, None
        if isinstance(expected, (list, tuple)) and len(expected) == 2:
            # Of two, Flask-RESTX takes the second for the description of the first.
            return [expected[0]] if isinstance(expected[1], ModelBase) else expected
        return expected

    def _doc(self, method: Method) -> Json:
        """What is declared at a path: of all its methods, and of each by its name."""
        key = id(method.route), method.url
        if key not in self._docs:
            self._docs[key] = self._read(method)
        return self._docs[key]

    def _read(self, method: Method) -> Json:
        resource, route_doc = method.resource, tidy(method.route.route_doc or {})
        doc: Json = merge(notes_of(resource), route_doc)
        name = resource.__name__
        doc["name"] = f"{name}_{method.url}" if route_doc else name
        shared = merge(merge(self.expected_params(doc), doc.get("params", {})), self._path(method))
        named = (method._replace(name=each) for each in _names(resource))
        own = {each.name: self._of_method(doc, each, shared) for each in named}
        return {**doc, **own, "params": _unshared(shared, [each for each in own.values() if each])}

    def _of_method(self, doc: Json, method: Method, shared: Json) -> Any:
        notes = notes_of(method.view)
        if doc.get(method.name) is False or notes is False:
            return False
        of_method = merge(doc.get(method.name, {}), notes)
        params = merge(self.expected_params(of_method), of_method.get("params", {}))
        inherited = {each: spec for each, spec in shared.items() if each in params}
        return {
            **of_method,
            "docstring": self._docstring(method),
            "params": merge(inherited, params),
        }

    def _docstring(self, method: Method) -> Json:
        if self._is_exact:
            return dict(parse_docstring(method.view))
        return docstring(method.view, has_long_summary=method.declaration != NOTHING)

    def _path(self, method: Method) -> Json:
        return {
            name: {
                "name": name,
                "in": "path",
                "required": True,
                **(type_of(converter) if self._is_exact else schema_of(converter, arguments)),
            }
            for name, converter, arguments in variables(method.url)
        }


def security_of(api: Any) -> list[Json]:
    """Return what every operation of an Api needs that says nothing of it.

    :param api: a flask_restx.Api
    """
    requirements = Swagger(api).security_requirements(api.security) or ()
    return [each for each in requirements if each is not None]


def _at_home(parameters: list[Json], method: Method) -> list[Json]:
    """The parameters, but for those of the path that it does not have."""
    names = {name for name, _, _ in variables(method.url)}
    return [each for each in parameters if each["in"] != "path" or each["name"] in names]


def _unshared(shared: Json, methods: list[Json]) -> Json:
    """Give each method those shared parameters that any of them overrides; return the others."""
    overridden = {_key(each) for method in methods for each in method["params"].items()}
    for method in methods:
        own = set(map(_key, method["params"].items()))
        for name, spec in shared.items():
            if _key((name, spec)) in overridden - own:
                method["params"][name] = spec
    return {name: spec for name, spec in shared.items() if _key((name, spec)) not in overridden}


def _key(parameter: tuple[str, Json]) -> tuple[str, str]:
    name, spec = parameter
    return name, spec.get("in", "query")


def _names(resource: Any) -> list[str]:
    return sorted(str(name).lower() for name in resource.methods or ())


def _is_field(value: Any) -> bool:
    return isinstance(value, fields.Raw) or (
        isinstance(value, type) and issubclass(value, fields.Raw)
    )
