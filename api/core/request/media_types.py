"""The media types of a request body: what each is read as, and how."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from apispec.ext.marshmallow.common import resolve_schema_instance
from flask import request

from api.core import strictjson
from api.core.problems import MalformedBody
from api.core.request import forms
from api.core.request.bodies import unsupported
from api.core.request.forms import MULTIPART, URLENCODED
from api.core.request.merge_patch import MERGE_PATCH, patch_schema
from api.core.request.parts import MarshmallowSchema, is_schema, schema_reader

JSON = "application/json"

Kind: TypeAlias = MarshmallowSchema | type[bytes] | type[str]
"""What a body is read as: the values of a schema, or bytes or text as they are."""

Body: TypeAlias = MarshmallowSchema | Mapping[str, Kind]
"""The schema of a JSON body, or the kind of each media type."""


def contents(body: Body | None) -> dict[str, Kind]:
    """Return the kind of each media type of a body.

    That of a merge patch is the schema of the patch.

    :param body: what an operation declares
    """
    if body is None:
        return {}
    by_name = body if isinstance(body, Mapping) else {JSON: body}
    return {name: _prepared(name, kind) for name, kind in by_name.items()}


def _prepared(name: str, kind: Kind) -> Kind:
    if name == MERGE_PATCH and is_schema(kind):
        return patch_schema(resolve_schema_instance(kind))
    return kind


def reader(by_name: Mapping[str, Kind]) -> Callable[[], Any]:
    """Return a function that reads the body of the current request.

    The function raises UnsupportedMediaType, MalformedBody, ContentTooLarge or ValidationFailed.

    :param by_name: the kind of each media type
    """
    readers = {name: _reader(name, kind) for name, kind in by_name.items()}

    def read() -> Any:
        # A body that is too large is told first.
        stream = request.stream
        for name in (request.mimetype, f"{request.mimetype.partition('/')[0]}/*", "*/*"):
            if name in readers and (_is_utf8() or by_name[name] is bytes):
                return readers[name]()
        stream.read()
        raise unsupported(by_name)

    return read


def _reader(name: str, kind: Kind) -> Callable[[], Any]:
    if not is_schema(kind):
        return _read_bytes if kind is bytes else _read_text
    if name in (MULTIPART, URLENCODED):
        return schema_reader(kind, "parameter", forms.read_form)
    return schema_reader(kind, "pointer", lambda _schema: _read_json())


def _read_bytes() -> bytes:
    return request.get_data(cache=False)


def _is_utf8() -> bool:
    return request.mimetype_params.get("charset", "utf-8").lower() in ("utf-8", "us-ascii")


def _read_text() -> str:
    try:
        return request.get_data(cache=False).decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedBody(
            "The request body could not be read as text: it is not UTF-8."
        ) from None


def _read_json() -> Any:
    try:
        return strictjson.loads(_read_bytes(), exact=True)
    except ValueError as error:
        raise MalformedBody(f"The request body could not be read as JSON: {error}.") from None
