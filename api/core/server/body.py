"""A request's body, read by the event loop under a deadline, before a thread is taken.

A client that sends its body slowly, or never to its end, holds a connection and nothing else.
"""

import asyncio
import io
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, RequestTimeout

# A client that is still sending sees a reset connection instead of the answer. So much of a body
# that is too large is read and thrown away.
DRAINED = 1024 * 1024


class UnusableBody(io.RawIOBase):
    """A `wsgi.input` that raises the reason why there is no body to read."""

    def __init__(self, reason: HTTPException) -> None:
        self._reason = reason

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: Any) -> NoReturn:
        raise self._reason


@dataclass
class _Body:
    """What has arrived of a body. `size` counts the bytes that were thrown away as well."""

    limit: int
    data: bytearray = field(default_factory=bytearray)
    size: int = 0
    is_complete: bool = False

    async def receive(self, pieces: AsyncIterable[bytes]) -> None:
        async for piece in pieces:
            # Granian ends a body with one empty piece. One that breaks off has two.
            self.is_complete = not piece and not self.is_complete
            self.size += len(piece)
            if self.size <= self.limit:
                self.data += piece
            elif self.size > self.limit + DRAINED:
                return

    def fault(self, length: int | None) -> HTTPException | None:
        if max(self.size, length or 0) > self.limit:
            return RequestEntityTooLarge()
        if not self.is_complete or self.size < (length or 0):
            return BadRequest("The body breaks off before its end.")
        return None


async def read_body(
    pieces: AsyncIterable[bytes], length: int | None, limit: int, timeout: float
) -> io.IOBase:
    """Read a body, and return it as a `wsgi.input`.

    :param pieces: the body as it arrives.
    :param length: the Content-Length, or None for a chunked body.
    :param limit: how many bytes the application accepts.
    :param timeout: seconds for the whole body.
    """
    body = _Body(limit)
    try:
        async with asyncio.timeout(timeout):
            await body.receive(pieces)
    except TimeoutError:
        if max(body.size, length or 0) <= limit:
            return UnusableBody(RequestTimeout())
    fault = body.fault(length)
    return UnusableBody(fault) if fault else io.BytesIO(body.data)
