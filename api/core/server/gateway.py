"""The WSGI application behind an asynchronous server (ASGI).

The event loop reads bodies and sends answers; a thread is taken for the application alone.
bench/README.md has figures of the means that were tried.
"""

import asyncio
import io
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from itertools import chain
from queue import SimpleQueue
from typing import Any

from werkzeug.exceptions import RequestEntityTooLarge

from api.core.server.body import Receive, UnusableBody, drain_body, read_body
from api.core.server.environ import make_environ

log = logging.getLogger(__name__)

# Seconds in which a client must take each piece of an answer that is sent piece by piece.
SEND_TIMEOUT = 30.0

Send = Callable[[dict[str, Any]], Awaitable[None]]
WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Gateway:
    """An ASGI application that answers with a WSGI application.

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

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        environ = make_environ(scope)
        environ["wsgi.input"] = await self._body(environ, receive)
        call = _Call(environ, receive, send)
        self._calls.put(call)
        await call.done

    def _work(self) -> None:
        while True:
            call = self._calls.get()
            try:
                call.answer(self.app)
            finally:
                call.end()

    async def _body(self, environ: dict[str, Any], receive: Receive) -> io.IOBase:
        if "HTTP_TRANSFER_ENCODING" not in environ:
            length = int(environ.get("CONTENT_LENGTH", 0))
            if length == 0:
                return io.BytesIO()
            if length > self._max_body and "HTTP_EXPECT" in environ:
                # A client that asks before it sends is not told to go on.
                return UnusableBody(RequestEntityTooLarge())
            if length > self._max_body:
                return await drain_body(receive, self._body_timeout)
        return await read_body(receive, self._max_body, self._body_timeout)


class _ClientGoneError(Exception):
    """The client does not take the answer to its end."""


class _Call:
    """One request, from the moment at which a thread has it."""

    def __init__(self, environ: dict[str, Any], receive: Receive, send: Send) -> None:
        self._environ = environ
        self._receive = receive
        self._send = send
        self._loop = asyncio.get_running_loop()
        self.done = self._loop.create_future()
        self._status = 500
        self._headers: list[tuple[str, str]] = []
        self._written: list[bytes] = []
        self._is_started = False
        self._is_client_gone = False

    def answer(self, app: WSGIApplication) -> None:
        # What gets out of here, Granian would print as a traceback, and not as a line of the log.
        try:
            pieces = app(self._environ, self._start_response)
            try:
                self._send_answer(pieces)
            finally:
                getattr(pieces, "close", lambda: None)()
        except _ClientGoneError as error:
            log.info("%s", error)
        except BaseException:
            # A SystemExit, too, would end the thread, and nobody would start another.
            log.exception("the answer could not be made or sent")
            # An answer that has begun is broken off, so that its client does not take it for whole.
            if not self._is_started:
                self._status, self._headers = 500, []
                with suppress(Exception):
                    self._send_whole(b"")

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

    def _send_answer(self, answer: Iterable[bytes]) -> None:
        if isinstance(answer, list | tuple):
            self._send_whole(b"".join([*self._written, *answer]))
            return
        pieces = iter(answer)
        # The application may say its headers no earlier than with its first piece.
        first = next(pieces, None)
        body = b"".join([*self._written, first or b""])
        if first is None or len(body) == self._length():
            self._send_whole(body)
            # What the application does after its last piece is done as well.
            for _ in pieces:
                pass
        else:
            self._send_pieces(chain([body], pieces))

    def _length(self) -> int | None:
        """Return the Content-Length of the answer. None: it has none."""
        for name, value in self._headers:
            if name.lower() == "content-length":
                return int(value)
        return None

    def _send_whole(self, body: bytes) -> None:
        self._start()
        self._send({"type": "http.response.body", "body": body})

    def _start(self) -> None:
        # Granian does at once what it is sent, whether or not that is awaited.
        headers = [(name.encode("latin-1"), v.encode("latin-1")) for name, v in self._headers]
        self._send(
            {"type": "http.response.start", "status": self._status, "headers": headers},
        )
        self._is_started = True

    def _send_pieces(self, pieces: Iterable[bytes]) -> None:
        self._start()
        asyncio.run_coroutine_threadsafe(self._watch_client(), self._loop)
        for piece in pieces:
            sending = asyncio.run_coroutine_threadsafe(self._send_piece(piece), self._loop)
            try:
                sending.result(SEND_TIMEOUT)
            except TimeoutError:
                raise _ClientGoneError(f"a client took nothing for {SEND_TIMEOUT:g} s") from None
        self._send({"type": "http.response.body"})

    async def _send_piece(self, piece: bytes) -> None:
        if self._is_client_gone:
            raise _ClientGoneError("a client went away before the end of its answer")
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})

    async def _watch_client(self) -> None:
        # Granian says nothing to whoever sends to a client that has gone.
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._is_client_gone = True
