"""Forms: the fields and the files of a request body, for a marshmallow schema."""

from collections.abc import Iterator
from typing import Any

from flask import request
from marshmallow import Schema, fields
from werkzeug.datastructures import MultiDict

from api.core.request.parts import each_once
from schemas.core.files import File

MULTIPART, URLENCODED = "multipart/form-data", "application/x-www-form-urlencoded"

_STRUCTURED = (fields.Nested, fields.Mapping, fields.List, fields.Tuple)


def read_form(schema: Schema) -> Any:
    """Return the fields and files of the current request.

    :param schema: what they must be: only a list may be given more than once
    :raises ValidationFailed: a field is given twice
    """
    values: MultiDict[str, Any] = MultiDict(request.form)
    for name, file in request.files.items(multi=True):
        # A browser sends a part without name and content where no file is chosen.
        if file.filename or file.stream.read(1):
            file.stream.seek(0)
            values.add(name, file)
    return each_once(values, schema)


def files(schema: Schema) -> Iterator[tuple[str, File]]:
    """Return the files that a form may have, with their names.

    :param schema: the schema of the form
    """
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, File):
            yield field.data_key or name, inner


def fault(media_type: str, schema: Schema) -> str | None:
    """Return why a schema cannot be that of a form, or None.

    :param media_type: the media type of the form
    :param schema: the schema
    """
    if schema.many:
        return "a form is one object, and no list"
    if media_type == URLENCODED and any(files(schema)):
        return f"files are sent as {MULTIPART}"
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        is_plain = not isinstance(inner, _STRUCTURED) or isinstance(inner, fields.Pluck)
        if not is_plain:
            return f"a form has values, lists of values and files, and {name} is none of these"
    return None
