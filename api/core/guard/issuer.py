"""Whose tokens are accepted: those of a tenant of Auth0, or of the embedded issuer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from flask import Flask

from api.core.guard.fetch import Fetch, fetch_https
from api.core.personas import Persona
from api.core.problems import Problem
from api.core.settings import Settings, SettingsError, declarations


class Issuer(Protocol):
    """What the app needs of the embedded issuer (api.core.issuer.EmbeddedIssuer).

    It is passed in by the caller. No setting enables it, and `serve` makes none, so production
    cannot turn it on by mistake.
    """

    url: str
    audience: str
    spa_client_id: str
    problems: tuple[type[Problem], ...]

    @property
    def authorization_endpoint(self) -> str: ...

    @property
    def token_endpoint(self) -> str: ...

    def fetch(self, url: str, seconds: float, /) -> bytes: ...

    def init_app(
        self, app: Flask, scopes: dict[str, str], personas: Sequence[Persona] = ..., /
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class IssuerConfig:
    """Whose tokens are accepted, and how people get one.

    :param issuers: each `iss` that is accepted
    :param audience: the Identifier of the API
    :param spa_client_id: the application with which the page logs in; empty if it cannot
    :param authorization_endpoint: where people log in
    :param token_endpoint: where tokens are given
    :param fetch: returns the body of an address of the issuers
    """

    issuers: tuple[str, ...]
    audience: str
    spa_client_id: str
    authorization_endpoint: str
    token_endpoint: str
    fetch: Fetch

    @property
    def origin(self) -> str:
        """Where the page sends its request for a token, as scheme://host[:port]."""
        parts = urlsplit(self.token_endpoint)
        return f"{parts.scheme}://{parts.netloc}"


def issuer_config(
    settings: Settings, embedded: Issuer | None, fetch: Fetch = fetch_https
) -> IssuerConfig:
    """Return the tenant of the settings, or the embedded issuer if they name none.

    :param embedded: the embedded issuer, if there is one
    :param fetch: returns the body of an address of a tenant
    :raises SettingsError: the settings name no tenant, and there is no embedded issuer
    """
    if settings.has_tenant:
        return _tenant(settings, fetch)
    if embedded is not None:
        return _embedded(embedded)
    pair = [declarations(Settings)[name] for name in ("AUTH0_DOMAIN", "AUTH0_AUDIENCE")]
    example = " ".join(f"{each.name}={each.example}" for each in pair)
    raise SettingsError(
        "AUTH0_DOMAIN and AUTH0_AUDIENCE: Not set. Tokens are checked against an Auth0 tenant: "
        f"set both in the environment or in .env. Example: {example}"
    )


def _tenant(settings: Settings, fetch: Fetch) -> IssuerConfig:
    login = settings.issuers[0]
    return IssuerConfig(
        issuers=settings.issuers,
        audience=settings.auth0_audience,
        spa_client_id=settings.auth0_spa_client_id,
        authorization_endpoint=f"{login}authorize",
        token_endpoint=f"{login}oauth/token",
        fetch=fetch,
    )


def _embedded(issuer: Issuer) -> IssuerConfig:
    return IssuerConfig(
        issuers=(issuer.url,),
        audience=issuer.audience,
        spa_client_id=issuer.spa_client_id,
        authorization_endpoint=issuer.authorization_endpoint,
        token_endpoint=issuer.token_endpoint,
        fetch=issuer.fetch,
    )
