"""The issuer speaks to this machine alone."""

import pytest
from flask.testing import FlaskClient

from api.core.issuer.loopback import csp_source, is_loopback, is_redirect_uri
from tests.core.issuer.browser import Browser, MakeIssuer


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:3010/issuer/",
        "http://127.8.8.8/",
        "http://[::1]:3010/",
        "http://localhost",
    ],
)
def test_url(make_issuer: MakeIssuer, url: str) -> None:
    """A loopback URL is accepted, and ends in a slash."""
    assert make_issuer(url=url).url == url.rstrip("/") + "/"


@pytest.mark.parametrize(
    "url",
    [
        "http://0.0.0.0/",
        "http://192.168.1.2/",
        "https://id.example/",
        "http://localhost.example/",
        "",
    ],
)
def test_foreign_url(make_issuer: MakeIssuer, url: str) -> None:
    """A URL that is not loopback is refused with a message that shows a good one."""
    with pytest.raises(
        ValueError, match=r"localhost or a loopback address.*http://127\.0\.0\.1:3010/"
    ):
        make_issuer(url=url)


@pytest.mark.parametrize("path", ["authorize", "oauth/token", ".well-known/jwks.json", "page.css"])
@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.", "10.0.0.1:3010", "a b", "[::1"]
)
def test_rebinding(client: FlaskClient, host: str, path: str) -> None:
    """A foreign Host is refused at every address, so that DNS rebinding gets no token."""
    method = client.post if path == "oauth/token" else client.get
    response = method(f"/issuer/{path}", headers={"Host": host})
    assert response.status_code == 403
    assert "loopback host name" in response.text


@pytest.mark.parametrize("host", ["127.0.0.1:3010", "localhost", "LOCALHOST:80", "[::1]:3010"])
def test_own_host(client: FlaskClient, host: str) -> None:
    """Each loopback name is accepted as Host, on any port."""
    response = client.get("/issuer/authorize", headers={"Host": host})
    assert response.status_code == 400
    assert client.get("/issuer/.well-known/jwks.json", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 302),
        ("http://127.0.0.1:3010", 302),
        ("http://127.0.0.1:8080", 403),
        ("https://evil.example", 403),
        ("null", 403),
    ],
)
def test_forged_form(browser: Browser, origin: str | None, status: int) -> None:
    """A login is accepted only from the login page itself."""
    if origin:
        browser.headers["Origin"] = origin
    assert browser.choose("reader").status_code == status


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        ("http://127.0.0.1/", "http://127.0.0.1"),
        ("http://127.0.0.1:3010/docs/oauth2-redirect.html", "http://127.0.0.1:3010"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("http://localhost?a=b/c?d", "http://localhost"),
        ("HTTP://LocalHost:1/a%20b", "HTTP://LocalHost:1"),
        ("http://[::1]:8080/cb", "http:"),
    ],
)
def test_redirect_uri(uri: str, source: str) -> None:
    """A redirect may lead to any port of the three loopback hosts, and the CSP allows it."""
    assert is_redirect_uri(uri)
    assert csp_source(uri) == source


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/callback",
        "https://localhost/",
        "http://evil.example/",
        "http://localhost.evil.example/",
        "http://127.0.0.2/",
        "http://127.0.0.1@evil.example/",
        "http://user@localhost/",
        "http://user:secret@localhost/",
        "http://evil.example\\@localhost/",
        "http://localhost\\.evil.example/",
        "http://localhost/#fragment",
        "http://localhost/?q#fragment",
        "http://localhost:port/",
        "http://localhost:٣/",
        "http://localhost/ü",
        "http://localhost/\n",
        "http://localhost/\n; script-src *",
        " http://localhost/",
        "http://[::1",
        "http://[::2]/",
        "javascript://localhost/",
        "myapp://localhost/",
    ],
)
def test_foreign_redirect_uri(uri: str) -> None:
    """A redirect that is not to a loopback host is refused."""
    assert not is_redirect_uri(uri)
    with pytest.raises(ValueError, match="Not a loopback redirect URI"):
        csp_source(uri)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104
        ("::", False),
        ("192.168.0.1", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_is_loopback(host: str, loopback: bool) -> None:
    """Loopback is what nobody else reaches; a name other than localhost may be anything."""
    assert is_loopback(host) is loopback
