"""The app as a whole: CORS, proxies, methods, slashes, caching and limits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from io import BytesIO
from itertools import islice
from threading import Event

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from api.core.bridge import Namespace
from api.core.factory import create_app
from api.core.guard import Issuer, guard_of, public
from api.core.guard.fetch import FetchError
from api.core.guard.problems import SigningKeysUnavailable
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings, SettingsError
from tests.core.demo import application


def test_without_a_tenant_and_without_an_issuer_there_is_no_app() -> None:
    """create_app fails without a tenant and an issuer, and the message names both settings."""
    with pytest.raises(SettingsError, match="AUTH0_DOMAIN and AUTH0_AUDIENCE"):
        create_app(application, Settings())


def test_a_tenant_wins_over_an_issuer(issuer: Issuer) -> None:
    """With a tenant, the embedded issuer is not served, even if one is passed in."""
    settings = Settings(auth0_domain=("tenant.example",), auth0_audience="https://api.example/")
    client = create_app(application, settings, issuer=issuer).test_client()
    assert client.get("/issuer/.well-known/jwks.json").status_code == 404


def test_two_apps_live_in_one_process(
    issuer: EmbeddedIssuer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Two apps in one process each accept only the tokens of their own issuer."""
    directory = tmp_path_factory.mktemp("another")
    another = EmbeddedIssuer(directory, "http://localhost/issuer/", issuer.audience)
    apps = {each: create_app(application, Settings(), issuer=each) for each in (issuer, another)}
    for own, app in apps.items():
        for minted_by in apps:
            headers = {"Authorization": f"Bearer {minted_by.mint(iat=1)}"}
            status = app.test_client().get("/api/private", headers=headers).status_code
            assert status == (200 if minted_by is own else 401)


@pytest.mark.parametrize("path", ["/api/public", "/docs", "/openapi.json", "/openapi-3.0.json"])
def test_head_works_wherever_get_does(client: FlaskClient, path: str) -> None:
    """HEAD is answered with the status and the Content-Length of GET, and without a body."""
    response = client.head(path)
    assert (response.status_code, response.data) == (200, b"")
    assert int(response.headers["Content-Length"]) > 0


@pytest.mark.parametrize("path", ["/api/public/", "/docs/", "/openapi.json/", "//docs", "/api"])
def test_slashes_are_not_part_of_a_path(client: FlaskClient, path: str) -> None:
    """A path with an additional slash is answered 404, and not redirected."""
    # As a path in the environment: in an address, `//docs` would be a host.
    assert client.get("/", environ_overrides={"PATH_INFO": path}).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_path_and_method_are_said_before_authorisation(client: FlaskClient, method: str) -> None:
    """An unknown path is 404 and an unknown method 405, even for a caller without a token."""
    assert client.open("/api/private", method=method).status_code == 405
    assert client.open("/api/nothing", method=method).status_code == 404


def test_a_forged_prefix_or_host_leaves_no_trace(client: FlaskClient) -> None:
    """Without trusted proxies, X-Forwarded-* headers have no influence on any response."""
    forged = {"X-Forwarded-Prefix": "/evil", "X-Forwarded-Host": "evil.example"}
    for path in ("/openapi.json", "/openapi-3.0.json", "/swagger.json", "/docs", "/"):
        assert "evil" not in str(client.get(path, headers=forged).headers)
        assert b"evil" not in client.get(path).data


@pytest.mark.parametrize(("count", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.2")])
def test_trusted_proxies_say_where_a_request_comes_from(
    issuer: Issuer, count: int, seen: str
) -> None:
    """TRUSTED_PROXIES says how many values of X-Forwarded-For are trusted."""
    app = create_app(application, Settings(trusted_proxies=count), issuer=issuer)
    app.add_url_rule("/address", "address", public(lambda: str(request.remote_addr)))
    headers = {"X-Forwarded-For": "198.51.100.1, 203.0.113.2"}
    assert app.test_client().get("/address", headers=headers).text == seen


def test_organizations_restrict_who_is_let_in(
    issuer: EmbeddedIssuer,
) -> None:
    """With AUTH0_ORGANIZATIONS, a token of another organization or of none is answered 401."""
    app = create_app(application, Settings(auth0_organizations=frozenset({"org_a"})), issuer=issuer)
    for organization, status in [("org_a", 200), ("org_b", 401), (None, 401)]:
        token = issuer.mint(org_id=organization)
        response = app.test_client().get(
            "/api/private", headers={"Authorization": f"Bearer {token}"}
        )
        assert response.status_code == status
        assert status == 200 or response.get_json()["detail"].startswith("org_id:")


def test_a_crash_in_a_resource_tells_nothing(
    app: Flask, bearer: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception in a resource is answered with our problem document, not with Flask-RESTX's."""
    monkeypatch.setattr("api.core.resources.me.CallerView.dump", lambda *_: 1 / 0)
    response = bearer().get("/api/me")
    assert (response.status_code, response.get_json()["type"]) == (500, "/problems#internal-error")


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/api/private", "no-store"),
        ("/api/me", "no-store"),
        ("/api/messages", "no-store"),
        ("/health/ready", "no-store"),
        ("/api/nothing", "no-store"),
    ],
)
def test_what_is_private_is_kept_nowhere(
    bearer: Callable[..., FlaskClient], client: FlaskClient, path: str, policy: str
) -> None:
    """Private answers, readiness and refusals are sent with Cache-Control: no-store."""
    for caller in (bearer("read:messages"), client):
        assert caller.get(path).headers["Cache-Control"] == policy


@pytest.mark.parametrize(("size", "status"), [(65536, 201), (65537, 413), (200_000, 413)])
def test_chunked_bodies_have_the_same_limit(
    bearer: Callable[..., FlaskClient], size: int, status: int
) -> None:
    """A body without Content-Length is answered 413 if it is over the limit."""
    answer = bearer("write:messages").post(
        "/api/messages",
        input_stream=BytesIO(b'{"text": "hello"}'.ljust(size)),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == status


def test_two_descriptions_of_a_scope_stop_the_start(issuer: Issuer) -> None:
    """create_app fails if two namespaces describe one scope in different words."""
    twice = [
        Namespace(name, name, path=f"/{name}", scopes={"a:b": f"as {name} has it"})
        for name in ("one", "two")
    ]
    with pytest.raises(ValueError, match="a:b is described in two ways"):
        create_app(replace(application, namespaces=tuple(twice)), Settings(), issuer=issuer)


def test_all_issuers_share_one_waiting_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit on threads that wait for signing keys holds for all issuers together."""
    monkeypatch.setattr("api.core.guard.keys.MAX_WAIT", 30)
    domains = tuple(f"{name}.example" for name in "abc")
    settings = Settings(auth0_domain=domains, auth0_audience="https://api.example/", threads=8)
    opened = Event()

    def fetch(url: str, seconds: float) -> bytes:
        assert opened.wait(30)
        raise FetchError(f"{url} is down")

    keys = guard_of(create_app(application, settings, fetch=fetch)).bearer.keys.values()
    with ThreadPoolExecutor(12) as pool:
        try:
            pending = [pool.submit(each.find, "kid") for each in keys for _ in range(4)]
            refused = islice(as_completed(pending, timeout=30), 12 - settings.key_waiters)
            assert {type(each.exception()) for each in refused} == {SigningKeysUnavailable}
            assert len([each for each in pending if not each.done()]) == settings.key_waiters
        finally:
            opened.set()
