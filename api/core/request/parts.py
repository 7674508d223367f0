"""The parts of a request, read and validated by marshmallow schemas."""

from collections.abc import Callable
from typing import Any, TypeGuard

from apispec.ext.marshmallow.common import resolve_schema_instance
from flask import request
from marshmallow import Schema, ValidationError
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict

from api.core import problems
from api.core.problems import PreconditionFailed, ValidationFailed
from api.core.request import strictload

MarshmallowSchema = Schema | type[Schema]
Precondition = Callable[[str], None]


def is_schema(value: Any) -> TypeGuard[MarshmallowSchema]:
    """Return whether a value is a marshmallow Schema, or the class of one.

    :param value: the value
    """
    return isinstance(value, Schema) or (isinstance(value, type) and issubclass(value, Schema))


def schema_reader(
    schema: MarshmallowSchema, where: str, read: Callable[[Schema], Any]
) -> Callable[[], Any]:
    """Return a function that reads a part of the current request, and validates it.

    The function raises ValidationFailed.

    :param schema: what the part must be
    :param where: "pointer" for a body, "parameter" for query and headers
    :param read: takes the part from the request, before it is validated
    """
    instance = resolve_schema_instance(schema)
    load_part = strictload.load_json if where == "pointer" else strictload.load_texts

    def load() -> Any:
        data = read(instance)
        try:
            return load_part(instance, data)
        except ValidationError as error:
            errors = problems.validation_errors(error.messages, where)
            raise ValidationFailed(errors=errors) from None

    return load


def read_query(schema: Schema) -> Any:
    """Return the query of the current request.

    :param schema: what it must be: only a list may be given more than once
    :raises ValidationFailed: a parameter is given twice
    """
    return each_once(request.args, schema)


def each_once(values: MultiDict[str, Any], schema: Schema) -> Any:
    """Return values as a schema reads them.

    :param values: the values, each under its name
    :param schema: what they must be: only a list may be given more than once
    :raises ValidationFailed: a value is given twice
    """
    read = MultiDictProxy(values, schema)
    twice = [name for name, each in values.lists() if len(each) > 1]
    errors = [
        {"parameter": name, "detail": "Give it once."}
        for name in twice
        if name not in read.multiple_keys
    ]
    if errors:
        raise ValidationFailed(errors=errors)
    return read


def read_headers(schema: Schema) -> dict[str, str]:
    """Return the headers of the current request that a schema names.

    :param schema: what they must be
    """
    # A request has headers that the schema does not name, which are no error.
    names = [field.data_key or name for name, field in schema.fields.items()]
    return {name: request.headers[name] for name in names if name in request.headers}


def read_precondition() -> Precondition:
    """Return a check that the client has seen the current version (RFC 9110 section 13.1.1)."""
    if_match = request.if_match if "If-Match" in request.headers else None

    def check(etag: str) -> None:
        if if_match is not None and not if_match.contains(etag):
            raise PreconditionFailed

    return check
