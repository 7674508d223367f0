"""The API behind a real proxy that strips a path prefix, told or not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import urllib3

from tests.core.support.databases import Sqlite
from tests.core.support.dpop import ClientKey, proof
from tests.core.support.nginx import Nginx
from tests.core.support.server import SECONDS, Server, free_port
from tests.core.support.sockets import Connection
from tests.core.support.sockets import request as head_of
from tests.core.support.tenant import Tenant

pytestmark = pytest.mark.needs("nginx")

KEY = ClientKey()


@pytest.fixture(params=["/hidden", "/told"])
def prefix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def server(
    tenant: Tenant, sqlite: Sqlite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The service, which trusts one proxy."""
    settings: dict[str, Any] = {"DATABASE_URL": sqlite.make(), "TRUSTED_PROXIES": "1"}
    directory = tmp_path_factory.mktemp("prefix")
    with Server(directory, "serve", "--workers", "1", **tenant.environment, **settings) as running:
        yield running


@pytest.fixture(scope="module")
def proxy(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with Nginx(tmp_path_factory.mktemp("nginx"), server.port) as running:
        yield running


@pytest.fixture
def url(proxy: Nginx, prefix: str) -> str:
    """The address of the API behind each prefix."""
    return f"{proxy.url}{prefix}"


def send(method: str, url: str, **options: Any) -> urllib3.BaseHTTPResponse:
    with urllib3.PoolManager() as pool:
        return pool.request(method, url, retries=False, timeout=SECONDS, **options)


def bearer(tenant: Tenant) -> dict[str, str]:
    return {"Authorization": f"Bearer {tenant.token(scope='read:messages write:messages')}"}


def test_location_and_link(tenant: Tenant, url: str) -> None:
    """Location and Link lead to the right place, told of the prefix or not."""
    messages, headers = f"{url}/api/messages", bearer(tenant)
    for text in ("one", "two"):
        made = send("POST", messages, json={"text": text}, headers=headers)
        assert made.status == 201
        read = send("GET", urljoin(messages, made.headers["Location"]), headers=headers)
        assert (read.status, read.json()) == (200, made.json())
    first = send("GET", f"{messages}?limit=1", headers=headers)
    link, _, _ = first.headers["Link"].partition(">")
    second = send("GET", urljoin(f"{messages}?limit=1", link.lstrip("<")), headers=headers)
    assert second.json()["items"][0]["text"] == "one"


def test_home(url: str) -> None:
    """The address of the prefix leads to the page."""
    home = send("GET", f"{url}/", redirect=False)
    place = urljoin(f"{url}/", home.headers["Location"])
    assert place == f"{url}/docs"
    assert send("GET", place).status == 200


@pytest.mark.parametrize("name", ["openapi.json", "openapi-3.0.json"])
def test_server_of_the_document(url: str, name: str) -> None:
    """The server of OpenAPI leads to the operations, told of the prefix or not."""
    at = f"{url}/{name}"
    document = send("GET", at).json()
    base = urljoin(at, document["servers"][0]["url"])
    assert send("GET", f"{base.rstrip('/')}/api/public").status == 200


def test_what_is_told(proxy: Nginx, tenant: Tenant) -> None:
    """Swagger 2.0, challenges and DPoP proofs go by the prefix and the port that are told."""
    check_what_is_told(tenant, f"{proxy.url}/told")


def check_what_is_told(tenant: Tenant, url: str) -> None:
    """Check what an absolute address or a whole path is needed for."""
    assert send("GET", f"{url}/swagger.json").json()["basePath"] == urlsplit(url).path
    refused = send("GET", f"{url}/api/me")
    metadata = f"{url}/.well-known/oauth-protected-resource"
    assert f'resource_metadata="{metadata}"' in refused.headers["WWW-Authenticate"]
    assert send("GET", metadata).status == 200
    token = tenant.token(cnf=KEY.cnf)
    for proven, status in ((f"{url}/api/me", 200), (f"{url}/other/api/me", 401)):
        headers = {
            "Authorization": f"DPoP {token}",
            "DPoP": proof(KEY, "GET", proven, token),
        }
        assert send("GET", f"{url}/api/me", headers=headers).status == status


def test_forged_prefix_reaches_nobody_else(proxy: Nginx, server: Server) -> None:
    """A prefix that a client forges is in no answer to another client, not even through a cache."""
    forged = {"X-Forwarded-Prefix": "/forged", "X-Forwarded-Host": "evil.example"}
    paths = [
        "/",
        "/docs",
        "/openapi.json",
        "/openapi-3.0.json",
        "/swagger.json",
        "/api/me",
        "/problems",
        "/health/live",
    ]
    for base in (f"{proxy.url}/cached", server.url):
        for path in paths:
            assert send("GET", f"{base}{path}", headers=forged, redirect=False).status < 500
            answer = send("GET", f"{base}{path}", redirect=False)
            told = f"{dict(answer.headers)}{answer.data.decode()}"
            assert "forged" not in told
            assert "evil" not in told


def test_cache_works(proxy: Nginx) -> None:
    """The proxy of these tests does cache what may be cached."""
    page = send("GET", f"{proxy.url}/cached/docs").data.decode()
    [script] = {part.split('"')[0] for part in page.split('src="') if "page.js" in part[:30]}
    states = [send("GET", f"{proxy.url}/cached/{script}").headers["X-Cache"] for _ in range(2)]
    assert states[1] == "HIT"


@pytest.mark.parametrize("path", ["/health/live", "/api/public"])
def test_health_check_without_a_host(server: Server, path: str) -> None:
    """A request of HTTP/1.0 without a Host header, as HAProxy sends, is answered."""
    with Connection(server.port) as connection:
        connection.send(head_of(path, method="GET", version="1.0"))
        assert connection.answer("GET").status == 200


def test_public_url_behind_a_hidden_prefix(tenant: Tenant, sqlite: Sqlite, tmp_path: Path) -> None:
    """With PUBLIC_URL, all is right behind a proxy that tells nothing and is not trusted."""
    port = free_port()
    command = ("serve", "--workers", "1", "--port", str(port))
    with Nginx(tmp_path, port) as proxy:
        url = f"{proxy.url}/hidden"
        environment = tenant.environment | {"DATABASE_URL": sqlite.make(), "PUBLIC_URL": url}
        with Server(tmp_path, *command, port=port, **environment):
            check_what_is_told(tenant, url)
