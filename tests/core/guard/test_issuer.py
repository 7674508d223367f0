"""Whose tokens are accepted."""

import pytest

from api.core.guard import issuer_config
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
    """Every domain is an issuer, and the login uses the first one."""
    config = issuer_config(TENANT, None, fetch)
    assert config.issuers == ("https://login.example:8443/", "https://tenant.example/")
    assert (config.audience, config.spa_client_id) == ("https://api.example/", "a-client")
    assert config.authorization_endpoint == "https://login.example:8443/authorize"
    assert config.token_endpoint == "https://login.example:8443/oauth/token"
    assert config.origin == "https://login.example:8443"
    assert config.fetch is fetch


def test_embedded_issuer(issuer: EmbeddedIssuer) -> None:
    """Without a tenant the embedded issuer's tokens are accepted, and its keys need no HTTP."""
    config = issuer_config(Settings(), issuer, fetch)
    assert (config.issuers, config.audience) == ((issuer.url,), issuer.audience)
    assert (config.spa_client_id, config.fetch) == (issuer.spa_client_id, issuer.fetch)
    assert config.authorization_endpoint == "http://localhost/issuer/authorize"
    assert config.token_endpoint == "http://localhost/issuer/oauth/token"
    assert config.origin == "http://localhost"


def test_tenant_wins(issuer: EmbeddedIssuer) -> None:
    """With a tenant, nothing of the embedded issuer is used."""
    assert issuer_config(TENANT, issuer, fetch) == issuer_config(TENANT, None, fetch)


def test_nobody() -> None:
    """Without a tenant and an issuer, one line names both settings and shows how to set them."""
    with pytest.raises(SettingsError) as refused:
        issuer_config(Settings(), None)
    [line] = str(refused.value).splitlines()
    assert line.startswith("AUTH0_DOMAIN and AUTH0_AUDIENCE: Not set.")
    assert "Example: AUTH0_DOMAIN=" in line
