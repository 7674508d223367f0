"""The Swagger UI page as a browser's network panel sees it."""

import gzip
import html
import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from openapi.page import ASSETS, Login, page

ISSUER = "https://tenant.auth0.com"
LOGIN = Login("client", "https://api.example.com", ("read:messages", "write:messages"), ISSUER)
FOR_EVER = "public, max-age=31536000, immutable"
TEXTS = [name for name, (_, media_type) in ASSETS.items() if media_type.startswith("text/")]
PICTURES = [name for name in ASSETS if name not in TEXTS]
PAGES = ["/docs", "/docs/oauth2-redirect.html"]


def browser(login: Login | None = None, title: str = "Messages API") -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(page(title, login=login))
    return app.test_client()


@pytest.fixture
def client() -> FlaskClient:
    return browser()


def references(response: TestResponse) -> list[str]:
    return re.findall(r'(?:href|src)="([^"]+)"', response.text)


def versioned(client: FlaskClient, name: str) -> str:
    """The address by which a page asks for an asset."""
    addresses = [address for path in PAGES for address in references(client.get(path))]
    [address] = {address.removeprefix("docs/") for address in addresses if f"{name}?" in address}
    return f"/docs/{address}"


def settings(response: TestResponse) -> object:
    settings = re.search(r'data-settings="([^"]*)"', response.text)
    assert settings
    return json.loads(html.unescape(settings[1]))


def directives(response: TestResponse) -> dict[str, str]:
    policy = response.headers["Content-Security-Policy"]
    return {name: value for name, _, value in (part.partition(" ") for part in policy.split("; "))}


def test_home_redirects_relatively(client: FlaskClient) -> None:
    """The redirect to the page is relative, so it also works behind an unknown prefix."""
    response = client.get("/", headers={"X-Forwarded-Prefix": "/forged"})
    assert (response.status_code, response.headers["Location"]) == (302, "docs")


@pytest.mark.parametrize("path", PAGES)
def test_pages_refer_relatively_to_what_is_served(client: FlaskClient, path: str) -> None:
    """Every address in a page is relative and answers 200, fresh for ever."""
    addresses = references(client.get(path))
    assert addresses
    for address in addresses:
        assert not address.startswith("/")
        response = client.get("/docs/" + address.removeprefix("docs/"))
        assert (response.status_code, response.headers["Cache-Control"]) == (200, FOR_EVER)


@pytest.mark.parametrize("path", PAGES)
def test_pages_have_nothing_inline(client: FlaskClient, path: str) -> None:
    """A page has no script, style or event handler in its own text."""
    text = client.get(path).text
    assert not re.search(r"<style|style=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", text)
    assert re.findall(r"<script[^>]*>([^<]*)</script>", text) == [""] * text.count("<script")


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_revalidated(client: FlaskClient, path: str) -> None:
    """A browser asks for a page each time, and receives it only if it has changed."""
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["Content-Type"] == "text/html; charset=utf-8"
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_allow_only_themselves(client: FlaskClient, path: str) -> None:
    """Without a login, a page may load and call nothing outside its origin."""
    response = client.get(path)
    assert directives(response) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_login_opens_the_issuer_to_the_page_alone() -> None:
    """With a login, the page may fetch from the issuer; the redirect page still may not."""
    pages = [browser(LOGIN).get(path) for path in PAGES]
    assert [directives(each)["connect-src"] for each in pages] == [f"'self' {ISSUER}", "'self'"]


def test_login_window_keeps_its_opener(client: FlaskClient) -> None:
    """The page keeps the windows it opens; the redirect page keeps the window that opened it."""
    policies = [client.get(path).headers.get("Cross-Origin-Opener-Policy") for path in PAGES]
    assert policies == ["same-origin-allow-popups", None]


def test_settings_without_login(client: FlaskClient) -> None:
    """Without a login, the settings of the page name the document relative to the page, and no
    login."""
    assert settings(client.get("/docs")) == {"document": "openapi.json", "login": None}


def test_settings_with_login() -> None:
    """With a login, the settings of the page have all that it needs to log in."""
    assert settings(browser(LOGIN).get("/docs")) == {
        "document": "openapi.json",
        "login": {
            "client_id": "client",
            "audience": "https://api.example.com",
            "scopes": ["read:messages", "write:messages"],
            "issuer_origin": ISSUER,
        },
    }


@pytest.mark.parametrize("path", PAGES)
def test_title_is_escaped(path: str) -> None:
    """A title is shown as text, whatever it looks like."""
    text = browser(title="</title><script>&").get(path).text
    assert "<title>&lt;/title&gt;&lt;script&gt;&amp;</title>" in text


def test_apps_keep_their_own_pages() -> None:
    """Two applications in one process do not share a login."""
    with_login, without = browser(LOGIN), browser()
    assert with_login.get("/docs").headers["ETag"] != without.get("/docs").headers["ETag"]


@pytest.mark.parametrize("name", ASSETS)
def test_assets_are_whole(client: FlaskClient, name: str) -> None:
    """Each asset is sent as the file is, with its media type."""
    directory, media_type = ASSETS[name]
    response = client.get(f"/docs/{name}")
    assert response.data == (directory / name).read_bytes()
    assert response.mimetype == media_type
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789abcdef", "?w=1"])
def test_other_versions_are_not_kept(client: FlaskClient, query: str) -> None:
    """An address that does not name the content's version must be asked for again."""
    response = client.get(f"/docs/page.js{query}")
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br", "*", "br;q=1, gzip;q=0.5"])
def test_texts_are_compressed(client: FlaskClient, name: str, accepted: str) -> None:
    """A client that accepts gzip gets the same text in fewer bytes."""
    address = versioned(client, name)
    plain, packed = client.get(address), client.get(address, headers={"Accept-Encoding": accepted})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    assert packed.headers["Cache-Control"] == FOR_EVER
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepted", ["", "br", "identity", "gzip;q=0", "gzip;q=0.5, identity"])
def test_texts_stay_plain(client: FlaskClient, accepted: str) -> None:
    """A client that does not accept gzip, or prefers plain text, gets plain text."""
    response = client.get("/docs/page.js", headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_stay_plain(client: FlaskClient, name: str) -> None:
    """An asset that is compressed already is not compressed again."""
    response = client.get(f"/docs/{name}", headers={"Accept-Encoding": "gzip"})
    assert not {"Content-Encoding", "Vary"} & set(response.headers.keys())


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_assets_are_conditional(client: FlaskClient, encoding: str) -> None:
    """An asset that the browser has is not sent again, and stays fresh."""
    address, accept = versioned(client, "swagger-ui.css"), {"Accept-Encoding": encoding}
    first = client.get(address, headers=accept)
    again = client.get(address, headers={**accept, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    for header in ("ETag", "Cache-Control", "Vary"):
        assert again.headers[header] == first.headers[header]


@pytest.mark.parametrize("path", ["/", *PAGES, "/docs/page.js"])
def test_head_is_get_without_body(client: FlaskClient, path: str) -> None:
    """HEAD answers with the headers of GET and no body."""
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.data) == (get.status_code, b"")
    assert dict(head.headers) == dict(get.headers)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    [
        "/docs/",
        "/docs/page.js/",
        "/docs/oauth2-redirect.html/",
        "/docs/index.css",
        "/docs/page.html",
        "/docs/page.py",
        "/docs/PAGE.JS",
        "/docs/swagger-ui.js",
        "/docs/../page.py",
        "/docs/%2e%2e/page.py",
        "/docs/..%2fpage.py",
        "/docs/..%5cpage.py",
        "/docs/page.js%00",
        "/docs/./page.js",
    ],
)
def test_other_names_are_unknown(client: FlaskClient, method: str, path: str) -> None:
    """A name that is not listed, or is spelled in another way, is 404 for every method."""
    assert client.open(path, method=method).status_code == 404
