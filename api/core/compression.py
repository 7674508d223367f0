"""The Content-Encoding of a request body (RFC 9110 section 8.4)."""

import io
import zlib
from gzip import GzipFile
from typing import IO

from api.core.problems import ContentTooLarge, MalformedBody, UnsupportedMediaType

_GZIP = ("gzip", "x-gzip")


def decoded(stream: IO[bytes], coding: str, *, gzip: bool, limit: int | None) -> IO[bytes]:
    """Return a body without its coding.

    :param stream: the body as it arrives
    :param coding: the value of the header Content-Encoding
    :param gzip: whether gzip is accepted
    :param limit: the maximum size of the decoded body in bytes
    :raises UnsupportedMediaType: the coding is not accepted
    :raises MalformedBody: the body is not of that coding
    :raises ContentTooLarge: the decoded body is too large
    """
    name = coding.strip().lower()
    if name in ("", "identity"):
        return stream
    if not gzip or name not in _GZIP:
        # A body that is too large is told first.
        stream.read()
        # RFC 7694 section 3.
        raise UnsupportedMediaType(
            f"Send the body without a Content-Encoding{' or with gzip' if gzip else ''}.",
            headers={"Accept-Encoding": "gzip" if gzip else "identity"},
        )
    return io.BytesIO(_gunzip(stream, limit))


def _gunzip(stream: IO[bytes], limit: int | None) -> bytes:
    try:
        data = GzipFile(fileobj=stream).read(-1 if limit is None else limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise MalformedBody(f"The request body could not be read as gzip: {error}.") from None
    if limit is not None and len(data) > limit:
        raise ContentTooLarge
    return data
