"""The WSGI application behind an asynchronous server (RSGI, Granian's own interface).

The event loop reads bodies and sends answers; a thread is taken for the application alone.
bench/README.md has figures of the means that were tried.
"""

import asyncio
import io
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from queue import SimpleQueue
from typing import Any

from werkzeug.exceptions import RequestEntityTooLarge

from api.core.server.body import UnusableBody, read_body
from api.core.server.environ import Scope, make_environ

log = logging.getLogger(__name__)

# Seconds in which a client must take each piece of an answer that is sent piece by piece.
SEND_TIMEOUT = 30.0

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Gateway:
    """An RSGI application that answers with a WSGI application.

    :param app: the WSGI application.
    :param threads: how many requests it may work on at a time.
    :param max_body: the bytes of a body that it accepts.
    :param body_timeout: seconds for a whole body.
    """

    def __init__(
        self,
        app: WSGIApplication,
        *,
        threads: int,
        max_body: int,
        body_timeout: float,
    ) -> None:
        self.app = app
        self._calls: SimpleQueue[_Call] = SimpleQueue()
        self._max_body = max_body
        self._body_timeout = body_timeout
        for number in range(threads):
            # A ThreadPoolExecutor does the same, at 0.9 of the throughput (bench/README.md).
            name = f"request-{number}"
            threading.Thread(target=self._work, name=name, daemon=True).start()

    async def __rsgi__(self, scope: Scope, protocol: Any) -> None:
        """Answer one request."""
        body = await self._body(scope, protocol)
        call = _Call(make_environ(scope, body), protocol)
        self._calls.put(call)
        await call.done

    def _work(self) -> None:
        while True:
            call = self._calls.get()
            try:
                call.answer(self.app)
            finally:
                call.end()

    async def _body(self, scope: Scope, protocol: Any) -> io.IOBase:
        length = scope.headers.get("content-length")
        if "transfer-encoding" in scope.headers:
            length = None
        elif length in (None, "0"):
            return io.BytesIO()
        size = None if length is None else int(length)
        if size is not None and size > self._max_body and "expect" in scope.headers:
            # A client that asks before it sends is not told to go on.
            return UnusableBody(RequestEntityTooLarge())
        return await read_body(protocol, size, self._max_body, self._body_timeout)


class _Call:
    """One request, from the moment at which a thread has it."""

    def __init__(self, environ: dict[str, Any], protocol: Any) -> None:
        self._environ = environ
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self.done = self._loop.create_future()
        self._status = 500
        self._headers: list[tuple[str, str]] = []
        self._written: list[bytes] = []

    def answer(self, app: WSGIApplication) -> None:
        # What gets out of here, Granian would print as a traceback, and not as a line of the log.
        try:
            pieces = app(self._environ, self._start_response)
            try:
                self._send(iter(pieces))
            finally:
                getattr(pieces, "close", lambda: None)()
        except BaseException:
            # A SystemExit, too, would end the thread, and nobody would start another.
            log.exception("the answer could not be made or sent")
            # It may have begun, or its client may be gone.
            with suppress(Exception):
                self._protocol.response_empty(500, [])

    def end(self) -> None:
        """Tell the event loop that a thread has done with this request."""
        # At the end of the process there is no loop to tell.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._set_done)

    def _set_done(self) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], _exc_info: Any = None
    ) -> Callable[[bytes], None]:
        code = int(status.partition(" ")[0])
        if not 200 <= code <= 599:
            # Granian ends the whole process for a status that is none.
            raise ValueError(f"{status!r} is no status of an answer")
        self._status, self._headers = code, headers
        return self._written.append

    def _send(self, pieces: Iterator[bytes]) -> None:
        first = list(islice(pieces, 2))
        if len(first) < 2:
            body = b"".join([*self._written, *first])
            self._protocol.response_bytes(self._status, self._headers, body)
            return
        transport = self._protocol.response_stream(self._status, self._headers)
        for piece in chain(self._written, first, pieces):
            sending = asyncio.run_coroutine_threadsafe(_send(transport, piece), self._loop)
            sending.result(SEND_TIMEOUT)


async def _send(transport: Any, piece: bytes) -> None:
    await transport.send_bytes(piece)
