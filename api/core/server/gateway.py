"""The ASGI application, which calls the WSGI application in threads.

The event loop reads bodies and sends responses, so that a thread is used only while the application
works. bench/README.md has measurements of this and of other designs.
"""

import asyncio
import io
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from itertools import chain
from typing import Any

from werkzeug.exceptions import RequestEntityTooLarge

from api.core.server.body import Receive, UnusableBody, drain_body, read_body
from api.core.server.environ import make_environ
from api.core.server.threads import Threads

log = logging.getLogger(__name__)

# Seconds in which a client must accept each piece of a streamed response.
SEND_TIMEOUT = 30.0

Send = Callable[[dict[str, Any]], Awaitable[None]]
WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Gateway:
    """An ASGI application that calls a WSGI application."""

    def __init__(
        self,
        app: WSGIApplication,
        *,
        threads: int,
        max_body: Callable[[dict[str, Any]], int],
        body_timeout: float,
    ) -> None:
        """
        :param app: the WSGI application
        :param threads: the maximum number of requests that it handles at a time
        :param max_body: returns the maximum size of a body in bytes, of the WSGI environment
        :param body_timeout: the seconds for a whole body
        """
        self.app = app
        # A ThreadPoolExecutor would have 0.9 of the throughput of a queue (bench/README.md).
        self._threads: Threads[_Call] = Threads(threads, self._handle)
        self._max_body = max_body
        self._body_timeout = body_timeout

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request.

        :param scope: the scope of the request (ASGI)
        :param receive: returns the next event of the request
        :param send: sends an event of the response
        """
        environ = make_environ(scope)
        with await self._body(environ, receive) as body:
            environ["wsgi.input"] = body
            call = _Call(environ, receive, send)
            self._threads.give(call)
            await call.done

    def _handle(self, call: "_Call") -> None:
        try:
            call.answer(self.app)
        finally:
            call.end()

    async def _body(self, environ: dict[str, Any], receive: Receive) -> io.IOBase:
        if "HTTP_TRANSFER_ENCODING" in environ:
            return await read_body(receive, self._max_body(environ), self._body_timeout)
        length = int(environ.get("CONTENT_LENGTH", 0))
        if length == 0:
            return io.BytesIO()
        limit = self._max_body(environ)
        if length > limit and "HTTP_EXPECT" in environ:
            # A client that sends Expect is not asked for its body.
            return UnusableBody(RequestEntityTooLarge())
        if length > limit:
            return await drain_body(receive, self._body_timeout)
        return await read_body(receive, limit, self._body_timeout)


class _ClientGoneError(Exception):
    """The client does not accept the rest of the response."""


class _Call:
    """A call of the WSGI application in a thread."""

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
        # Granian would print an uncaught error as a traceback, and not as a line of the log.
        try:
            pieces = app(self._environ, self._start_response)
            try:
                self._send_answer(pieces)
            finally:
                getattr(pieces, "close", lambda: None)()
        except _ClientGoneError as error:
            log.info("%s", error)
        except BaseException:
            # SystemExit is caught as well, since it would end the thread, which is not replaced.
            log.exception("the response could not be made or sent")
            # A response that has begun is broken off, so that the client notices that it is
            # incomplete.
            if not self._is_started:
                self._status, self._headers = 500, []
                with suppress(Exception):
                    self._send_whole(b"")

    def end(self) -> None:
        """Tell the event loop that the call has ended."""
        # The event loop may be closed at the end of the process.
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
            # Granian would end the whole process for an invalid status.
            raise ValueError(f"{status!r} is no status of a response")
        self._status, self._headers = code, headers
        return self._written.append

    def _send_answer(self, answer: Iterable[bytes]) -> None:
        if isinstance(answer, list | tuple):
            self._send_whole(b"".join([*self._written, *answer]))
            return
        pieces = iter(answer)
        # The application may call start_response as late as for its first piece.
        first = next(pieces, None)
        body = b"".join([*self._written, first or b""])
        if first is None or len(body) == self._length():
            self._send_whole(body)
            # The application may do more work after its last piece.
            for _ in pieces:
                pass
        else:
            self._send_pieces(chain([body], pieces))

    def _length(self) -> int | None:
        """Return the Content-Length of the response, or None if it has none."""
        for name, value in self._headers:
            if name.lower() == "content-length":
                return int(value)
        return None

    def _send_whole(self, body: bytes) -> None:
        self._start()
        self._send({"type": "http.response.body", "body": body})

    def _start(self) -> None:
        # Granian sends an event at once, whether or not the call is awaited.
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
        # Granian raises no error if the client is gone.
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._is_client_gone = True
