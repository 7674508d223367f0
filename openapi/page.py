"""Swagger UI 5 at /docs: the page, its assets, and the redirect page of the login.

All URLs in the pages are relative, so that they work behind any path prefix. There are no inline
scripts or styles, so that the content security policy needs no exception.
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

from openapi.page_headers import set_page_headers

HERE = Path(__file__).parent
SWAGGER_UI = files("flask_swagger_ui") / "dist"

ASSETS: dict[str, tuple[Traversable, str]] = {
    "page.css": (HERE, "text/css"),
    "page.js": (HERE, "text/javascript"),
    "swagger-ui.css": (SWAGGER_UI, "text/css"),
    "swagger-ui-bundle.js": (SWAGGER_UI, "text/javascript"),
    "oauth2-redirect.js": (SWAGGER_UI, "text/javascript"),
    "favicon-16x16.png": (SWAGGER_UI, "image/png"),
    "favicon-32x32.png": (SWAGGER_UI, "image/png"),
}


@dataclass(frozen=True)
class Login:
    """The login of the page: authorization code with PKCE, as a public client.

    :param client_id: the client id of the page
    :param audience: the API that the token is for
    :param scopes: the scopes that can be chosen
    :param issuer_origin: the origin of the token endpoint, such as "https://tenant.auth0.com"
    """

    client_id: str
    audience: str
    scopes: tuple[str, ...]
    issuer_origin: str


@dataclass(frozen=True)
class Asset:
    """A file of the page. It is hashed and compressed when it is first requested.

    :param content: the bytes of the file
    :param media_type: its media type
    """

    content: bytes
    media_type: str

    @cached_property
    def version(self) -> str:
        """A hash of the content, for the query of its URL and for the ETag."""
        return hashlib.sha256(self.content).hexdigest()[:16]

    @cached_property
    def gzipped(self) -> bytes:
        """The content, compressed with gzip."""
        return gzip.compress(self.content, mtime=0)

    @property
    def compressible(self) -> bool:
        """Whether compression makes the content smaller."""
        return self.media_type.startswith("text/")


def page(title: str, document: str = "/openapi.json", login: Login | None = None) -> Blueprint:
    """Return the blueprint of /docs, /docs/NAME for each asset, and /, which redirects to /docs.

    The router knows no other name below /docs, so that it answers 404, whatever the method.

    :param title: the title of the API
    :param document: the path of the OpenAPI document
    :param login: the login of the page; without one, a token has to be pasted
    """
    blueprint = Blueprint("docs", __name__)
    names = ",".join(f'"{name}"' for name in ASSETS)
    settings = {
        "document": document.removeprefix("/"),
        "login": asdict(login) if login else None,
    }

    @blueprint.get("/")
    def home() -> BaseResponse:
        # The prefix may have been asked for without a slash at its end.
        return redirect(f"{request.script_root}/docs" if request.script_root else "docs")

    @blueprint.get("/docs")
    def docs() -> Response:
        response = html("page.html", login, title=title, settings=json.dumps(settings))
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
        return response

    @blueprint.get("/docs/oauth2-redirect.html")
    def login_end() -> Response:
        # This page has no opener policy, since it passes the code to the window that opened it.
        return html("oauth2-redirect.html", title=title)

    @blueprint.get(f"/docs/<any({names}):name>")
    def asset(name: str) -> Response:
        return _send(_asset(name))

    return blueprint


@cache
def _asset(name: str) -> Asset:
    directory, media_type = ASSETS[name]
    return Asset((directory / name).read_bytes(), media_type)


def _asset_url(name: str) -> str:
    return f"{name}?v={_asset(name).version}"


_templates = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
_templates.globals["asset"] = _asset_url


def html(template: str, login: Login | None = None, **context: object) -> Response:
    """Return an HTML page with a content security policy that allows only this origin.

    :param template: the name of the template
    :param login: the login of the page, whose issuer the policy allows as well
    :param context: the variables of the template
    """
    response = Response(_templates.get_template(template).render(context), mimetype="text/html")
    set_page_headers(
        response,
        script_src="'self'",
        style_src="'self'",
        img_src="'self' data:",
        connect_src=f"'self' {login.issuer_origin}" if login else "'self'",
    )
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
            # Each encoding is a representation of its own, which needs a strong ETag of its own.
            response.set_etag(f"{asset.version}-gzip")
    return _finish(response, is_immutable=request.args.get("v") == asset.version)


def _finish(response: Response, is_immutable: bool = False) -> Response:
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if is_immutable else "no-cache"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.make_conditional(request)
    return response
