"""Swagger UI 5 at /docs: the page, its assets, and the page where a login ends.

Every address in the pages is relative, so they work behind any path prefix, known to the
application or not. Nothing is inline, so the content security policy needs no exception.
"""

import gzip
import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from flask import Blueprint, Response, redirect, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.wrappers import Response as BaseResponse

OURS = Path(__file__).parent
SWAGGER_UI = files("flask_swagger_ui") / "dist"

ASSETS: dict[str, tuple[Traversable, str]] = {
    "page.css": (OURS, "text/css"),
    "page.js": (OURS, "text/javascript"),
    "swagger-ui.css": (SWAGGER_UI, "text/css"),
    "swagger-ui-bundle.js": (SWAGGER_UI, "text/javascript"),
    "oauth2-redirect.js": (SWAGGER_UI, "text/javascript"),
    "favicon-16x16.png": (SWAGGER_UI, "image/png"),
    "favicon-32x32.png": (SWAGGER_UI, "image/png"),
}

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src {connect}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Login:
    """How the page logs in: authorization code with PKCE, as a public client.

    :param client_id: the client that the page is
    :param audience: the API that the token is for
    :param scopes: the scopes that people can choose from
    :param issuer_origin: where the page may fetch tokens: "https://tenant.auth0.com", no path
    """

    client_id: str
    audience: str
    scopes: tuple[str, ...]
    issuer_origin: str


@dataclass(frozen=True)
class Asset:
    """A file of the page, read once; hashed and compressed when first asked."""

    content: bytes
    media_type: str

    @cached_property
    def version(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:16]

    @cached_property
    def gzipped(self) -> bytes:
        return gzip.compress(self.content, mtime=0)

    @property
    def compressible(self) -> bool:
        return self.media_type.startswith("text/")


def page(title: str, document: str = "/openapi.json", login: Login | None = None) -> Blueprint:
    """Return the blueprint of /docs, /docs/NAME for each asset, and / which redirects to /docs.

    Any other name below /docs is unknown to the router: 404, whatever the method.

    :param title: the name of the API
    :param document: the path of the OpenAPI document
    :param login: how the page logs in; without one, tokens are only pasted
    """
    blueprint = Blueprint("docs", __name__)
    names = ",".join(f'"{name}"' for name in ASSETS)
    settings = {
        "document": document.removeprefix("/"),
        "login": asdict(login) if login else None,
    }

    @blueprint.get("/")
    def home() -> BaseResponse:
        return redirect("docs")

    @blueprint.get("/docs")
    def docs() -> Response:
        response = html("page.html", login, title=title, settings=json.dumps(settings))
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
        return response

    @blueprint.get("/docs/oauth2-redirect.html")
    def login_end() -> Response:
        # No opener policy here: this page hands the code to the window that opened it.
        return html("oauth2-redirect.html", title=title)

    @blueprint.get(f"/docs/<any({names}):name>")
    def asset(name: str) -> Response:
        return _send(_asset(name))

    return blueprint


@cache
def _asset(name: str) -> Asset:
    directory, media_type = ASSETS[name]
    return Asset((directory / name).read_bytes(), media_type)


def _address(name: str) -> str:
    return f"{name}?v={_asset(name).version}"


_templates = Environment(loader=FileSystemLoader(OURS), autoescape=True, undefined=StrictUndefined)
_templates.globals["asset"] = _address


def html(template: str, login: Login | None = None, **context: object) -> Response:
    """A page of ours under the strict policy; `login` lets it fetch from the issuer as well."""
    response = Response(_templates.get_template(template).render(context), mimetype="text/html")
    connect = f"'self' {login.issuer_origin}" if login else "'self'"
    response.headers["Content-Security-Policy"] = POLICY.format(connect=connect)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.add_etag()
    return _finish(response)


def _send(asset: Asset) -> Response:
    response = Response(asset.content, mimetype=asset.media_type)
    response.set_etag(asset.version)
    if asset.compressible:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings.best_match(["gzip", "identity"]) == "gzip":
            response.set_data(asset.gzipped)
            response.content_encoding = "gzip"
            # Two encodings are two representations: a strong tag may name only one of them.
            response.set_etag(f"{asset.version}-gzip")
    return _finish(response, fresh_for_ever=request.args.get("v") == asset.version)


def _finish(response: Response, fresh_for_ever: bool = False) -> Response:
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if fresh_for_ever else "no-cache"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.make_conditional(request)
    return response
