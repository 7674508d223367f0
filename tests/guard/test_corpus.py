"""Every row of the corpus over a real socket, against one process that trusts the tenant."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from http.client import HTTPMessage, HTTPResponse
from typing import Any, NamedTuple

import pytest

from tests.guard.corpus import ACCEPTED, REFUSED, Case
from tests.guard.corpus.case import bearer, claims, header
from tests.support.server import Server
from tests.support.tenant import AUDIENCE, Tenant

UUID7 = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
CANARY = 'canary", error="none\\\r\nSet-Cookie: canary=1'


class Answer(NamedTuple):
    status: int
    headers: HTTPMessage
    body: dict[str, Any]


@pytest.fixture(scope="session")
def server(tenant: Tenant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The API in production, one worker, trusting `tenant`."""
    directory = tmp_path_factory.mktemp("server")
    with Server(directory, "serve", "--workers", "1", **tenant.environment) as running:
        yield running


@pytest.fixture
def send(server: Server) -> Callable[..., Answer]:
    """`send("/api/me", b"Bearer …")`: a request with these Authorization lines, byte by byte."""

    def request(path: str, *authorization: bytes, body: bytes = b"", more: bytes = b"") -> Answer:
        lines = b"".join(b"Authorization: %b\r\n" % line for line in authorization)
        head = b"GET %b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" % path.encode()
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
            connection.sendall(head + lines + more + b"\r\n" + body)
            response = HTTPResponse(connection)
            response.begin()
            text = response.read()
        return Answer(response.status, response.headers, json.loads(text) if text else {})

    return request


METADATA = "http://localhost/.well-known/oauth-protected-resource"
KNOWN = {"realm": AUDIENCE, "resource_metadata": METADATA}
DPOP = f'DPoP realm="{AUDIENCE}", resource_metadata="{METADATA}", algs="ES256 RS256 EdDSA"'
BARE = [f'Bearer realm="{AUDIENCE}", resource_metadata="{METADATA}"', DPOP]


def challenges(body: dict[str, Any], case: Case) -> list[str]:
    """What the lines of WWW-Authenticate must be, to the letter."""
    attributes = dict(KNOWN)
    if case.error:
        attributes |= {"error": case.error, "error_description": body["error_description"]}
    if case.status == 403:
        attributes["scope"] = "read:messages"
    listed = ", ".join(f'{name}="{value}"' for name, value in attributes.items())
    return [f"Bearer {listed}", DPOP]


def named(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", REFUSED, ids=named)
def test_refused(case, send, tenant):
    """A bad authorisation is refused with its status, its reason, and nothing of itself."""
    authorization = case.authorization(tenant)
    answer = send(case.path, *authorization)
    assert answer.status == case.status, answer.body
    assert answer.headers.get_all("Content-Type") == ["application/problem+json"]
    assert answer.body["status"] == case.status
    assert UUID7.fullmatch(answer.body["instance"])
    assert answer.body.get("error") == case.error
    assert case.reason in answer.body.get("error_description", "")
    assert answer.headers.get_all("WWW-Authenticate") == challenges(answer.body, case)
    assert not echoes(str(answer.headers) + json.dumps(answer.body), authorization)


@pytest.mark.parametrize("case", ACCEPTED, ids=named)
def test_accepted(case, send, tenant):
    """A good authorisation is let in, and no challenge goes with the answer."""
    answer = send(case.path, *case.authorization(tenant))
    assert answer.status == 200, answer.body
    assert "WWW-Authenticate" not in answer.headers


@pytest.mark.parametrize(
    "token",
    [
        *(header(**{name: CANARY}) for name in ("alg", "kid", "typ", "crit")),
        *(claims(**{name: CANARY}) for name in ("iss", "aud", "exp", "nbf", "iat")),
    ],
    ids=["alg", "kid", "typ", "crit", "iss", "aud", "exp", "nbf", "iat"],
)
def test_nothing_echoed(token, send, tenant):
    """What a member of the token says is in no header and no body."""
    answer = send("/api/private", *bearer(token)(tenant))
    assert answer.status == 401
    assert "canary" not in (str(answer.headers) + json.dumps(answer.body)).lower()


@pytest.mark.parametrize("name", ["access_token", "token", "authorization", "bearer"])
def test_query_is_not_read(name, send, tenant):
    """A token in the query string is no token."""
    answer = send(f"/api/private?{name}={tenant.token()}")
    assert_missing(answer)


def test_form_is_not_read(send, tenant):
    """A token in a form body is no token (RFC 6750 section 2.2 is not offered)."""
    body = f"access_token={tenant.token()}".encode()
    length = b"Content-Length: %d\r\n" % len(body)
    form = b"Content-Type: application/x-www-form-urlencoded\r\n" + length
    assert_missing(send("/api/private", body=body, more=form))


@pytest.mark.parametrize(
    "name",
    ["X-Authorization", "Proxy-Authorization", "Cookie", "X-Access-Token", "X_Authorization"],
)
def test_other_headers_are_not_read(name, send, tenant):
    """A token in a header of another name is no token."""
    assert_missing(send("/api/private", more=f"{name}: Bearer {tenant.token()}\r\n".encode()))


@pytest.mark.parametrize("byte", [b"\0", b"\1", b"\x0b", b"\x1f", b"\x7f"])
def test_server_refuses_control_characters(byte, server):
    """A control character in a header never reaches the application: the server answers 400."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(
            b"GET /api/private HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer a%b\r\n\r\n"
            % byte
        )
        assert connection.recv(12) == b"HTTP/1.1 400"


def test_nothing_logged(server, tenant, send):
    """The log of the process holds no token, and no traceback."""
    token = tenant.token(sub="")
    send(f"/api/private?access_token={token}", f"Bearer {token}".encode())
    assert token[-40:] not in server.log
    assert "Traceback" not in server.log


def assert_missing(answer: Answer) -> None:
    assert answer.status == 401
    assert answer.headers.get_all("WWW-Authenticate") == BARE
    assert "error" not in answer.body


def echoes(answer: str, authorization: tuple[bytes, ...]) -> bool:
    """Whether twelve letters of the request in a row stand in the answer."""
    sent = b" ".join(authorization).decode("latin-1")
    return any(answer[at : at + 12] in sent for at in range(len(answer) - 11))
