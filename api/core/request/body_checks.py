"""What is wrong with the declaration of a request body, found at the start."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from apispec.ext.marshmallow.common import resolve_schema_instance
from marshmallow import Schema, fields
from marshmallow.exceptions import RegistryError

from api.core.request import forms
from api.core.request.forms import MULTIPART, URLENCODED
from api.core.request.media_types import JSON, Body
from api.core.request.merge_patch import MERGE_PATCH
from api.core.request.parts import is_schema
from schemas.core.files import File

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/(?:[a-z0-9!#$&^_.+-]+|\*)|\*/\*")
_RAW = (bytes, str)


def fault(body: Body | None, max_body: int | None) -> str | None:
    """Return what is wrong with the declaration of a body, or None.

    :param body: what an operation declares
    :param max_body: the maximum size in bytes that it declares
    """
    if body is None or is_schema(body):
        by_name: Mapping[str, Any] = {} if body is None else {JSON: body}
    elif isinstance(body, Mapping) and body:
        by_name = body
    else:
        return "body= takes a marshmallow Schema, or a dict of media types"
    faults = (_fault(name, kind, max_body) for name, kind in by_name.items())
    return next(filter(None, faults), None)


def _fault(name: str, kind: Any, max_body: int | None) -> str | None:
    if not isinstance(name, str) or not _MEDIA_TYPE.fullmatch(name):
        return f"body= has {name!r}, which is no media type in lower case without parameters"
    if kind in _RAW:
        return None
    if not is_schema(kind):
        return f"body= has {kind!r} for {name}, which is no marshmallow Schema, bytes or str"
    schema = resolve_schema_instance(kind)
    if hasattr(schema, "type_schemas") and (name in (MULTIPART, URLENCODED, MERGE_PATCH)):
        return f"body= has a polymorphic schema for {name}: it can be that of application/json"
    if name in (MULTIPART, URLENCODED):
        return _prefixed(name, forms.fault(name, schema) or _fault_of_sizes(schema, max_body))
    if name != JSON and not name.endswith("+json"):
        return f"body= has a schema for {name}: write bytes or str"
    if name == MERGE_PATCH and schema.many:
        return f"body= has a list for {name}, which changes one object"
    has_files = any(isinstance(field, File) for field in _fields(schema, set()))
    return f"body= has a File in {name}: files are sent as {MULTIPART}" if has_files else None


def _prefixed(name: str, text: str | None) -> str | None:
    return f"body= cannot have this schema for {name}: {text}" if text else None


def _fault_of_sizes(schema: Schema, max_body: int | None) -> str | None:
    for name, file in forms.files(schema):
        if max_body is not None and (file.max_size or 0) > max_body:
            return f"max_body= is below the max_size= of {name}"
    return None


def _fields(schema: Schema, seen: set[type[Schema]]) -> Iterator[fields.Field[Any]]:
    seen.add(type(schema))
    for field in schema.fields.values():
        inner = field.inner if isinstance(field, fields.List) else field
        yield inner
        nested = _nested(inner)
        if nested is not None and type(nested) not in seen:
            yield from _fields(nested, seen)


def _nested(field: fields.Field[Any]) -> Schema | None:
    try:
        return field.schema if isinstance(field, fields.Nested) else None
    except RegistryError:
        # It is named, and may be defined in a module that is imported later. The check at the
        # start (api.core.fieldrules) refuses a name that is still unknown then.
        return None
