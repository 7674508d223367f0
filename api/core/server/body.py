"""The reading of request bodies: the event loop reads a body before a thread is used.

A client that sends its body slowly or incompletely therefore uses a connection, but no thread.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from tempfile import SpooledTemporaryFile
from typing import IO, Any, NoReturn

from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    RequestEntityTooLarge,
    RequestTimeout,
    ServiceUnavailable,
)

# A client that is still sending gets a connection reset instead of the response. Of a body that is
# too large, this number of bytes is therefore read and discarded. Reading ends if a piece does not
# arrive within DRAIN_PATIENCE seconds, since the client may wait for the response.
DRAINED = 1024 * 1024
DRAIN_PATIENCE = 0.5

# Of a larger body, nothing is kept in memory: anybody can send one, before the guard is asked.
IN_MEMORY = 1024 * 1024

Receive = Callable[[], Awaitable[dict[str, Any]]]


class UnusableBody(io.RawIOBase):
    """A `wsgi.input` that raises an error when it is read."""

    def __init__(self, reason: HTTPException) -> None:
        """
        :param reason: why the body cannot be read
        """
        self._reason = reason

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, _buffer: Any) -> NoReturn:
        """Raise the reason why the body cannot be read."""
        raise self._reason


async def read_body(receive: Receive, limit: int, timeout: float) -> io.IOBase:
    """Read a body, and return it as a `wsgi.input`.

    :param receive: returns the next event of the request (ASGI)
    :param limit: the maximum size in bytes
    :param timeout: the seconds for the whole body
    """
    with ExitStack() as unless_complete:
        data = unless_complete.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY))
        try:
            is_complete = await _copy(receive, data, limit, timeout)
        except HTTPException as reason:
            return UnusableBody(reason)
        except OSError:
            # There is no place for a temporary file.
            return UnusableBody(ServiceUnavailable())
        if is_complete:
            data.seek(0)
            unless_complete.pop_all()
            return data
    return await drain_body(receive, timeout)


async def _copy(receive: Receive, data: IO[bytes], limit: int, timeout: float) -> bool:
    """Copy a body into a file, and return whether all of it is there."""
    size = 0
    try:
        async with asyncio.timeout(timeout):
            while size <= limit:
                event = await receive()
                if event["type"] != "http.request":
                    raise BadRequest("The body breaks off before its end.")
                size += data.write(event["body"])
                if not event["more_body"]:
                    return size <= limit
    except TimeoutError:
        raise RequestTimeout from None
    return False


async def drain_body(receive: Receive, timeout: float) -> UnusableBody:
    """Discard the rest of a body that is too large.

    :param receive: returns the next event of the request (ASGI)
    :param timeout: the seconds for all of it
    :returns: a `wsgi.input` that raises RequestEntityTooLarge
    """
    size = 0
    with suppress(TimeoutError):
        # Granian closes the connection only if the response comes after the last of these calls.
        async with asyncio.timeout(timeout):
            while size < DRAINED:
                async with asyncio.timeout(DRAIN_PATIENCE):
                    event = await receive()
                if not event.get("more_body"):
                    break
                size += len(event["body"])
    return UnusableBody(RequestEntityTooLarge())
