"""Documents of the issuer come through the proxy that HTTPS_PROXY names."""

import base64
import json
import threading
from collections.abc import Iterator

import pytest

from api.core.guard.fetch import FetchError, fetch_https
from api.core.guard.proxy import InvalidProxy, is_bypassed, proxy_for
from tests.core.guard.test_fetch import assert_hung_up
from tests.core.support.server import free_port
from tests.core.support.tenant import DISCOVERY, Tenant
from tests.core.support.tunnels import Tunnels

NAMES = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")


@pytest.fixture(autouse=True)
def environment(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment, without a proxy, and with trust in the tenant."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(tenant.certificate))
    return monkeypatch


def ask(tenant: Tenant, seconds: float = 5) -> str:
    """The issuer that the discovery document of the tenant names."""
    document = json.loads(fetch_https(f"{tenant.issuer}{DISCOVERY[1:]}", seconds))
    return str(document["issuer"])


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
@pytest.mark.parametrize("scheme", ["http://", ""])
def test_through_a_tunnel(
    tenant: Tenant, environment: pytest.MonkeyPatch, name: str, scheme: str
) -> None:
    """A document comes through a tunnel, whose proxy is told the host and the port alone."""
    with Tunnels() as proxy:
        environment.setenv(name, f"{scheme}127.0.0.1:{proxy.port}")
        assert ask(tenant) == tenant.issuer
        [head] = proxy.heads
        assert head.startswith(f"CONNECT {tenant.domain} HTTP/1.")
        assert "Authorization" not in head
        assert DISCOVERY not in head


def test_credentials(tenant: Tenant, environment: pytest.MonkeyPatch) -> None:
    """User and password in the address of the proxy are sent to it, decoded."""
    with Tunnels() as proxy:
        environment.setenv("HTTPS_PROXY", f"http://ann:p%40ss@127.0.0.1:{proxy.port}/")
        assert ask(tenant) == tenant.issuer
        expected = base64.b64encode(b"ann:p@ss").decode()
        assert f"proxy-authorization: basic {expected}".lower() in proxy.heads[0].lower()


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize("hosts", ["localhost", "a.example, localhost ,b.example", "*"])
def test_directly(tenant: Tenant, environment: pytest.MonkeyPatch, name: str, hosts: str) -> None:
    """A host in NO_PROXY is asked directly."""
    with Tunnels() as proxy:
        environment.setenv("HTTPS_PROXY", proxy.url)
        environment.setenv(name, hosts)
        assert ask(tenant) == tenant.issuer
        assert proxy.heads == []


@pytest.mark.parametrize(
    ("no_proxy", "is_direct"),
    [
        *((text, True) for text in ("login.example.com", "example.com", ".example.com", "com")),
        *((text, True) for text in ("LOGIN.Example.com", "login.example.com:8443", "a,com")),
        *((text, False) for text in ("", "ogin.example.com", "ample.com", "a.login.example.com")),
        ("login.example.com:443", False),
    ],
)
def test_domains(environment: pytest.MonkeyPatch, no_proxy: str, is_direct: bool) -> None:
    """NO_PROXY excepts a host, or all hosts of a domain, and maybe one port alone."""
    environment.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    environment.setenv("NO_PROXY", no_proxy)
    url = "https://login.example.com:8443/.well-known/jwks.json"
    assert (proxy_for(url) is None) is is_bypassed(url) is is_direct


@pytest.mark.parametrize(
    "address",
    [
        *("socks5://127.0.0.1:1080", "https://127.0.0.1:3128", "http://", "http://:3128"),
        *("http://h:port", "http://h:65536", '"http://h:3128"', "http://h:3128/path", "://h"),
    ],
)
def test_bad_address(tenant: Tenant, environment: pytest.MonkeyPatch, address: str) -> None:
    """HTTPS_PROXY that is not the address of a proxy is named, and nothing is sent."""
    environment.setenv("HTTPS_PROXY", address.replace("://", "://ann:hush@", 1))
    with pytest.raises(InvalidProxy):
        proxy_for(tenant.issuer)
    with pytest.raises(FetchError, match=r"HTTPS_PROXY is not .* http://\[user:") as caught:
        ask(tenant)
    assert caught.value.code == "proxy"
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407 Proxy Authentication"),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "403 Forbidden"),
        (b"SSH-2.0-OpenSSH\r\n", "SSH"),
        (b"", "closed connection|reset"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000, "header line"),
    ],
)
def test_proxy_refuses(
    tenant: Tenant, environment: pytest.MonkeyPatch, answer: bytes, reason: str
) -> None:
    """A proxy that makes no tunnel is named with its reason, and without its password."""
    with Tunnels(answer=[answer]) as proxy:
        environment.setenv("HTTPS_PROXY", proxy.url.replace("//", "//ann:hush@"))
        with pytest.raises(FetchError, match=reason) as caught:
            ask(tenant)
    assert caught.value.code == "proxy"
    assert f"through the proxy {proxy.url}: " in str(caught.value)
    assert "hush" not in str(caught.value)


def test_nobody_is_there(tenant: Tenant, environment: pytest.MonkeyPatch) -> None:
    """A proxy that cannot be reached is named, and the issuer is not asked directly."""
    asked = len(tenant.requests)
    environment.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(FetchError, match=r"through the proxy http://127\.0\.0\.1:") as caught:
        ask(tenant)
    assert caught.value.code == "proxy"
    assert len(tenant.requests) == asked


@pytest.mark.parametrize("begin", [b"H", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nX: y\r\n"])
def test_dripping_proxy(tenant: Tenant, environment: pytest.MonkeyPatch, begin: bytes) -> None:
    """A proxy whose answer never ends is given up when the time for the whole is over."""
    given_up = threading.Event()

    def drip() -> Iterator[bytes]:
        yield begin
        while not given_up.wait(0.02):
            yield b"X: y\r\n" if begin.endswith(b"\n") else b"0"

    with Tunnels(answer=drip()) as proxy:
        environment.setenv("HTTPS_PROXY", proxy.url)
        try:
            with pytest.raises(FetchError, match=r"took over 0\.3 s") as caught:
                ask(tenant, 0.3)
            assert caught.value.code == "timeout"
            assert_hung_up()
        finally:
            given_up.set()


def test_certificates_are_checked(tenant: Tenant, environment: pytest.MonkeyPatch) -> None:
    """A tunnel does not weaken the check of the issuer's certificate."""
    environment.delenv("SSL_CERT_FILE")
    with Tunnels() as proxy:
        environment.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(FetchError, match="certificate") as caught:
            ask(tenant)
    assert caught.value.code == "untrusted"
