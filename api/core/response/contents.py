"""The content that a method writes itself: text, bytes, an iterator of either, an open file."""

from collections.abc import Iterator
from io import IOBase
from itertools import chain
from typing import Any

from flask import Response, stream_with_context
from werkzeug.wrappers import Response as AnyResponse
from werkzeug.wsgi import FileWrapper

from api.core import serialisation
from api.core.serialisation import AnswerError

_REMEDY = "text, bytes, an iterator of either, an open file or a Response"


def own_response(value: Any, media_type: str) -> AnyResponse:
    """Return the response of a value that is its own content.

    The first piece of an iterator is taken at once: what fails until then is a problem document,
    and not an answer that breaks off.

    :param value: the value of the method
    :param media_type: the media type of the content
    :raises AnswerError: the value is no content
    """
    if isinstance(value, str | bytes | bytearray | memoryview):
        data = value if isinstance(value, str) else bytes(value)
        return Response(data, mimetype=media_type)
    if isinstance(value, IOBase):
        value = iter(FileWrapper(value))  # type: ignore[arg-type]
    if not isinstance(value, Iterator):
        serialisation.refuse(value, f"where {media_type} is answered: return {_REMEDY}")
    return _stream(value, media_type)


def _stream(pieces: Iterator[Any], media_type: str) -> AnyResponse:
    first = next(pieces, b"")
    if not isinstance(first, str | bytes):
        getattr(pieces, "close", lambda: None)()
        raise AnswerError(
            f"an iterator of {type(first).__name__}, where {media_type} is answered: {_REMEDY}"
        )
    response = Response(chain([first], stream_with_context(pieces)), mimetype=media_type)
    # Of a HEAD, or for a client that is gone, nobody iterates to the end.
    response.call_on_close(getattr(pieces, "close", lambda: None))
    return response
