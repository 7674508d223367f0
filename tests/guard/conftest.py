"""The app as a tenant's API, a clock that moves when a test says so, and an issuer of bytes."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from joserfc.jwk import RSAKey

from api.app import create_app
from api.guard.fetch import FetchError
from api.settings import Settings
from tests.support.tenant import AUDIENCE, Tenant

ISSUER = "https://issuer.example/"
DISCOVERY = f"{ISSUER}.well-known/openid-configuration"
JWKS = f"{ISSUER}keys"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Documents:
    """A fetch that answers from memory. requests: the addresses asked for so far.

    A test may change `jwks` and `discovery`; None stands for an issuer that is down.
    """

    def __init__(self, *jwks: Any) -> None:
        self.discovery: Any = {"issuer": ISSUER, "jwks_uri": JWKS}
        self.jwks: Any = {"keys": list(jwks)}
        self.requests: list[str] = []

    def __call__(self, url: str) -> bytes:
        self.requests.append(url)
        found = {DISCOVERY: self.discovery, JWKS: self.jwks}[url]
        if found is None:
            raise FetchError(f"{url} is down")
        return found if isinstance(found, bytes) else json.dumps(found).encode()

    @property
    def fetches(self) -> int:
        """How many times the issuer was asked, whatever came of it."""
        return self.requests.count(DISCOVERY)


@pytest.fixture
def clock() -> Clock:
    return Clock(1_000_000.0)


@pytest.fixture(scope="session")
def key() -> RSAKey:
    return RSAKey.generate_key(2048)


@pytest.fixture(scope="session")
def jwk(key: RSAKey) -> Callable[..., dict[str, Any]]:
    """`jwk("a", alg=None)`: the key as published under a kid; a change to None leaves one out."""
    public = key.as_dict(private=False)

    def published(kid: str | None, **changes: Any) -> dict[str, Any]:
        members = {**public, "kid": kid, "use": "sig", "alg": "RS256"} | changes
        return {name: value for name, value in members.items() if value is not None}

    return published


@pytest.fixture
def app(tenant: Tenant) -> Flask:
    """The API of `tenant`, which it asks for its keys without a socket."""
    return app_of(tenant)


def app_of(tenant: Tenant, audience: str = AUDIENCE, **changes: Any) -> Flask:
    settings = Settings(auth0_domain=(tenant.domain,), auth0_audience=audience)
    fetch = {"fetch": lambda url: tenant.documents[urlsplit(url).path]}
    return create_app(settings, **(fetch | changes))
