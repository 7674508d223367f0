"""How the issuer's documents come: over real sockets, with certificates that are checked."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from urllib3.connection import HTTPSConnection

from api.core.guard import fetch, jwks
from api.core.guard.fetch import MAX_BYTES, FetchError, fetch_https
from tests.core.support.tenant import DISCOVERY, Tenant


@pytest.fixture
def trust(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tenant.certificate))


@pytest.fixture
def serve_bytes(tenant: Tenant) -> Iterator[Callable[[Iterable[bytes]], str]]:
    """`answering(pieces)`: the address of a server that sends these bytes to whoever asks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tenant.certificate)
    opened: list[tuple[socket.socket, threading.Thread]] = []

    def serve(listener: socket.socket, pieces: Iterable[bytes]) -> None:
        connection, _ = listener.accept()
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(65536)
                for piece in pieces:
                    secure.sendall(piece)
        except OSError:
            """The client has heard enough."""

    def start(pieces: Iterable[bytes]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=serve, args=(listener, pieces))
        thread.start()
        opened.append((listener, thread))
        return f"https://localhost:{listener.getsockname()[1]}/"

    yield start
    for listener, thread in opened:
        thread.join(30)
        listener.close()


@contextmanager
def refused(text: str, code: str) -> Iterator[None]:
    """A block that ends in a FetchError of this code, whose text this pattern finds."""
    with pytest.raises(FetchError, match=text) as caught:
        yield
    assert caught.value.code == code


def assert_hung_up() -> None:
    """A fetch that was given up leaves no thread behind, and none that the process waits for."""
    left = [thread for thread in threading.enumerate() if isinstance(thread, fetch._Call)]
    for thread in left:
        assert thread.daemon
        thread.join(1)
    assert not any(thread.is_alive() for thread in left)


def response(body: bytes, status: bytes = b"200 OK", more: bytes = b"") -> bytes:
    length = b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 %b\r\n%b%b\r\n%b" % (status, length, more, body)


@pytest.mark.usefixtures("trust")
def test_fetched(tenant: Tenant) -> None:
    """A document of the issuer is returned as it is."""
    assert json.loads(fetch_https(f"{tenant.issuer}{DISCOVERY[1:]}"))["issuer"] == tenant.issuer


@pytest.mark.parametrize(
    "url", ["http://localhost/", "HTTPS://localhost/", "file:///etc/passwd", ""]
)
def test_not_https(url: str) -> None:
    """An address that is not https is refused."""
    with refused("is not https", "malformed"):
        fetch_https(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "https:///keys",
        "https://[::1/",
        "https://localhost:99999/",
        "https://a b/",
        "https://a..b/",
        "https://\ud800/",
        "https://%zz/",
    ],
)
def test_no_address(url: str) -> None:
    """A malformed address is a FetchError, not a crash."""
    with pytest.raises(FetchError):
        fetch_https(url)


def test_certificate_is_not_trusted(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate of an unknown authority is refused."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with refused("CERTIFICATE_VERIFY_FAILED", "untrusted"):
        fetch_https(tenant.issuer)


@pytest.mark.usefixtures("trust")
def test_certificate_of_another_host(tenant: Tenant) -> None:
    """A certificate of another name is refused."""
    with refused(r"127\.0\.0\.1", "untrusted"):
        fetch_https(tenant.issuer.replace("localhost", "127.0.0.1"))


def test_nobody_listens(free_port: int) -> None:
    """An issuer that is down is a FetchError with the reason."""
    with refused("refused", "unreachable"):
        fetch_https(f"https://localhost:{free_port}/")


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.usefixtures("trust")
@pytest.mark.parametrize(
    "status", ["201 Created", "204 No Content", "304 Not Modified", "404 Not Found", "500 Oops"]
)
def test_other_status(serve_bytes: Any, status: str) -> None:
    """Any status but 200 is a FetchError."""
    with refused(f"answered {status[:3]}", "status"):
        fetch_https(serve_bytes([response(b"", status.encode())]))


@pytest.mark.usefixtures("trust")
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_redirect(serve_bytes: Any, tenant: Tenant, status: str) -> None:
    """A redirect is not followed, even to the issuer itself."""
    asked = len(tenant.requests)
    location = f"Location: {tenant.issuer}\r\n".encode()
    with refused(f"answered {status[:3]}", "redirect"):
        fetch_https(serve_bytes([response(b"", status.encode(), location)]))
    assert len(tenant.requests) == asked


def test_limits() -> None:
    """A fetch has 5 s and 512 KiB, whatever other tests set."""
    assert (fetch.SECONDS, MAX_BYTES) == (5, 524_288)


@pytest.mark.usefixtures("trust")
def test_size(serve_bytes: Any) -> None:
    """A document of 512 KiB is accepted, and one byte more is refused."""
    assert fetch_https(serve_bytes([response(b" " * MAX_BYTES)])) == b" " * MAX_BYTES
    with refused("is over 512 KiB", "too-large"):
        fetch_https(serve_bytes([response(b" " * (MAX_BYTES + 1))]))


@pytest.mark.usefixtures("trust")
def test_endless(serve_bytes: Any) -> None:
    """A document without an end is refused after 512 KiB."""
    with pytest.raises(FetchError, match="is over 512 KiB"):
        fetch_https(serve_bytes(_endlessly(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536)))


@pytest.mark.usefixtures("trust")
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n{}",
    ],
    ids=["nothing", "no HTTP", "cut short", "no chunks", "no gzip", "a header without end"],
)
def test_broken_answer(serve_bytes: Any, answer: Any) -> None:
    """An answer that is not valid HTTP is a FetchError, not a crash."""
    with pytest.raises(FetchError):
        fetch_https(serve_bytes([answer]))


@pytest.mark.usefixtures("trust")
@pytest.mark.parametrize(
    "begin",
    [b"H", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"],
    ids=["status", "header", "body"],
)
def test_drip_fed(serve_bytes: Any, begin: bytes) -> None:
    """A document that arrives byte by byte is given up when the time for the whole is over."""
    given_up = threading.Event()

    def drip() -> Iterator[bytes]:
        yield begin
        for _ in range(100):
            if given_up.wait(0.02):
                return
            yield b"0"

    url = serve_bytes(drip())
    try:
        with refused(r"took over 0\.2 s", "timeout"):
            fetch_https(url, 0.2)
        assert_hung_up()
    finally:
        given_up.set()


def test_silent() -> None:
    """A server that accepts the connection and says nothing is given up in that time as well."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with refused(r"took over 0\.2 s", "timeout"):
            fetch_https(f"https://localhost:{listener.getsockname()[1]}/", 0.2)
        assert_hung_up()


def test_no_tls() -> None:
    """A server that does not speak TLS is a FetchError, not a crash."""

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(response(b"{}", b"400 Bad Request"))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        with refused("https://localhost", "unreachable"):
            fetch_https(f"https://localhost:{listener.getsockname()[1]}/")
        thread.join(30)


def test_hanging_up_on_who_has_hung_up() -> None:
    """A connection that is already closed can be closed again."""
    call = fetch._Call("https://localhost/", None, 5)
    call.hang_up()
    call._connection = HTTPSConnection("localhost")
    call.hang_up()
    with socket.socket() as call._connection.sock:
        call.hang_up()
    call.hang_up()


def test_reason_is_one_line() -> None:
    """Whatever an issuer has in its words, the reason stays on its line, and has a code."""
    error = FetchError("a\r\nb\x1b[2J\u2028c\u00e9")
    assert (str(error), error.code) == ("a??b?[2J?c\u00e9", "unreachable")


def _endlessly(begin: bytes, piece: bytes) -> Iterator[bytes]:
    yield begin
    while True:
        yield piece


def test_documents_of_one_fetch_share_its_time(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second document of a fetch has the seconds that the first one left."""
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(fetch, "time", SimpleNamespace(monotonic=lambda: clock.now))
    seconds_given = []

    def slow(url: str, seconds: float) -> Any:
        seconds_given.append(seconds)
        clock.now += 3
        return tenant.documents[urlsplit(url).path]

    assert jwks.load(tenant.issuer, slow)
    assert seconds_given == [5, 2]


@pytest.mark.parametrize("seconds", [0, -1.5])
def test_without_time_nobody_is_asked(tenant: Tenant, seconds: float) -> None:
    """A fetch without time left times out, and makes no connection."""
    asked = len(tenant.requests)
    with refused("there was no time left", "timeout"):
        fetch_https(tenant.issuer, seconds)
    assert len(tenant.requests) == asked
