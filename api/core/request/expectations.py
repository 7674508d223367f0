"""What `@ns.expect` of Flask-RESTX declares, and the validation of a body by its models."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from typing import Any
from weakref import WeakKeyDictionary

from flask import request
from flask_restx import inputs
from flask_restx.model import ModelBase
from flask_restx.reqparse import RequestParser
from flask_restx.swagger import ref
from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker, ValidationError
from jsonschema.exceptions import best_match
from jsonschema.validators import extend

from api.core import problems
from api.core.problems import Problem, ValidationFailed
from openapi.definitions import models_of

# Models are schemas of Swagger 2.0, which has the words of draft 4. There, 1.0 is no integer.
_Validator = extend(Draft4Validator, type_checker=Draft202012Validator.TYPE_CHECKER)
_MAX_DETAIL = 300
_VALIDATORS: WeakKeyDictionary[Any, dict[Any, list[Any]]] = WeakKeyDictionary()


def validate(api: Any, resource: type[Any], name: str) -> None:
    """Validate the body of the current request by the models that a method expects.

    :param api: the Api of the Resource
    :param resource: the class of the Resource
    :param name: the name of the method
    :raises ValidationFailed: the body does not fit a model
    """
    known = _VALIDATORS.setdefault(api, {})
    if (resource, name) not in known:
        models = _models(api, resource, name)
        known[resource, name] = [_validator(api, model) for model in models]
    validators = known[resource, name]
    if not validators:
        return
    body = request.get_json()
    errors = dict.fromkeys(error for each in validators for error in _errors(each, body))
    if errors:
        raise ValidationFailed(errors=[{"pointer": at, "detail": text} for at, text in errors])


def has_models(api: Any, resource: type[Any], name: str) -> bool:
    """Return whether `validate` validates the bodies of a method.

    :param api: the Api of the Resource
    :param resource: the class of the Resource
    :param name: the name of the method
    """
    return any(_models(api, resource, name))


def problems_of(
    api: Any, resource: type[Any], name: str, of_body: tuple[type[Problem], ...]
) -> tuple[type[Problem], ...]:
    """Return the problem types of a method whose request is not what it expects.

    :param api: the Api of the Resource
    :param resource: the class of the Resource
    :param name: the name of the method
    :param of_body: the problem types of a body that cannot be read
    """
    if has_models(api, resource, name):
        return (*of_body, ValidationFailed)
    expected = (each for _, each in _expected(api, resource, name))
    parsers = [each for each in expected if isinstance(each, RequestParser)]
    locations = {place for parser in parsers for arg in parser.args for place in _places(arg)}
    reads_body = locations & {"json", "get_json", "form", "files", "values"}
    return (*(of_body if reads_body else ()), *((ValidationFailed,) if parsers else ()))


def _places(argument: Any) -> tuple[str, ...]:
    location = argument.location
    return (location,) if isinstance(location, str) else tuple(location)


def _expected(api: Any, resource: type[Any], name: str) -> Iterator[tuple[Any, Any]]:
    """What a method expects, each with what `validate=` says beside it."""
    for doc in _docs(api, resource, name):
        for each in doc.get("expect") or ():
            yield doc.get("validate"), each


def _docs(api: Any, resource: type[Any], name: str) -> Iterator[Mapping[str, Any]]:
    """What Flask-RESTX's decorators note on the class, at its routes and on the method."""
    of_routes = (
        route.route_doc
        for namespace in api.namespaces
        for route in namespace.resources
        if route.resource is resource
    )
    for doc in (getattr(resource, "__apidoc__", None), *of_routes):
        # What a class expects is no body of a GET.
        if doc and name not in ("get", "head"):
            yield doc
        yield (doc or {}).get(name) or {}
    yield getattr(getattr(resource, name), "__apidoc__", None) or {}


def _models(api: Any, resource: type[Any], name: str) -> Iterator[Any]:
    for validates, expected in _expected(api, resource, name):
        # A model may come with its description.
        one = expected[0] if isinstance(expected, tuple) and expected else expected
        item = one[0] if isinstance(one, list) and one else one
        if isinstance(item, ModelBase) and (api._validate if validates is None else validates):
            yield one


def _validator(api: Any, model: Any) -> Any:
    is_list = isinstance(model, list)
    [item] = model if is_list else [model]
    schemas = {each.name: each.__schema__ for each in (*api.models.values(), *models_of(item))}
    more = chain.from_iterable((each.get("definitions") or {}).items() for each in schemas.values())
    of_item = ref(item)
    schema = {
        **({"type": "array", "items": of_item} if is_list else {"allOf": [of_item]}),
        "definitions": _of_request({**dict(more), **schemas}),
    }
    return _Validator(schema, format_checker=api.format_checker or _format_checker())


def _of_request(schema: Any) -> Any:
    """The schema of a request, in which what is read-only need not be (OpenAPI)."""
    if isinstance(schema, list):
        return [_of_request(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    members = {name: _of_request(each) for name, each in schema.items()}
    properties = members.get("properties")
    if isinstance(members.get("required"), list) and isinstance(properties, Mapping):
        read_only = {name for name in properties if _is_read_only(properties[name])}
        members["required"] = [name for name in members["required"] if name not in read_only]
    return members


def _is_read_only(schema: Any) -> bool:
    return isinstance(schema, Mapping) and schema.get("readOnly") is True


def _errors(validator: Any, body: Any) -> Iterator[tuple[str, str]]:
    for error in validator.iter_errors(body):
        # Of a union, it tells what is wrong with the alternative that fits best.
        closest = best_match([error]) or error
        path = tuple(map(str, closest.absolute_path))
        for name in _missing(closest):
            yield problems.pointer((*path, name)), "Missing data for required field."
        if closest.validator != "required":
            yield problems.pointer(path), _shortened(closest.message)


def _missing(error: ValidationError) -> list[str]:
    if error.validator != "required":
        return []
    return [name for name in error.validator_value if name not in error.instance]


def _shortened(text: str) -> str:
    # The message has the client's value in it.
    return text if len(text) <= _MAX_DETAIL else f"{text[:_MAX_DETAIL]}…"


@cache
def _format_checker() -> FormatChecker:
    checker = FormatChecker()
    # What Flask-RESTX writes and reads as date-time need not have an offset.
    checker.checks("date-time", raises=Exception)(_is_date_time)
    return checker


def _is_date_time(value: Any) -> bool:
    if not isinstance(value, str):
        return True
    return "T" in value.upper() and bool(inputs.datetime_from_iso8601(value))
