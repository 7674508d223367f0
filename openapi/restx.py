"""Flask-RESTX's own declarations, read into the types of an Operation.

Its decorators keep what they are spec in `__apidoc__`, on the function, its class and its route.
"""

from collections.abc import Hashable, Iterator, Mapping
from copy import copy
from inspect import cleandoc
from typing import Any

from flask_restx import fields
from flask_restx.reqparse import RequestParser
from flask_restx.swagger import parse_rule
from flask_restx.utils import merge
from werkzeug.routing.rules import parse_converter_args

from openapi.methods import Method
from openapi.operation import (
    JSON,
    MISSING,
    Answer,
    Header,
    MediaType,
    Parameter,
    RequestBody,
)
from openapi.restx_models import is_of_restx
from openapi.schemas import AnySchema, ArrayOf, Json, JsonSchema, ObjectOf

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"

_TYPES: dict[Any, str] = {int: "integer", float: "number", str: "string", bool: "boolean"}
_CONVERTERS: dict[str, Json] = {
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "uuid": {"type": "string", "format": "uuid"},
}
_CONVERTER_ARGUMENTS = {
    "min": "minimum",
    "max": "maximum",
    "minlength": "minLength",
    "maxlength": "maxLength",
}
_NOT_OF_SCHEMA = ("name", "in", "required", "description", "example", "collectionFormat", "schema")
# A delimiter between the items is what OpenAPI 3 has for `explode: false`.
_STYLES = {"multi": {"explode": True}, "csv": {"explode": False}}


class Documentation:
    """What Flask-RESTX's decorators say of one method.

    :param method: the method
    :param models: the models of its Api, by name
    """

    def __init__(self, method: Method, models: Mapping[str, Any]) -> None:
        self._method = method
        self._models = models
        of_class = merge(_doc(method.resource), method.route.route_doc or {})
        self._levels = (of_class, merge(of_class.get(method.name) or {}, method.doc))

    def value(self, name: str) -> Any:
        """The last word on something: that of the method, else that of its class."""
        return next((doc[name] for doc in reversed(self._levels) if name in doc), None)

    def summary(self) -> str:
        return _docstring(self._method.view)[0]

    def description(self) -> str:
        texts = [str(doc.get("description") or "") for doc in self._levels]
        return "\n".join(filter(None, [*texts, _docstring(self._method.view)[1]])).strip()

    def extensions(self) -> Json:
        vendor = self._levels[1].get("vendor") or {}
        return {name if name.startswith("x-") else f"x-{name}": vendor[name] for name in vendor}

    def security(self) -> tuple[Mapping[str, tuple[str, ...]], ...] | None:
        declared = self.value("security")
        return None if declared is None else security_requirements(declared)

    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the path first, in its order, then the others in the order of declaration."""
        specs: dict[tuple[str, str], Json] = {}
        of_path = dict(_path_parameters(self._method.url))
        for name, spec in self._declared_parameters():
            location = "path" if name in of_path else spec.get("in", "query")
            specs[name, location] = {**specs.get((name, location), {}), **spec}
        for name, schema in reversed(of_path.items()):
            declared = specs.pop((name, "path"), {})
            # The converter knows what the address accepts; a decorator may say something else.
            spec = {"type": "string", **declared, **schema, "required": True}
            specs = {(name, "path"): spec, **specs}
        return tuple(
            _parameter(name, location, spec)
            for (name, location), spec in specs.items()
            if location in ("query", "header", "cookie") or name in of_path
        )

    def body(self) -> RequestBody | None:
        """What `@ns.expect` or `@ns.doc(body=...)` says; the last model of several counts."""
        form = {name: spec for name, spec in self._declared_parameters() if _is_form(spec)}
        if form:
            return _form(form)
        body = None
        for expected in self._expected():
            body = self._body_of(expected) or body
        return body

    def answers(self) -> dict[str, Answer]:
        """What `@ns.response`, `@ns.doc(responses=..., model=...)` and `marshal_with` say."""
        answers: dict[str, Answer] = {}
        headers = {
            name: _header(spec)
            for doc in self._levels
            for name, spec in (doc.get("headers") or {}).items()
        }
        for doc in self._levels:
            for status, spec in (doc.get("responses") or {}).items():
                answers[_status(status)] = self._answer(spec, headers)
            if "model" in doc:
                status = _status(doc.get("default_code", 200))
                known = answers.get(status)
                description = known.description if known else "Success"
                answers[status] = self._answer((description, doc["model"]), headers)
        return answers

    def _answer(self, spec: Any, headers: Mapping[str, Header]) -> Answer:
        parts = (spec,) if isinstance(spec, str) else tuple(spec)
        description, model, more = (*parts, None, None, None)[:3]
        more = more or {}
        schema = None if model is None else self._schema(model)
        if schema is not None and more.get("envelope"):
            schema = ObjectOf({more["envelope"]: schema})
        media_types = self.value("produces") or (JSON,)
        own = {name: _header(each) for name, each in (more.get("headers") or {}).items()}
        media = MediaType(schema=schema)
        return Answer(
            description=str(description or "Success"),
            content={} if schema is None else dict.fromkeys(media_types, media),
            headers={**headers, **own},
        )

    def _expected(self) -> Iterator[Any]:
        for doc in self._levels:
            yield from doc.get("expect") or ()
            if doc.get("body") is not None:
                yield doc["body"]

    def _declared_parameters(self) -> Iterator[tuple[str, Json]]:
        for doc in self._levels:
            for expected in doc.get("expect") or ():
                if isinstance(expected, RequestParser):
                    yield from ((spec["name"], spec) for spec in _specs(expected))
            for name, spec in (doc.get("params") or {}).items():
                yield name, {"description": spec} if isinstance(spec, str) else dict(spec or {})

    def _body_of(self, expected: Any) -> RequestBody | None:
        if isinstance(expected, RequestParser):
            members = {spec["name"]: spec for spec in _specs(expected) if spec["in"] == "body"}
            if not members:
                return None
            return RequestBody(content={JSON: MediaType(schema=_object(members))})
        description = ""
        if isinstance(expected, (list, tuple)) and len(expected) == 2:
            expected, description = expected
        media_types = self.value("consumes") or (JSON,)
        content = dict.fromkeys(media_types, MediaType(schema=self._schema(expected)))
        return RequestBody(content=content, description=str(description))

    def _schema(self, model: Any) -> AnySchema:
        """The schema that Flask-RESTX means by a model, its name, a field, a type, or a list."""
        if isinstance(model, (list, tuple)) and model:
            return ArrayOf(self._schema(model[0]))
        if isinstance(model, str):
            model = self._models.get(model)
        if isinstance(model, type) and issubclass(model, fields.Raw):
            model = model()
        if is_of_restx(model):
            return model
        return JsonSchema({"type": _TYPES[model]} if _is_named(model) else {})


def security_requirements(declared: Any) -> tuple[Mapping[str, tuple[str, ...]], ...]:
    """What Flask-RESTX takes as `security`, as Security Requirement Objects.

    :param declared: the name of a scheme, a dict from names to scopes, or a list of either
    """
    several = declared if isinstance(declared, (list, tuple)) else [declared]
    return tuple(
        {each: ()} if isinstance(each, str) else {name: _words(each[name]) for name in each}
        for each in several
        if isinstance(each, (str, dict)) and each
    )


def _specs(parser: RequestParser) -> list[Json]:
    # The schema of the parser itself is refused where form and JSON are mixed.
    return [spec for argument in parser.args if (spec := _spec(argument))]


def _spec(argument: Any) -> Json:
    if isinstance(argument.location, list):
        # Flask-RESTX itself cannot document it. Of several places a document can name one.
        argument = copy(argument)
        argument.location = next(iter(argument.location), "values")
    place = {"in": "cookie"} if argument.location == "cookies" else {}
    return {**(argument.__schema__ or {}), **place}


def _words(scopes: Any) -> tuple[str, ...]:
    return tuple(scopes) if isinstance(scopes, (list, tuple)) else (str(scopes),)


def _doc(resource: Any) -> dict[str, Any]:
    return getattr(resource, "__apidoc__", None) or {}


def _docstring(view: Any) -> tuple[str, str]:
    """The first line of a docstring, whole, and what follows."""
    summary, _, details = cleandoc(view.__doc__ or "").partition("\n")
    return summary.strip(), details.strip()


def _status(code: Any) -> str:
    return str(int(code)) if isinstance(code, int) else str(code)


def _path_parameters(url: str) -> Iterator[tuple[str, Json]]:
    """The variables of an address, as their converters accept them."""
    for converter, arguments, name in parse_rule(url):
        if converter:
            yield name, _CONVERTERS.get(converter, {}) | _bounds(converter, arguments or "")


def _bounds(converter: str, arguments: str) -> Json:
    values, named = parse_converter_args(arguments)
    if converter == "any":
        return {"enum": [str(value) for value in values]}
    return {word: named[name] for name, word in _CONVERTER_ARGUMENTS.items() if name in named}


def _parameter(name: str, place: str, spec: Json) -> Parameter:
    return Parameter(
        name=name,
        location=place,
        schema=_json_schema(spec),
        required=bool(spec.get("required")),
        description=str(spec.get("description") or ""),
        example=spec.get("example", MISSING),
        style=_STYLES.get(spec.get("collectionFormat", ""), {}),
    )


def _json_schema(spec: Json) -> JsonSchema:
    """The schema of a parameter of Swagger 2.0, which has its members beside `name` and `in`."""
    if "schema" in spec:
        return JsonSchema(spec["schema"])
    schema = {name: value for name, value in spec.items() if name not in _NOT_OF_SCHEMA}
    kind = schema.get("type", "string")
    if isinstance(kind, (list, tuple)) and kind:
        return JsonSchema({**schema, "type": "array", "items": {"type": _type(kind[0])}})
    if kind == "file":
        return JsonSchema({**schema, "type": "string", "format": "binary"})
    return JsonSchema({**schema, "type": _type(kind)})


def _type(kind: Any) -> str:
    return _TYPES[kind] if _is_named(kind) else kind if isinstance(kind, str) else "string"


def _is_named(kind: Any) -> bool:
    return isinstance(kind, Hashable) and kind in _TYPES


def _is_form(spec: Json) -> bool:
    return spec.get("in") == "formData"


def _form(form: Mapping[str, Json]) -> RequestBody:
    has_files = any(spec.get("type") == "file" for spec in form.values())
    media_types = (MULTIPART,) if has_files else (URLENCODED, MULTIPART)
    return RequestBody(
        content=dict.fromkeys(media_types, MediaType(schema=_object(form))),
        required=any(spec.get("required") for spec in form.values()),
    )


def _object(members: Mapping[str, Json]) -> ObjectOf:
    return ObjectOf(
        {name: _property(spec) for name, spec in members.items()},
        tuple(name for name, spec in members.items() if spec.get("required")),
    )


def _property(spec: Json) -> JsonSchema:
    description = {"description": spec["description"]} if spec.get("description") else {}
    return JsonSchema({**_json_schema(spec).members, **description})


def _header(spec: Any) -> Header:
    if isinstance(spec, str):
        return Header(description=spec)
    return Header(description=str(spec.get("description") or ""), schema=_json_schema(spec))
