"""require_auth: what one line above a method enforces and documents."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import Schema, fields

from api.core.bridge import Namespace, Resource
from api.core.guard import current_token, require_auth
from api.core.guard.fetch import FetchError
from api.core.guard.problems import (
    AuthorizationMissing,
    InsufficientScope,
    InvalidDPoPProof,
    InvalidRequest,
    InvalidToken,
    ReplayMemoryUnavailable,
    SigningKeysUnavailable,
)
from openapi.declaration import Declaration, declaration_of
from openapi.operation import Access
from tests.core.demo import application
from tests.core.support.app import app_of
from tests.core.support.tenant import AUDIENCE, Tenant

ns = Namespace(
    "notes", "For these tests", path="/notes", scopes={"a": "One", "b": "Another", "c": "A third"}
)
EXAMPLE = {"text": "hello"}


class Note(Schema):
    """A note"""

    text = fields.Str(required=True, metadata={"description": "Its text.", "example": "hello"})


@ns.route("")
class Notes(Resource):
    @require_auth.any_of("a b", "c")
    @ns.operation(returns=Note, example=EXAMPLE)
    def get(self) -> Any:
        """Read a note"""
        return EXAMPLE

    @require_auth("a", "b")
    @ns.operation(body=Note, returns=Note, example=EXAMPLE)
    def post(self, body: Any) -> Any:
        """Write a note"""
        return body


@pytest.fixture
def notes_client(tenant: Tenant) -> Any:
    return app_of(tenant, api=replace(application, namespaces=(ns,))).test_client()


def authorized(tenant: Tenant, **claims: Any) -> Any:
    return {"Authorization": f"Bearer {tenant.token(**claims)}"}


@pytest.mark.parametrize("scope", ["", "a b", " a", 'a"', "a\\", "é", "a\n", 5, None, ["a"]])
def test_wrong_scope(scope: Any) -> None:
    """An invalid scope is refused where it is written, not when a request comes."""
    with pytest.raises(ValueError, match="is not a scope"):
        require_auth("read:messages", scope)


def test_every_character_of_a_scope() -> None:
    """A scope may have every character that RFC 6749 section 3.3 allows."""
    allowed = "".join(map(chr, (0x21, *range(0x23, 0x5C), *range(0x5D, 0x7F))))
    for guarded in (require_auth(allowed), require_auth.any_of(allowed)):
        assert declaration_of(guarded(lambda: None)).access == Access(((allowed,),))


@pytest.mark.parametrize("scope", ["", "a  b", " a", 'a"', "a\\", "é", "a\n"])
def test_wrong_alternative(scope: str) -> None:
    """An alternative that is not scopes with single spaces between them is refused."""
    with pytest.raises(ValueError, match="is not a scope"):
        require_auth.any_of("read:messages", scope)


def test_documents_itself() -> None:
    """The decorator declares its scopes and its problems, and keeps the method's name and
    docstring."""

    def get() -> None:
        """Read"""

    guarded, scoped = require_auth()(get), require_auth("a", "b")(get)
    always: tuple[Any, ...] = (
        *(InvalidRequest, AuthorizationMissing, InvalidToken, InvalidDPoPProof),
        *(SigningKeysUnavailable, ReplayMemoryUnavailable),
    )
    assert declaration_of(guarded) == Declaration(access=Access(), problems=always)
    with_scope: tuple[Any, ...] = (*always, InsufficientScope)
    assert declaration_of(scoped) == Declaration(access=Access((("a", "b"),)), problems=with_scope)
    assert not hasattr(scoped, "__apidoc__")
    assert (scoped.__name__, scoped.__doc__) == ("get", "Read")


def test_contract_is_kept() -> None:
    """The contract below the decorator is documented as well."""
    declared: Any = declaration_of(Notes.post)
    assert declared.body.content["application/json"].schema is Note
    assert declared.access.scopes == ("a", "b")
    assert InsufficientScope in declared.problems


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"scope": "a b"}, 200),
        ({"scope": "a", "permissions": ["b"]}, 200),
        ({"scope": "a"}, 403),
        ({"scope": "b"}, 403),
        ({"scope": None}, 403),
    ],
)
def test_all_scopes(
    notes_client: FlaskClient, tenant: Tenant, claims: dict[str, Any], status: int
) -> None:
    """A token must grant all the required scopes, and the challenge names them all."""
    answer = notes_client.post("/notes", json=EXAMPLE, headers=authorized(tenant, **claims))
    assert answer.status_code == status
    if status == 403:
        assert answer.headers["WWW-Authenticate"].endswith('scope="a b"')


@pytest.mark.parametrize(
    ("scope", "status"), [("a b", 200), ("c", 200), ("a b c", 200), ("a", 403), ("b d", 403)]
)
def test_any_of(notes_client: FlaskClient, tenant: Tenant, scope: str, status: int) -> None:
    """A token must grant all the scopes of one alternative."""
    assert notes_client.get("/notes", headers=authorized(tenant, scope=scope)).status_code == status


@pytest.mark.parametrize(
    "body",
    [
        {"data": b"<xml/>", "content_type": "text/xml"},
        {"data": b"{", "content_type": "application/json"},
        {"json": {"text": 5}},
        {"json": {}},
        {"data": b"x" * 70_000, "content_type": "application/json"},
    ],
    ids=["media type", "no JSON", "no string", "no text", "size"],
)
def test_before_the_body(notes_client: FlaskClient, tenant: Tenant, body: dict[str, Any]) -> None:
    """401 and 403 come before any error of the body, so that a stranger learns nothing about it."""
    assert notes_client.post("/notes", **body).status_code == 401
    assert notes_client.post("/notes", **body, headers=authorized(tenant)).status_code == 403
    accepted = notes_client.post("/notes", **body, headers=authorized(tenant, scope="a b"))
    assert accepted.status_code in {400, 413, 415, 422}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/nothing", 404), ("GET", "/api/private/", 404), ("POST", "/api/private", 405)],
)
def test_after_path_and_method(client: FlaskClient, method: str, path: str, status: int) -> None:
    """404 and 405 come before 401."""
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert "WWW-Authenticate" not in answer.headers


def test_head(client: FlaskClient, tenant: Tenant) -> None:
    """HEAD is guarded as GET is, and answers with its headers alone."""
    refused = client.head("/api/private")
    assert (refused.status_code, refused.data) == (401, b"")
    assert refused.headers["WWW-Authenticate"].startswith(f'Bearer realm="{AUDIENCE}", res')
    accepted = client.head("/api/private", headers=authorized(tenant))
    assert (accepted.status_code, accepted.data) == (200, b"")


@pytest.mark.parametrize("path", ["/api/private", "/api/private-scoped", "/api/me"])
def test_guarded(client: FlaskClient, path: str) -> None:
    """Each endpoint that needs a token answers 401 without one."""
    assert client.get(path).status_code == 401


@pytest.mark.parametrize(("length", "status"), [(16 * 1024, 401), (16 * 1024 + 1, 400)])
def test_length_of_the_header(client: FlaskClient, length: Any, status: int) -> None:
    """An Authorization header of 16 KiB is read, and a longer one is refused."""
    headers = {"Authorization": "Bearer ".ljust(length, "a")}
    assert client.get("/api/private", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ('Digest a="x, y",b-5=c,  d = e', 401),
        ('Digest a="b", Bearer c', 400),
        ('Digest a, Bearer b, c="d"', 400),
    ],
)
def test_comma_of_a_parameter(client: FlaskClient, header: str, status: int) -> None:
    """A comma within the parameters of an unknown scheme starts no second header; one after them
    does."""
    answer = client.get("/api/private", headers={"Authorization": header})
    assert answer.status_code == status


def test_public(client: FlaskClient) -> None:
    """A public endpoint reads no token, not even a broken one."""
    assert client.get("/api/public", headers={"Authorization": "Bearer"}).status_code == 200


def test_two_apps(tenant: Tenant) -> None:
    """Two apps in one process have a validator each, although they share their resources."""
    here, there = app_of(tenant).test_client(), app_of(tenant, "https://there/").test_client()
    for aud, statuses in ((AUDIENCE, (200, 401)), ("https://there/", (401, 200))):
        headers = authorized(tenant, aud=aud)
        answers = [client.get("/api/private", headers=headers) for client in (here, there)]
        assert tuple(answer.status_code for answer in answers) == statuses
    assert 'realm="https://there/"' in there.get("/api/private").headers["WWW-Authenticate"]


def test_current_token(app: Flask, tenant: Tenant) -> None:
    """The accepted token is available during its request, and in no other."""
    with app.test_request_context(headers=authorized(tenant, sub="auth0|ann")):
        token = require_auth.acquire_token(("read:messages",))
        assert current_token.subject == token.subject == "auth0|ann"
    with app.test_request_context():
        assert not current_token


def test_issuer_is_down(tenant: Tenant) -> None:
    """An unreachable issuer is answered 503 with Retry-After and without a challenge."""

    client = app_of(tenant, fetch=_down).test_client()
    assert client.get("/api/public").status_code == 200
    assert client.get("/api/private").status_code == 401
    answer = client.get("/api/private", headers=authorized(tenant))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.content_type == "application/problem+json"
    assert "WWW-Authenticate" not in answer.headers
    assert "error" not in answer.get_json()


def _down(url: str, seconds: float) -> None:
    raise FetchError(f"{url} is down")


def test_any_of_nothing_is_refused() -> None:
    """any_of() without a scope is refused, because it would accept every token."""
    with pytest.raises(ValueError, match="every token"):
        require_auth.any_of()


@pytest.mark.parametrize(
    ("scopes", "status"),
    [("a:x", 200), ("b:y c:z", 200), ("b:y", 403), ("c:z", 403), ("", 403)],
)
def test_an_alternative_counts_as_a_whole(
    app: Flask, tenant: Tenant, scopes: str, status: int
) -> None:
    """A token must grant one alternative with all of its scopes."""
    app.add_url_rule("/any-of", view_func=require_auth.any_of("a:x", "b:y c:z")(lambda: "in"))
    headers = {"Authorization": f"Bearer {tenant.token(scope=scopes)}"}
    assert app.test_client().get("/any-of", headers=headers).status_code == status
