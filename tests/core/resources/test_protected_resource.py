"""GET /.well-known/oauth-protected-resource: the metadata for clients (RFC 9728)."""

from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.http import parse_list_header

from api.core.guard import METADATA_PATH
from tests.core.support.app import app_of
from tests.core.support.dpop import ClientKey, proof
from tests.core.support.tenant import AUDIENCE, Tenant

PATH = f"/{METADATA_PATH}"
KEY = ClientKey()
FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "api.example.com"}
OUTSIDE = "https://api.example.com"


def client_of(tenant: Tenant, **settings: object) -> FlaskClient:
    return app_of(tenant, settings=settings).test_client()


def led_to(challenge: str) -> str:
    """The address in a challenge's resource_metadata."""
    _, _, attributes = challenge.partition(" ")
    [address] = [
        value for value in parse_list_header(attributes) if value.startswith("resource_metadata=")
    ]
    return address.partition("=")[2].strip('"')


def proven(tenant: Tenant, url: str) -> dict[str, str]:
    """The headers of a good request by DPoP to `url`."""
    token = tenant.token(cnf=KEY.cnf)
    return {"Authorization": f"DPoP {token}", "DPoP": proof(KEY, "GET", url, token)}


@pytest.mark.parametrize(
    ("mode", "of_mode"),
    [
        ("allowed", {"dpop_bound_access_tokens_required": False}),
        ("required", {"dpop_bound_access_tokens_required": True}),
        ("off", {}),
    ],
)
def test_members(tenant: Tenant, mode: str, of_mode: dict[str, bool]) -> None:
    """The metadata lists issuers, scopes and ways to send a token, and needs no token."""
    answer = client_of(tenant, dpop=mode).get(PATH)
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    algorithms = {"dpop_signing_alg_values_supported": ["ES256", "RS256", "EdDSA"]}
    assert answer.json == {
        "resource": AUDIENCE,
        "authorization_servers": [tenant.issuer],
        "scopes_supported": ["read:messages", "write:messages", "admin:messages"],
        "bearer_methods_supported": ["header"],
        "resource_name": answer.get_json()["resource_name"],
        **(algorithms if of_mode else {}),
        **of_mode,
    }


def test_scopes_are_those_of_the_operations(tenant: Tenant) -> None:
    """A scope that a challenge asks for is in the metadata."""
    client = client_of(tenant)
    headers = {"Authorization": f"Bearer {tenant.token(scope=None)}"}
    challenge = client.get("/api/private-scoped", headers=headers).headers["WWW-Authenticate"]
    assert challenge.endswith('scope="read:messages"')
    assert "read:messages" in client.get(PATH).get_json()["scopes_supported"]


@pytest.mark.parametrize("mode", ["allowed", "required", "off"])
@pytest.mark.parametrize("credentials", [None, "Bearer", "Bearer a", "DPoP a", "Basic a", "DPoP"])
def test_challenges_lead_here(tenant: Tenant, mode: str, credentials: str | None) -> None:
    """Every challenge has the address of the metadata, and that address is answered 200."""
    client = client_of(tenant, dpop=mode)
    headers = {} if credentials is None else {"Authorization": credentials}
    challenges = client.get("/api/me", headers=headers).headers.getlist("WWW-Authenticate")
    assert challenges
    for challenge in challenges:
        address = urlsplit(led_to(challenge))
        assert (address.scheme, address.netloc) == ("http", "localhost")
        assert client.get(address.path).status_code == 200


def test_head(tenant: Tenant) -> None:
    """HEAD is answered as GET is, without a body."""
    answer = client_of(tenant).head(PATH)
    assert (answer.status_code, answer.data) == (200, b"")


def test_issuer_is_down(tenant: Tenant) -> None:
    """The metadata is answered without fetching anything from the issuer."""

    def down(_url: str) -> None:
        raise AssertionError("nothing is fetched")

    assert app_of(tenant, fetch=down).test_client().get(PATH).status_code == 200


def test_behind_a_proxy(tenant: Tenant) -> None:
    """Behind a trusted proxy, challenges name the address that the client used."""
    client = client_of(tenant, trusted_proxies=1)
    for challenge in client.get("/api/me", headers=FORWARDED).headers.getlist("WWW-Authenticate"):
        assert led_to(challenge) == f"{OUTSIDE}{PATH}"


def test_proof_behind_a_proxy(tenant: Tenant) -> None:
    """Behind a trusted proxy, a DPoP proof must name the address that the client used."""
    client = client_of(tenant, trusted_proxies=1)
    for url, status in (
        (f"{OUTSIDE}/api/me", 200),
        (f"{OUTSIDE}:443/api/me", 200),
        ("http://api.example.com/api/me", 401),
        ("http://localhost/api/me", 401),
    ):
        headers = proven(tenant, url) | FORWARDED
        assert client.get("/api/me", headers=headers).status_code == status


def test_port_behind_a_proxy(tenant: Tenant) -> None:
    """Behind a trusted proxy, the port in the forwarded host is part of the address."""
    client = client_of(tenant, trusted_proxies=1)
    forwarded = FORWARDED | {"X-Forwarded-Host": "api.example.com:8443"}
    for url, status in ((f"{OUTSIDE}:8443/api/me", 200), (f"{OUTSIDE}/api/me", 401)):
        headers = proven(tenant, url) | forwarded
        assert client.get("/api/me", headers=headers).status_code == status


def test_only_the_nearest_proxy_is_trusted(tenant: Tenant) -> None:
    """Forwarded values that a client put before those of its proxy are ignored."""
    client = client_of(tenant, trusted_proxies=1)
    forged = {
        "X-Forwarded-Proto": "http, https",
        "X-Forwarded-Host": "attacker.example, api.example.com",
    }
    headers = proven(tenant, f"{OUTSIDE}/api/me") | forged
    assert client.get("/api/me", headers=headers).status_code == 200
    headers = proven(tenant, "http://attacker.example/api/me") | forged
    refused = client.get("/api/me", headers=headers)
    assert refused.status_code == 401
    assert "attacker" not in str(refused.headers)


@pytest.mark.parametrize(
    "forged",
    [
        FORWARDED,
        {"X-Forwarded-Host": "attacker.example"},
        {"X-Forwarded-Proto": "https"},
        {"Forwarded": "host=attacker.example;proto=https"},
        {"X-Forwarded-Port": "8443", "X-Forwarded-Prefix": "/elsewhere"},
        {"X-Original-URL": "/api/public", "X-Rewrite-URL": "/api/public"},
    ],
)
def test_without_a_proxy_nothing_is_trusted(tenant: Tenant, forged: dict[str, str]) -> None:
    """Without TRUSTED_PROXIES, forwarded headers change neither challenges nor DPoP proofs."""
    client = client_of(tenant)
    for challenge in client.get("/api/me", headers=forged).headers.getlist("WWW-Authenticate"):
        assert led_to(challenge) == f"http://localhost{PATH}"
    here = proven(tenant, "http://localhost/api/me") | forged
    assert client.get("/api/me", headers=here).status_code == 200
    elsewhere = proven(tenant, f"{OUTSIDE}/api/me") | forged
    assert client.get("/api/me", headers=elsewhere).status_code == 401
