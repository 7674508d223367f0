"""Who vouches for callers: a tenant of Auth0, or the embedded issuer."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from flask import Flask

from api.core.guard import Fetch, fetch_https
from api.core.settings import Settings, SettingsError, declarations


class Issuer(Protocol):
    """What the app needs of the embedded issuer (api.core.issuer.EmbeddedIssuer).

    Only who makes one can hand it to the app: no setting, and nothing that `serve` does, makes one.
    """

    url: str
    audience: str
    spa_client_id: str

    @property
    def authorization_endpoint(self) -> str: ...

    @property
    def token_endpoint(self) -> str: ...

    def fetch(self, url: str) -> bytes: ...

    def init_app(self, app: Flask, scopes: dict[str, str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Authority:
    """issuers: each accepted `iss`. spa_client_id: with which the page logs in; empty: paste only.
    fetch: how the issuers' documents come."""

    issuers: tuple[str, ...]
    audience: str
    spa_client_id: str
    authorization_endpoint: str
    token_endpoint: str
    fetch: Fetch

    @property
    def origin(self) -> str:
        """Where the page sends the token call, scheme://host[:port]."""
        parts = urlsplit(self.token_endpoint)
        return f"{parts.scheme}://{parts.netloc}"


def authority(settings: Settings, issuer: Issuer | None, fetch: Fetch = fetch_https) -> Authority:
    """The tenant of the settings, or `issuer` where they name none.

    Raises SettingsError without either.
    """
    if settings.has_tenant:
        return _tenant(settings, fetch)
    if issuer is not None:
        return _embedded(issuer)
    pair = [declarations(Settings)[name] for name in ("AUTH0_DOMAIN", "AUTH0_AUDIENCE")]
    example = " ".join(f"{each.name}={each.example}" for each in pair)
    raise SettingsError(
        "AUTH0_DOMAIN and AUTH0_AUDIENCE: Not set. Tokens are checked against an Auth0 tenant: "
        f"set both in the environment or in .env. Example: {example}"
    )


def _tenant(settings: Settings, fetch: Fetch) -> Authority:
    first = settings.issuers[0]
    return Authority(
        issuers=settings.issuers,
        audience=settings.auth0_audience,
        spa_client_id=settings.auth0_spa_client_id,
        authorization_endpoint=f"{first}authorize",
        token_endpoint=f"{first}oauth/token",
        fetch=fetch,
    )


def _embedded(issuer: Issuer) -> Authority:
    return Authority(
        issuers=(issuer.url,),
        audience=issuer.audience,
        spa_client_id=issuer.spa_client_id,
        authorization_endpoint=issuer.authorization_endpoint,
        token_endpoint=issuer.token_endpoint,
        fetch=issuer.fetch,
    )
