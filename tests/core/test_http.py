"""The address of a request: its path, and the host that it was sent to."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app
from werkzeug.wrappers import Request

from api.core.testing import FakeIssuer
from tests.core.support.dpop import ClientKey, proof

# What RFC 3986 allows and an address of ours cannot hold: names of containers, for the most part.
HOSTS = [
    *("api_backend", "api_backend:3010", "_sip.example", "api~1", "a!b", "a%20b", "a,b"),
    *("", ":", ":80", "example.com:", "example.com:0", "example.com:65536"),
    *("[fe80::1%25eth0]", "[v1.x:y]:80"),
]
PATHS = ["/api/public", "/health/live", "/health/ready", "/docs", "/openapi.json", "/problems"]


def without_host(app: Flask, path: str) -> TestResponse:
    """Answer to a request without a Host header, as HTTP/1.0 has it."""
    environ = EnvironBuilder(path).get_environ()
    del environ["HTTP_HOST"]
    return TestResponse(*run_wsgi_app(app, environ), request=Request(environ))


@pytest.mark.parametrize("path", PATHS)
def test_every_path_answers_without_a_host(app: Flask, path: str) -> None:
    """A request without a Host header, such as an HTTP/1.0 health check, is answered."""
    assert without_host(app, path).status_code == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", HOSTS)
def test_every_path_answers_for_any_host(client: FlaskClient, host: str, path: str) -> None:
    """A request is answered for every host that RFC 3986 allows."""
    assert client.get(path, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", HOSTS)
def test_challenge_falls_back_to_the_own_name(client: FlaskClient, host: str) -> None:
    """A challenge names the server's own address if the Host header is not valid in a URL."""
    refused = client.get("/api/private", headers={"Host": host})
    assert refused.status_code == 401
    metadata = 'resource_metadata="http://localhost/.well-known/oauth-protected-resource"'
    assert all(metadata in each for each in refused.headers.getlist("WWW-Authenticate"))


def test_challenge_without_a_host(app: Flask) -> None:
    """A challenge names the server's own address if the request has no Host header."""
    refused = without_host(app, "/api/private")
    assert refused.status_code == 401
    assert "http://localhost/.well-known/" in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize("host", ["api_backend", ""])
def test_proof_falls_back_to_the_own_name(
    client: FlaskClient, issuer: FakeIssuer, host: str
) -> None:
    """A DPoP proof must name the server's own address if the Host header is not valid in a URL."""
    key = ClientKey()
    token = issuer.mint(cnf=key.cnf)
    for url, status in (("http://localhost/api/me", 200), (f"http://{host}/api/me", 401)):
        headers = {
            "Host": host,
            "Authorization": f"DPoP {token}",
            "DPoP": proof(key, "GET", url, token),
        }
        assert client.get("/api/me", headers=headers).status_code == status


@pytest.mark.parametrize("host", ["a b", "a/b", "a@b", "a, b", 'a"b', "a\\b", "[::1", "a:b", "é"])
def test_what_is_no_host_is_refused(client: FlaskClient, host: str) -> None:
    """A Host header that is not a valid host is answered 400 (RFC 9112 section 3.2)."""
    answer = client.get("/api/public", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("path", ["//api/public", "/api//public", "/api/public//"])
def test_one_path_a_resource(client: FlaskClient, path: str) -> None:
    """A path with a doubled slash is answered 404."""
    assert client.get(path).status_code == 404
