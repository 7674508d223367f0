"""Requests to the issuer over HTTPS: for its documents, and for a token."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import closing, suppress
from typing import NamedTuple
from urllib.parse import urlencode

import urllib3
from urllib3.connection import HTTPSConnection

from api.core.guard.proxy import InvalidProxy, Proxy, proxy_for
from api.core.text import printable

Fetch = Callable[[str, float], bytes]
"""Returns the body of an address, and may take that many seconds. Raises FetchError."""

SECONDS = 5.0
MAX_BYTES = 512 * 1024
USER_AGENT = "flask-restx-auth0-api/1.0"


class FetchError(Exception):
    """A document of the issuer could not be had.

    :param text: why it could not be had, for people
    :param code: the same in a word, one of a few that are fixed in the code: it is counted
        (api.core.guard.keys), and decides what `doctor` says to do
    """

    def __init__(self, text: str, code: str = "unreachable") -> None:
        # Some of it may be the issuer's own words: in a log, a line must stay a line.
        super().__init__(printable(text))
        self.code = code


class Answer(NamedTuple):
    """The answer of a server, whatever its status."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def document(self) -> bytes:
        """Return the body of a 200.

        :raises FetchError: the status is another one
        """
        if self.status != 200:
            code = "redirect" if "Location" in self.headers else "status"
            raise FetchError(f"{self.url} answered {self.status}", code)
        return self.body


class Deadline:
    """The end of the time that several requests share.

    :param seconds: how long it is from now until then
    """

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def seconds_left(self) -> float:
        """Return the seconds that are left; they may be negative."""
        return self._at - time.monotonic()


def fetch_https(url: str, seconds: float = SECONDS) -> bytes:
    """Return the body of an address, as ask_https gets it.

    :param seconds: how long the whole of it may take
    :raises FetchError: it could not be had
    """
    return ask_https(url, seconds=seconds).document()


def ask_https(
    url: str, form: Mapping[str, str] | None = None, *, seconds: float = SECONDS
) -> Answer:
    """GET an address, or POST it a form: by https alone, without redirects, at most 512 KiB.

    Certificates are checked against the system's trust, or SSL_CERT_FILE. A proxy that HTTPS_PROXY
    names makes a tunnel, unless NO_PROXY excepts the host: it reads nothing of what is sent.

    :param form: the form to post; None for a GET
    :param seconds: how long the whole of it may take
    :raises FetchError: there is no answer, or none that can be used
    """
    if not url.startswith("https://"):
        raise FetchError(f"{url} is not https", "malformed")
    if seconds <= 0:
        raise FetchError(f"{url} was not asked: there was no time left", "timeout")
    # A timeout of the socket starts anew at every byte that drips in, and a name server has none.
    call = _Call(url, form, seconds)
    call.start()
    try:
        return call.answer.result(seconds)
    except TimeoutError:
        call.hang_up()
        raise _late(url, seconds) from None
    except InvalidProxy as error:
        raise FetchError(f"{url}: {error}", "proxy") from None
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError) as error:
        raise FetchError(f"{url}: {error}", _code(error)) from error


class _Call(threading.Thread):
    """A request in a thread of its own, which can be broken off."""

    def __init__(self, url: str, form: Mapping[str, str] | None, seconds: float) -> None:
        super().__init__(daemon=True)
        self.answer: Future[Answer] = Future()
        self._url = url
        self._form = form
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._connection: HTTPSConnection | None = None

    def run(self) -> None:
        try:
            self.answer.set_result(self._ask())
        except Exception as error:
            self.answer.set_exception(error)

    def hang_up(self) -> None:
        """Let the thread end, which would otherwise read for as long as a header drips in."""
        opened = self._connection and self._connection.sock
        if opened:
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)

    def _ask(self) -> Answer:
        address = urllib3.util.parse_url(self._url)
        if not address.host:
            raise ValueError("it names no host")
        proxy = proxy_for(self._url)
        there = (proxy.host, proxy.port) if proxy else (address.host, address.port)
        with closing(HTTPSConnection(*there, timeout=self._seconds)) as connection:
            self._connection = connection
            if proxy:
                connection.set_tunnel(address.host, address.port or 443, proxy.headers)
            self._connect(connection, proxy)
            self._check_time()
            self._send(connection, address.request_uri)
            with connection.getresponse() as response:
                return Answer(self._url, response.status, response.headers, self._body(response))

    def _connect(self, connection: HTTPSConnection, proxy: Proxy | None) -> None:
        try:
            connection.connect()
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
            # What is wrong with TLS is so at the issuer, at the other end of the tunnel.
            if proxy is None or isinstance(error, ssl.SSLError):
                raise
            raise FetchError(f"{self._url}: through the proxy {proxy}: {error}", "proxy") from error

    def _send(self, connection: HTTPSConnection, target: str) -> None:
        headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
        if self._form is None:
            connection.request("GET", target, headers=headers, preload_content=False)
            return
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(self._form)
        connection.request("POST", target, body, headers, preload_content=False)

    def _body(self, response: urllib3.BaseHTTPResponse) -> bytes:
        body = b""
        while chunk := response.read1(MAX_BYTES + 1):
            body += chunk
            if len(body) > MAX_BYTES:
                raise FetchError(f"{self._url} is over {MAX_BYTES // 1024} KiB", "too-large")
            self._check_time()
        return body

    def _check_time(self) -> None:
        if time.monotonic() > self._deadline:
            raise _late(self._url, self._seconds)


# The first that fits. An answer that came, but is no sound HTTP, fits none.
_CODES: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "untrusted"),
    (urllib3.exceptions.NewConnectionError, "unreachable"),
    (urllib3.exceptions.TimeoutError, "timeout"),
    (OSError, "unreachable"),
)


def _code(error: Exception) -> str:
    return next((code for kind, code in _CODES if isinstance(error, kind)), "malformed")


def _late(url: str, seconds: float) -> FetchError:
    return FetchError(f"{url} took over {seconds:.2g} s", "timeout")
