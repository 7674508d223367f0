"""The Content-Encoding of a request body (RFC 9110 section 8.4)."""

import io
import sys
import zlib
from typing import IO

from api.core.problems import ContentTooLarge, MalformedBody, UnsupportedMediaType

_GZIP = ("gzip", "x-gzip")
_OF_GZIP = 16 + zlib.MAX_WBITS

# Each costs time, however little is in it (RFC 1952 section 2.2).
_MAX_MEMBERS = 100


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
    return io.BytesIO(_gunzip(stream.read(), sys.maxsize - 1 if limit is None else limit))


def _gunzip(data: bytes, limit: int) -> bytes:
    whole = b""
    for _ in range(_MAX_MEMBERS):
        member = zlib.decompressobj(wbits=_OF_GZIP)
        try:
            whole += member.decompress(data, limit + 1 - len(whole))
        except zlib.error as error:
            raise _malformed(str(error)) from None
        if len(whole) > limit:
            raise ContentTooLarge
        if not member.eof:
            raise _malformed("it breaks off")
        data = member.unused_data
        if not data:
            return whole
    raise _malformed(f"it has over {_MAX_MEMBERS} members")


def _malformed(fault: str) -> MalformedBody:
    return MalformedBody(f"The request body could not be read as gzip: {fault}.")
