"""Who vouches for callers."""

import pytest

from api.core.authority import authority
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings, SettingsError

TENANT = Settings(
    auth0_domain=("login.example:8443", "tenant.example"),
    auth0_audience="https://api.example/",
    auth0_spa_client_id="a-client",
)


def fetch(url: str, seconds: float) -> bytes:
    raise AssertionError(f"{url} is fetched at need, not here")


def test_tenant() -> None:
    """Every domain is an issuer; the login goes to the first."""
    found = authority(TENANT, None, fetch)
    assert found.issuers == ("https://login.example:8443/", "https://tenant.example/")
    assert (found.audience, found.spa_client_id) == ("https://api.example/", "a-client")
    assert found.authorization_endpoint == "https://login.example:8443/authorize"
    assert found.token_endpoint == "https://login.example:8443/oauth/token"
    assert found.origin == "https://login.example:8443"
    assert found.fetch is fetch


def test_embedded_issuer(issuer: EmbeddedIssuer) -> None:
    """Without a tenant the embedded issuer vouches, and its documents come without HTTP."""
    found = authority(Settings(), issuer, fetch)
    assert (found.issuers, found.audience) == ((issuer.url,), issuer.audience)
    assert (found.spa_client_id, found.fetch) == (issuer.spa_client_id, issuer.fetch)
    assert found.authorization_endpoint == "http://localhost/issuer/authorize"
    assert found.token_endpoint == "http://localhost/issuer/oauth/token"
    assert found.origin == "http://localhost"


def test_tenant_wins(issuer: EmbeddedIssuer) -> None:
    """Nothing of the embedded issuer is left where there is a tenant."""
    assert authority(TENANT, issuer, fetch) == authority(TENANT, None, fetch)


def test_nobody() -> None:
    """Without either, one line names both settings and shows how to set them."""
    with pytest.raises(SettingsError) as refused:
        authority(Settings(), None)
    [line] = str(refused.value).splitlines()
    assert line.startswith("AUTH0_DOMAIN and AUTH0_AUDIENCE: Not set.")
    assert "Example: AUTH0_DOMAIN=" in line
