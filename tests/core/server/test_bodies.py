"""Bodies that are slow, too large or broken, at the process of `serve`."""

import gzip
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.core.support.databases import Sqlite
from tests.core.support.server import Server
from tests.core.support.sockets import Answer, Connection, request
from tests.core.support.tenant import Tenant

HOST = "Host: localhost"
JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"
MESSAGES = "/api/messages"
LIMIT = 64 * 1024


@pytest.fixture(scope="module")
def patient_server(
    tenant: Tenant, sqlite: Sqlite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """One worker that waits for a body longer than these tests wait for an answer."""
    settings: dict[str, Any] = {"BODY_TIMEOUT": "600", "DATABASE_URL": sqlite.make()}
    directory = tmp_path_factory.mktemp("patient")
    with Server(directory, "serve", "--workers", "1", **tenant.environment, **settings) as running:
        yield running


def exchange(server: Server, data: bytes, method: str = "POST") -> Answer:
    with Connection(server.port) as connection:
        return connection.send(data).answer(method)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def message(size: int) -> bytes:
    """A body of that size: a good message, and blanks."""
    return b'{"text": "hello"}'.ljust(size)


@pytest.mark.parametrize("count", [1, 12, 100])
@pytest.mark.parametrize("sent", [b"", b'{"text": '], ids=["nothing", "half"])
def test_unfinished_bodies_hold_no_thread(
    server: Server, writer: str, count: int, sent: bytes
) -> None:
    """Everybody is answered while more clients than there are threads never end their bodies."""
    head = request(MESSAGES, HOST, JSON, writer, "Content-Length: 100")
    with ExitStack() as stack:
        slow = [stack.enter_context(Connection(server.port)) for _ in range(count)]
        for connection in slow:
            connection.send(head + sent)
        for path in ("/health/live", "/health/ready", "/api/public"):
            assert exchange(server, request(path, HOST, method="GET"), "GET").status == 200
        body = message(17)
        posted = request(MESSAGES, HOST, JSON, writer, f"Content-Length: {len(body)}") + body
        assert exchange(server, posted).status == 201
        assert {connection.answer().status for connection in slow} == {408}


@pytest.mark.parametrize("framing", ["Content-Length: 100", CHUNKED])
def test_unfinished_body_is_408(server: Server, writer: str, framing: str) -> None:
    """A body that does not arrive in time is answered 408, and its connection is closed."""
    with Connection(server.port) as connection:
        connection.send(request(MESSAGES, HOST, JSON, writer, framing))
        answer = connection.answer()
        assert (answer.status, answer.body["type"]) == (408, "/problems#request-timeout")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert connection.is_closed()


def test_the_guard_is_asked_before_the_body(server: Server) -> None:
    """A caller without a token is answered 401, even if its body does not end."""
    head = request(MESSAGES, HOST, JSON, "Content-Length: 100")
    assert exchange(server, head).status == 401


def test_an_unfinished_body_that_nobody_reads(server: Server) -> None:
    """An operation that reads no body answers a request whose body does not end."""
    head = request("/api/public", HOST, "Content-Length: 100", method="GET")
    assert exchange(server, head, "GET").status == 200


@pytest.mark.parametrize(
    ("size", "status"), [(LIMIT, 201), (LIMIT + 1, 413), (4 * LIMIT, 413), (32 * LIMIT, 413)]
)
def test_chunked_limit(server: Server, writer: str, size: int, status: int) -> None:
    """A chunked body over the limit is answered 413, whatever its content."""
    head = request(MESSAGES, HOST, JSON, writer, CHUNKED)
    body = b"".join(chunk(message(size)[at : at + 8000]) for at in range(0, size, 8000))
    assert exchange(server, head + body + chunk(b"")).status == status


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 201), (LIMIT + 1, 413), (8 * LIMIT, 413)])
def test_limit(server: Server, writer: str, size: int, status: int) -> None:
    """A body over the limit is answered 413, even to a client that reads only after sending
    everything."""
    head = request(MESSAGES, HOST, JSON, writer, f"Content-Length: {size}")
    assert exchange(server, head + message(size)).status == status


OWN_LIMIT = 256 * 1024


@pytest.mark.parametrize("coding", [[], ["Content-Encoding: gzip"]])
@pytest.mark.parametrize("is_chunked", [True, False])
@pytest.mark.parametrize(
    ("size", "status"), [(OWN_LIMIT, 200), (OWN_LIMIT + 1, 413), (2 * OWN_LIMIT, 413)]
)
def test_the_limit_of_an_operation(
    server: Server, writer: str, size: int, status: int, is_chunked: bool, coding: list[str]
) -> None:
    """An operation with a limit of its own reads larger bodies than others, compressed or not."""
    body = b"x" * size
    if coding:
        body = gzip.compress(body)
    framing = CHUNKED if is_chunked else f"Content-Length: {len(body)}"
    if is_chunked:
        pieces = (body[at : at + 8000] for at in range(0, len(body), 8000))
        body = b"".join(map(chunk, pieces)) + chunk(b"")
    head = request(
        *("/api/pictures/raw", HOST, "Content-Type: text/plain", writer, framing, *coding),
        method="PUT",
    )
    answer = exchange(server, head + body, "PUT")
    assert answer.status == status
    if status == 413:
        assert answer.body["detail"] == "The request body is over the limit of 256 KiB."


def test_two_lengths(server: Server, writer: str) -> None:
    """Two Content-Length headers that agree count as one, and two that differ are answered 400."""
    length = "Content-Length: 17"
    head = request(MESSAGES, HOST, JSON, writer, length, length)
    assert exchange(server, head + message(17)).status == 201
    head = request(MESSAGES, HOST, JSON, writer, length, "Content-Length: 16")
    assert exchange(server, head + message(17)).status == 400


@pytest.mark.parametrize("more", [[], ["Expect: 100-continue"]])
def test_a_large_body_that_is_not_sent(server: Server, writer: str, more: list[str]) -> None:
    """A Content-Length over the limit is answered 413, even if no body follows."""
    head = request(MESSAGES, HOST, JSON, writer, f"Content-Length: {LIMIT + 1}", *more)
    assert exchange(server, head).status == 413


@pytest.mark.parametrize(
    ("framing", "sent"),
    [
        (f"Content-Length: {LIMIT + 1}", b""),
        (f"Content-Length: {LIMIT + 1}", message(17)),
        (CHUNKED, chunk(message(LIMIT + 1))),
    ],
)
def test_a_large_body_that_stalls(
    patient_server: Server, writer: str, framing: str, sent: bytes
) -> None:
    """A body over the limit is answered 413 long before its time is up, and its connection is
    closed."""
    with Connection(patient_server.port) as connection:
        connection.send(request(MESSAGES, HOST, JSON, writer, framing) + sent)
        assert connection.answer().status == 413
        assert connection.is_closed()


@pytest.mark.parametrize("declared", [[], ["Trailer: X-Checksum, X-Other"]])
@pytest.mark.parametrize(
    "fields", [b"X-Checksum: 1\r\n", b"X-Checksum: 1\r\nX-Other: 2\r\nX-Other: 3\r\n"]
)
def test_trailers(server: Server, writer: str, declared: list[str], fields: bytes) -> None:
    """A chunked body with trailer fields is complete, whether or not they were declared."""
    head = request(MESSAGES, HOST, JSON, writer, CHUNKED, *declared)
    with Connection(server.port) as connection:
        for _ in range(2):
            connection.send(head + chunk(message(17)) + b"0\r\n" + fields + b"\r\n")
            assert connection.answer().status == 201


@pytest.mark.parametrize(
    ("framing", "sent"),
    [
        ("Content-Length: 100", message(17)),
        (CHUNKED, chunk(message(17))),
        (CHUNKED, chunk(message(17)) + b"5\r\nab"),
        (CHUNKED, chunk(message(17)) + b"nonsense\r\n"),
        (CHUNKED, b""),
        (CHUNKED, chunk(message(17)) + b"0\r\n"),
        (CHUNKED, chunk(message(17)) + b"0\r\nX-Checksum: 1\r\n"),
        (f"{CHUNKED}\r\nTrailer: X-Checksum", chunk(message(17))),
    ],
)
def test_broken_off(server: Server, writer: str, framing: str, sent: bytes) -> None:
    """A body that breaks off is answered 400, even if its beginning is valid."""
    with Connection(server.port) as connection:
        connection.send(request(MESSAGES, HOST, JSON, writer, framing) + sent).end()
        answer = connection.answer()
    assert answer.status == 400
    assert answer.body["detail"] == "The request body breaks off before its end."


def test_continue(server: Server, writer: str) -> None:
    """A client that sends Expect: 100-continue is told to continue."""
    body = message(17)
    head = request(
        *(MESSAGES, HOST, JSON, writer, "Expect: 100-continue", f"Content-Length: {len(body)}")
    )
    with Connection(server.port) as connection:
        assert connection.send(head).begins(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert connection.send(body).answer().status == 201
