"""The address of a request: its path, its host, its prefix, and the proxies in front."""

import re
from typing import Any
from urllib.parse import quote, urljoin

import pytest
from flask import Flask, redirect, url_for
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response as AnyResponse

from api.core import http
from api.core.testing import FakeIssuer
from tests.core.support.app import app_of
from tests.core.support.dpop import ClientKey, proof
from tests.core.support.tenant import AUDIENCE, Tenant

# What RFC 3986 allows: names of containers, for the most part.
HOSTS = [
    *("auth_api:3010", "api_backend", "_sip.example", "api~1", "a!b", "a%20b", "a,b", "a.example."),
    *("", ":", ":80", "example.com:", "example.com:0", "example.com:65536"),
    *("[::1]", "[::1]:3010", "[fe80::1%25eth0]", "[v1.x:y]:80"),
]
PATHS = ["/api/public", "/health/live", "/health/ready", "/docs", "/openapi.json", "/problems"]
METADATA = "/.well-known/oauth-protected-resource"
PREFIXED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.com"}


def without_host(app: Flask, path: str, **headers: str) -> TestResponse:
    """Answer to a request without a Host header, as HTTP/1.0 has it."""
    environ = EnvironBuilder(path, headers=Headers(headers)).get_environ()
    del environ["HTTP_HOST"]
    return TestResponse(*run_wsgi_app(app, environ), request=Request(environ))


def metadata_addresses(answer: TestResponse) -> set[str]:
    """The addresses of the metadata that the challenges name."""
    assert answer.status_code == 401
    challenges = "".join(answer.headers.getlist("WWW-Authenticate"))
    return set(re.findall(r'resource_metadata="(.*?)"', challenges))


def proven(issuer: FakeIssuer | Tenant, url: str) -> dict[str, str]:
    """The headers of a request by DPoP whose proof is for `url`."""
    key = ClientKey()
    mint = issuer.token if isinstance(issuer, Tenant) else issuer.mint
    token = mint(cnf=key.cnf)
    return {"Authorization": f"DPoP {token}", "DPoP": proof(key, "GET", url, token)}


@pytest.mark.parametrize("path", PATHS)
def test_every_path_answers_without_a_host(app: Flask, path: str) -> None:
    """A request without a Host header, such as an HTTP/1.0 health check, is answered."""
    assert without_host(app, path).status_code == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", HOSTS)
def test_every_path_answers_for_any_host(client: FlaskClient, host: str, path: str) -> None:
    """A request is answered for every host that RFC 3986 allows."""
    assert client.get(path, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("host", "named"),
    [
        *((host, host) for host in ("auth_api:3010", "a.example.", "[::1]:3010", "[fe80::1%25e0]")),
        ("api_backend:80", "api_backend"),
        ("[::1]:80", "[::1]"),
        ("a.example:", "a.example"),
        ("a.example:443", "a.example:443"),
    ],
)
def test_challenge_names_the_host(client: FlaskClient, host: str, named: str) -> None:
    """A challenge names the host of the request, without the default port."""
    refused = client.get("/api/private", headers={"Host": host})
    assert metadata_addresses(refused) == {f"http://{named}{METADATA}"}


@pytest.mark.parametrize("host", [None, "", ":", ":80"])
def test_challenge_without_a_host(app: Flask, host: str | None) -> None:
    """A challenge names no address if the request names no host, and is otherwise complete."""
    refused = without_host(app, "/api/private", **({} if host is None else {"Host": host}))
    assert metadata_addresses(refused) == set()
    assert "Bearer realm=" in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize("host", ["auth_api:3010", "a.example.", "[::1]:3010"])
def test_proof_for_the_host(client: FlaskClient, issuer: FakeIssuer, host: str) -> None:
    """A DPoP proof must be for the host of the request, and for no other."""
    for other, status in ((host, 200), ("localhost", 401)):
        headers = proven(issuer, f"http://{other}/api/me") | {"Host": host}
        assert client.get("/api/me", headers=headers).status_code == status


def test_proof_without_a_host(app: Flask, issuer: FakeIssuer) -> None:
    """A DPoP proof is refused with 400 if the request names no host, and the problem says so."""
    refused = without_host(app, "/api/me", **proven(issuer, "http://localhost/api/me"))
    assert refused.status_code == 400
    assert "send a Host header" in refused.get_json()["detail"]
    bearer = {"Authorization": f"Bearer {issuer.mint()}"}
    assert without_host(app, "/api/me", **bearer).status_code == 200


@pytest.mark.parametrize("host", ["a b", "a/b", "a@b", "a, b", 'a"b', "a\\b", "[::1", "a:b", "é"])
def test_what_is_no_host_is_refused(client: FlaskClient, host: str) -> None:
    """A Host header that is not a valid host is answered 400 (RFC 9112 section 3.2)."""
    answer = client.get("/api/public", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert "Host" in answer.get_json()["detail"]


@pytest.mark.parametrize("path", ["//api/public", "/api//public", "/api/public//"])
def test_one_path_a_resource(client: FlaskClient, path: str) -> None:
    """A path with a doubled slash is answered 404."""
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("request_path", "address", "reference"),
    [
        ("/api/notes", "/api/notes/1", "notes/1"),
        ("/api/notes/1", "/api/notes/2", "2"),
        ("/api/notes/1", "/api/notes", "../notes"),
        ("/api/notes/1/copies", "/api/notes/2", "../2"),
        ("/", "/docs", "docs"),
        ("/a/b/c", "/", "../../"),
        ("/a/b", "/a/", "./"),
        ("/a", "/", "./"),
        ("/a", "/a", "a"),
        ("/a/b", "/a/x:y", "./x:y"),
        ("/a/b", "/a/c?d=/e#f", "c?d=/e#f"),
        ("/a/é b/c", "/a/%C3%A9%20b/d", "d"),
        ("/a/b", "/c/../d", "../c/../d"),
        *(
            ("/a/b", address, address)
            for address in ("", "c", "?c=1", "#c", "//evil.example/c", "https://a.example/c")
        ),
    ],
)
def test_relative_reference(request_path: str, address: str, reference: str) -> None:
    """A path becomes a reference that leads there from the request, behind any prefix."""
    with Flask("empty").test_request_context(request_path):
        assert http.relative_reference(address) == reference
        if address.startswith("/") and not address.startswith("//"):
            for prefix in ("", "/prefix", "/two/parts"):
                base = f"https://host{prefix}{quote(request_path)}"
                assert urljoin(base, reference) == urljoin(base, f"{prefix}{address}")


@pytest.fixture
def moved() -> Flask:
    """An app whose views redirect to another."""
    app = Flask("moved")
    http.init_app(app, trusted_proxies=1)

    @app.get("/api/here")
    def here() -> AnyResponse:
        return redirect("/api/there?a=b")

    @app.get("/api/built")
    def built() -> AnyResponse:
        return redirect(url_for("here"))

    @app.get("/api/made")
    def made() -> tuple[str, int, dict[str, str]]:
        return "made", 201, {"Location": "/api/there"}

    @app.get("/api/away")
    def away() -> AnyResponse:
        return redirect("https://elsewhere.example/api/there")

    return app


@pytest.mark.parametrize("prefix", ["", "/prefix", "/api"])
@pytest.mark.parametrize("told", [True, False])
def test_redirects(moved: Flask, prefix: str, told: bool) -> None:
    """Redirects of handlers lead to the right place behind a prefix that is told, or is not."""
    headers = {"X-Forwarded-Prefix": prefix} if told else {}
    for name, place in (("built", f"{prefix}/api/here"), ("away", None)):
        answer = moved.test_client().get(f"/api/{name}", headers=headers)
        base = f"https://host{prefix}/api/{name}"
        expected = f"https://host{place}" if place else "https://elsewhere.example/api/there"
        assert urljoin(base, answer.headers["Location"]) == expected


@pytest.mark.parametrize("prefix", ["", "/prefix"])
@pytest.mark.parametrize("told", [True, False])
def test_redirect_to_a_path_by_hand(moved: Flask, prefix: str, told: bool) -> None:
    """A redirect to a path that the handler wrote by hand leads there behind a prefix as well."""
    headers = {"X-Forwarded-Prefix": prefix} if told else {}
    answer = moved.test_client().get("/api/here", headers=headers)
    base = f"https://host{prefix}/api/here"
    assert urljoin(base, answer.headers["Location"]) == f"https://host{prefix}/api/there?a=b"


def test_header_by_hand(moved: Flask) -> None:
    """A Location that a handler writes beside a success is sent as it is."""
    assert moved.test_client().get("/api/made").headers["Location"] == "/api/there"


@pytest.mark.parametrize(
    ("forwarded", "root"),
    [
        ({"Prefix": "/prefix"}, "https://example.com/prefix"),
        ({"Prefix": "/prefix/"}, "https://example.com/prefix"),
        ({"Prefix": "/"}, "https://example.com"),
        ({"Prefix": "/two/parts%20"}, "https://example.com/two/parts%20"),
        ({"Prefix": "/forged, /prefix"}, "https://example.com/prefix"),
        ({"Port": "8443"}, "https://example.com:8443"),
        ({"Port": "443"}, "https://example.com"),
        ({"Port": "8443", "Prefix": "/prefix"}, "https://example.com:8443/prefix"),
    ],
)
def test_behind_a_trusted_proxy(tenant: Tenant, forwarded: dict[str, str], root: str) -> None:
    """Challenges and DPoP proofs go by the port and the prefix that a trusted proxy tells."""
    client = app_of(tenant, settings={"trusted_proxies": 1}).test_client()
    headers = PREFIXED | {f"X-Forwarded-{name}": value for name, value in forwarded.items()}
    assert metadata_addresses(client.get("/api/me", headers=headers)) == {f"{root}{METADATA}"}
    for url, status in ((f"{root}/api/me", 200), ("https://example.com/other/api/me", 401)):
        answer = client.get("/api/me", headers=headers | proven(tenant, url))
        assert answer.status_code == status


@pytest.mark.parametrize(
    "forged",
    [
        *("//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example"),
        *("evil", "/a?b", "/a#b", "/a\\b", "/a b"),
    ],
)
def test_what_is_no_prefix_is_refused(tenant: Tenant, forged: str) -> None:
    """A prefix that could lead to another host, or is no path, is answered 400."""
    client = app_of(tenant, settings={"trusted_proxies": 1}).test_client()
    for path in ("/", "/api/public", "/swagger.json"):
        answer = client.get(path, headers={"X-Forwarded-Prefix": forged})
        assert answer.status_code == 400
        assert "evil" not in str(answer.headers)
        assert "prefix" in answer.get_json()["detail"]


def test_script_name(tenant: Tenant) -> None:
    """The prefix that a server tells as SCRIPT_NAME counts as well, without any setting."""
    client = app_of(tenant).test_client()
    options: dict[str, Any] = {"environ_overrides": {"SCRIPT_NAME": "/prefix"}}
    refused = client.get("/api/me", **options)
    assert metadata_addresses(refused) == {f"http://localhost/prefix{METADATA}"}
    headers = proven(tenant, "http://localhost/prefix/api/me")
    assert client.get("/api/me", headers=headers, **options).status_code == 200
    assert client.get("/swagger.json", **options).get_json()["basePath"] == "/prefix"


@pytest.mark.parametrize("url", ["https://example.com/prefix", "https://example.com/prefix/"])
def test_public_url(tenant: Tenant, url: str) -> None:
    """PUBLIC_URL is where the API is, whatever a request says, and without its Host header."""
    app = app_of(tenant, settings={"public_url": url, "trusted_proxies": 1})
    client, root = app.test_client(), "https://example.com/prefix"
    forged = {"X-Forwarded-Prefix": "/other", "X-Forwarded-Host": "evil.example"}
    for refused in (
        client.get("/api/me"),
        client.get("/api/me", headers=forged),
        without_host(app, "/api/me"),
    ):
        assert metadata_addresses(refused) == {f"{root}{METADATA}"}
    good = proven(tenant, f"{root}/api/me")
    assert client.get("/api/me", headers=good | forged).status_code == 200
    assert without_host(app, "/api/me", **proven(tenant, f"{root}/api/me")).status_code == 200
    here = proven(tenant, "http://localhost/api/me")
    assert client.get("/api/me", headers=here).status_code == 401
    document = client.get("/swagger.json", headers=forged).get_json()
    assert [document[name] for name in ("schemes", "host", "basePath")] == [
        ["https"],
        "example.com",
        "/prefix",
    ]
    assert client.get(METADATA).get_json()["resource"] == AUDIENCE
