"""A request's body, read by the event loop under a deadline, before a thread is taken.

A client that sends its body slowly, or never to its end, holds a connection and nothing else.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, NoReturn

from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, RequestTimeout

# A client that is still sending sees a reset connection instead of the answer. So much of a body
# that is too large is read and thrown away, for as long as no more than so many seconds pass
# between its pieces: a client that waits for the answer has it soon.
DRAINED = 1024 * 1024
DRAIN_PATIENCE = 0.5

Receive = Callable[[], Awaitable[dict[str, Any]]]


class UnusableBody(io.RawIOBase):
    """A `wsgi.input` that raises the reason why there is no body to read."""

    def __init__(self, reason: HTTPException) -> None:
        self._reason = reason

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: Any) -> NoReturn:
        raise self._reason


async def read_body(receive: Receive, limit: int, timeout: float) -> io.IOBase:
    """Read a body, and return it as a `wsgi.input`.

    :param receive: returns the next event of the request (ASGI).
    :param limit: how many bytes the application accepts.
    :param timeout: seconds for the whole body.
    """
    data = bytearray()
    try:
        async with asyncio.timeout(timeout):
            while len(data) <= limit:
                event = await receive()
                if event["type"] != "http.request":
                    return UnusableBody(BadRequest("The body breaks off before its end."))
                data += event["body"]
                if not event["more_body"] and len(data) <= limit:
                    return io.BytesIO(data)
    except TimeoutError:
        return UnusableBody(RequestTimeout())
    return await drain_body(receive, timeout)


async def drain_body(receive: Receive, timeout: float) -> UnusableBody:
    """Throw away what a client still sends of a body that is too large.

    :param receive: returns the next event of the request (ASGI).
    :param timeout: seconds for all of it.
    """
    size = 0
    with suppress(TimeoutError):
        # Granian closes the connection only if the answer comes after the last of these calls.
        async with asyncio.timeout(timeout):
            while size < DRAINED:
                async with asyncio.timeout(DRAIN_PATIENCE):
                    event = await receive()
                if not event.get("more_body"):
                    break
                size += len(event["body"])
    return UnusableBody(RequestEntityTooLarge())
