"""Every row of the corpus over a real socket, against one process that trusts the tenant."""

import json
import re
import socket
from collections.abc import Callable
from typing import Any

import pytest

from tests.core.guard.corpus import ACCEPTED, REFUSED, Case
from tests.core.guard.corpus.case import bearer, claims, header, of_kid
from tests.core.guard.exchange import challenges, echoes
from tests.core.support.server import Server
from tests.core.support.sockets import Answer
from tests.core.support.tenant import Tenant

UUID7 = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
CANARY = 'canary", error="none\\\r\nSet-Cookie: canary=1'


def named(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", REFUSED, ids=named)
def test_refused(case: Case, send: Callable[..., Answer], tenant: Tenant) -> None:
    """A bad authorisation is refused with its status and its reason each time that it is sent, and
    the answer repeats nothing of it."""
    authorization = case.authorization(tenant)
    for _ in range(2):
        check_refusal(case, authorization, send(case.path, *authorization))


def check_refusal(case: Case, authorization: tuple[bytes, ...], answer: Answer) -> None:
    assert answer.status == case.status, answer.body
    assert answer.headers.get_all("Content-Type") == ["application/problem+json"]
    assert answer.body["status"] == case.status
    assert UUID7.fullmatch(answer.body["instance"])
    assert answer.body.get("error") == case.error
    assert case.reason in answer.body.get("error_description", "")
    scope = "read:messages" if case.status == 403 else ""
    assert answer.headers.get_all("WWW-Authenticate") == challenges(answer.body, scope=scope)
    assert not echoes(answer, authorization)


@pytest.mark.parametrize("case", ACCEPTED, ids=named)
def test_accepted(case: Case, send: Callable[..., Answer], tenant: Tenant) -> None:
    """A good authorisation is accepted each time that it is sent, with the same answer and without
    a challenge."""
    authorization = case.authorization(tenant)
    answers = [send(case.path, *authorization) for _ in range(2)]
    for answer in answers:
        assert answer.status == 200, answer.body
        assert "WWW-Authenticate" not in answer.headers
    assert answers[0].body == answers[1].body


@pytest.mark.parametrize(
    "token",
    [
        *(header(**{name: CANARY}) for name in ("alg", "typ", "crit")),
        of_kid(CANARY),
        *(claims(**{name: CANARY}) for name in ("iss", "aud", "exp", "nbf", "iat")),
    ],
    ids=["alg", "typ", "crit", "kid", "iss", "aud", "exp", "nbf", "iat"],
)
def test_nothing_echoed(token: Any, send: Callable[..., Answer], tenant: Tenant) -> None:
    """A refusal repeats no member of the token, in no header and not in the body."""
    answer = send("/api/private", *bearer(token)(tenant))
    assert answer.status == 401
    assert "canary" not in (str(answer.headers) + json.dumps(answer.body)).lower()


@pytest.mark.parametrize("name", ["access_token", "token", "authorization", "bearer"])
def test_query_is_not_read(name: str, send: Callable[..., Answer], tenant: Tenant) -> None:
    """A token in the query string is ignored."""
    answer = send(f"/api/private?{name}={tenant.token()}")
    assert_missing(answer)


def test_form_is_not_read(send: Callable[..., Answer], tenant: Tenant) -> None:
    """A token in a form body is ignored (RFC 6750 section 2.2 is not offered)."""
    body = f"access_token={tenant.token()}".encode()
    length = b"Content-Length: %d\r\n" % len(body)
    form = b"Content-Type: application/x-www-form-urlencoded\r\n" + length
    assert_missing(send("/api/private", body=body, more=form))


@pytest.mark.parametrize(
    "name",
    ["X-Authorization", "Proxy-Authorization", "Cookie", "X-Access-Token", "X_Authorization"],
)
def test_other_headers_are_not_read(name: str, send: Callable[..., Answer], tenant: Tenant) -> None:
    """A token in a header of another name is ignored."""
    assert_missing(send("/api/private", more=f"{name}: Bearer {tenant.token()}\r\n".encode()))


@pytest.mark.parametrize("byte", [b"\0", b"\1", b"\x0b", b"\x1f", b"\x7f"])
def test_server_refuses_control_characters(byte: bytes, server: Server) -> None:
    """A control character in a header is answered 400 by the server, before the application."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(
            b"GET /api/private HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer a%b\r\n\r\n"
            % byte
        )
        assert connection.recv(12) == b"HTTP/1.1 400"


def test_nothing_logged(server: Server, tenant: Tenant, send: Callable[..., Answer]) -> None:
    """The log of the process has no token and no traceback."""
    token = tenant.token(sub="")
    send(f"/api/private?access_token={token}", f"Bearer {token}".encode())
    assert token[-40:] not in server.log
    assert "Traceback" not in server.log


def assert_missing(answer: Answer) -> None:
    assert answer.status == 401
    assert answer.headers.get_all("WWW-Authenticate") == challenges(answer.body)
    assert "error" not in answer.body
