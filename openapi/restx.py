"""Flask-RESTX's own declarations, read into the types of an Operation.

Its decorators keep what they are told in `__apidoc__`, on the function, its class and its route.
"""

from collections.abc import Hashable, Iterator, Mapping
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
        told: dict[tuple[str, str], Json] = {}
        of_path = dict(_path_parameters(self._method.url))
        for name, member in self._told_parameters():
            place = "path" if name in of_path else member.get("in", "query")
            told[name, place] = {**told.get((name, place), {}), **member}
        for name, schema in reversed(of_path.items()):
            known = told.pop((name, "path"), {})
            # What the address accepts is known better than what is said of it.
            member = {"type": "string", **known, **schema, "required": True}
            told = {(name, "path"): member, **told}
        return tuple(
            _parameter(*where, said)
            for where, said in told.items()
            if where[1] in ("query", "header", "cookie") or where[0] in of_path
        )

    def body(self) -> RequestBody | None:
        """What `@ns.expect` or `@ns.doc(body=...)` says; the last model of several counts."""
        fields_ = {name: told for name, told in self._told_parameters() if _is_form(told)}
        if fields_:
            files = any(told.get("type") == "file" for told in fields_.values())
            media = MediaType(schema=_object(fields_))
            kinds = (MULTIPART,) if files else (URLENCODED, MULTIPART)
            return RequestBody(content=dict.fromkeys(kinds, media), required=_any_required(fields_))
        body = None
        for expected in self._expected():
            body = self._body_of(expected) or body
        return body

    def answers(self) -> dict[str, Answer]:
        """What `@ns.response`, `@ns.doc(responses=..., model=...)` and `marshal_with` say."""
        answers: dict[str, Answer] = {}
        headers = {
            name: _header(told)
            for doc in self._levels
            for name, told in (doc.get("headers") or {}).items()
        }
        for doc in self._levels:
            for status, told in (doc.get("responses") or {}).items():
                answers[_status(status)] = self._answer(told, headers)
            if "model" in doc:
                status = _status(doc.get("default_code", 200))
                known = answers.get(status)
                description = known.description if known else "Success"
                answers[status] = self._answer((description, doc["model"]), headers)
        return answers

    def _answer(self, told: Any, headers: Mapping[str, Header]) -> Answer:
        parts = (told,) if isinstance(told, str) else tuple(told)
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

    def _told_parameters(self) -> Iterator[tuple[str, Json]]:
        for doc in self._levels:
            for expected in doc.get("expect") or ():
                if isinstance(expected, RequestParser):
                    said = (argument.__schema__ for argument in expected.args)
                    yield from ((each["name"], each) for each in said if each)
            for name, told in (doc.get("params") or {}).items():
                yield name, {"description": told} if isinstance(told, str) else dict(told)

    def _body_of(self, expected: Any) -> RequestBody | None:
        if isinstance(expected, RequestParser):
            said = [each for each in (argument.__schema__ for argument in expected.args) if each]
            members = {each["name"]: each for each in said if each["in"] == "body"}
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


def _parameter(name: str, place: str, told: Json) -> Parameter:
    return Parameter(
        name=name,
        location=place,
        schema=_json_schema(told),
        required=bool(told.get("required")),
        description=str(told.get("description") or ""),
        example=told.get("example", MISSING),
        style=_STYLES.get(told.get("collectionFormat", ""), {}),
    )


def _json_schema(told: Json) -> JsonSchema:
    """The schema of a parameter of Swagger 2.0, which has its members beside `name` and `in`."""
    if "schema" in told:
        return JsonSchema(told["schema"])
    schema = {name: value for name, value in told.items() if name not in _NOT_OF_SCHEMA}
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


def _is_form(told: Json) -> bool:
    return told.get("in") == "formData"


def _any_required(members: Mapping[str, Json]) -> bool:
    return any(told.get("required") for told in members.values())


def _object(members: Mapping[str, Json]) -> ObjectOf:
    return ObjectOf(
        {name: _property(told) for name, told in members.items()},
        tuple(name for name, told in members.items() if told.get("required")),
    )


def _property(told: Json) -> JsonSchema:
    description = {"description": told["description"]} if told.get("description") else {}
    return JsonSchema({**_json_schema(told).members, **description})


def _header(told: Any) -> Header:
    if isinstance(told, str):
        return Header(description=told)
    return Header(description=str(told.get("description") or ""), schema=_json_schema(told))
