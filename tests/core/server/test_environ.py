"""A request at the process of `serve`, as the application sees it."""

import pytest

from tests.core.support.server import Server
from tests.core.support.sockets import Answer, Connection, request
from tests.core.support.tenant import Tenant


def ask(
    server: Server, path: str, *lines: str, method: str = "GET", version: str = "1.1"
) -> Answer:
    with Connection(server.port) as connection:
        return connection.send(request(path, *lines, method=method, version=version)).answer(method)


@pytest.mark.parametrize("path", ["/api/public", "/health/live", "/health/ready", "/docs"])
@pytest.mark.parametrize(
    ("version", "lines"),
    [("1.0", []), ("1.0", ["Host: api_backend"]), ("1.1", ["Host: api_backend"]), ("1.1", [])],
)
def test_health_checks(server: Server, path: str, version: str, lines: list[str]) -> None:
    """The default checks of HAProxy and nginx, and the name of a container as Host, are
    answered."""
    assert ask(server, path, *lines, version=version).status == 200


def test_challenge_of_a_container(server: Server) -> None:
    """A challenge names the host of the request, also if it is the name of a container."""
    refused = ask(server, "/api/private", "Host: api_backend", version="1.0")
    assert refused.status == 401
    metadata = 'resource_metadata="http://api_backend/.well-known/oauth-protected-resource"'
    assert metadata in refused.headers["WWW-Authenticate"]


def test_challenge_without_a_host(server: Server) -> None:
    """A challenge names no address of metadata if the request has no Host."""
    refused = ask(server, "/api/private", version="1.0")
    assert refused.status == 401
    assert "resource_metadata" not in refused.headers["WWW-Authenticate"]


def test_two_hosts(server: Server) -> None:
    """A request with two Host headers is answered 400 (RFC 9112 section 3.2)."""
    assert ask(server, "/api/public", "Host: a.example", "Host: b.example").status == 400


@pytest.mark.parametrize("lines", [[], ["Host: api.example"]])
def test_the_request_line_names_the_host(server: Server, lines: list[str]) -> None:
    """A host in the request line counts, with and without a Host header that says the same."""
    refused = ask(server, "http://api.example/api/private", *lines)
    assert "//api.example/.well-known" in refused.headers["WWW-Authenticate"]


def test_an_underscore_is_no_hyphen(server: Server, writer: str) -> None:
    """A header with an underscore is not taken for the header with a hyphen."""
    body = b'{"text": "hello"}'
    lines = ["Host: localhost", "Content-Type: application/json", "Content-Length: 17", writer]

    def post(name: str) -> str:
        head = request("/api/messages", *lines, f"{name}: a-key")
        with Connection(server.port) as connection:
            return str(connection.send(head + body).answer().body["id"])

    assert post("Idempotency-Key") == post("Idempotency-Key")
    assert post("Idempotency_Key") != post("Idempotency_Key")


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([], 401),
        (["Authorization: Bearer \xe9"], 400),
        (["Authorization:"], 400),
        (["X-Name: \xe9"], 401),
        (["Authorization: Bearer a", "Authorization: Bearer b"], 400),
        (["Authorization: Bearer a", "Authorization: Bearer \xe9"], 400),
        (["Authorization: Bearer \xe9", "Authorization: Bearer a"], 400),
        (["Authorization: Bearer \xe9", "X-Name: a", "X-Name: b"], 400),
    ],
)
def test_authorization(server: Server, lines: list[str], status: int) -> None:
    """Every value of a header counts, even one that is not ASCII, and headers of one name are
    joined."""
    assert ask(server, "/api/private", "Host: localhost", *lines).status == status


def test_two_authorizations(server: Server, tenant: Tenant) -> None:
    """A good token beside another Authorization header is refused, whatever the other one holds."""
    good = f"Authorization: Bearer {tenant.token()}"
    assert ask(server, "/api/private", "Host: localhost", good).status == 200
    for other in ("Authorization: \xe9", "Authorization: Bearer a", "Authorization:"):
        for lines in ([good, other], [other, good]):
            assert ask(server, "/api/private", "Host: localhost", *lines).status == 400


NAMES = (
    *("Accept", "Content-Type", "Cookie", "DPoP", "Host", "Idempotency-Key", "If-Match"),
    *("If-None-Match", "Origin", "Access-Control-Request-Method", "User-Agent"),
    *("X-Forwarded-For", "X-Forwarded-Host", "X-Request-Id"),
)


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("name", NAMES)
def test_values_that_are_not_ascii(server: Server, writer: str, name: str, method: str) -> None:
    """A header whose value is not ASCII is answered without an error of the server."""
    lines = [] if name == "Host" else ["Host: localhost"]
    answer = ask(server, "/api/messages", *lines, writer, f"{name}: \xe9", method=method)
    assert answer.status < 500


@pytest.mark.parametrize(
    ("path", "status"),
    [("/api/pub%6Cic", 200), ("/api/%C3%A9", 404), ("/api/%FF", 404), ("//api/public", 404)],
)
def test_path(server: Server, path: str, status: int) -> None:
    """A path is decoded once, and a path that is not UTF-8 is answered 404."""
    assert ask(server, path, "Host: localhost").status == status


def test_head(server: Server) -> None:
    """HEAD answers with the headers of GET and no body."""
    got = ask(server, "/api/public", "Host: localhost")
    headed = ask(server, "/api/public", "Host: localhost", method="HEAD")
    assert headed.headers["Content-Length"] == got.headers["Content-Length"]
    assert headed.body == {}
