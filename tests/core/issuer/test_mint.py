"""Tokens for tests and for the command line."""

import json
from typing import Any

import pytest
from joserfc import jws

from api.core.issuer import EmbeddedIssuer
from tests.core.issuer.browser import AUDIENCE, URL, claims_of

DEFAULT = {
    "iss": URL,
    "sub": "auth0|developer",
    "aud": AUDIENCE,
    "iat": 1_800_000_000,
    "exp": 1_800_086_400,
    "azp": "embedded-spa",
}


@pytest.mark.parametrize(
    ("arguments", "changed"),
    [
        ({}, {}),
        ({"scope": "read:messages"}, {"scope": "read:messages"}),
        ({"subject": "auth0|ada"}, {"sub": "auth0|ada"}),
        ({"subject": ""}, {"sub": ""}),
        ({"expires_in": 5}, {"exp": 1_800_000_005}),
        ({"expires_in": -5}, {"exp": 1_799_999_995}),
        ({"aud": ["a", "b"]}, {"aud": ["a", "b"]}),
        ({"exp": 1.5}, {"exp": 1.5}),
        ({"permissions": ["read:messages"]}, {"permissions": ["read:messages"]}),
    ],
)
def test_claims(issuer: EmbeddedIssuer, arguments: dict[str, Any], changed: dict[str, Any]) -> None:
    """Claims that are given override the default profile or add to it."""
    assert claims_of(issuer, issuer.mint(**arguments)) == DEFAULT | changed


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "iat", "exp", "azp"])
def test_none_removes(issuer: EmbeddedIssuer, name: str) -> None:
    """A claim that is given as None is left out."""
    removed: dict[str, Any] = {name: None}
    assert name not in claims_of(issuer, issuer.mint(**removed))


def test_header(issuer: EmbeddedIssuer) -> None:
    """The header has the algorithm, the type and the key, and nothing else."""
    [key] = json.loads(issuer.fetch(issuer.jwks_uri))["keys"]
    header = jws.extract_compact(issuer.mint().encode()).headers()
    assert header == {"alg": "RS256", "typ": "JWT", "kid": key["kid"]}


def test_times_are_integers(issuer: EmbeddedIssuer) -> None:
    """iat and exp are integers, although the clock is not."""
    claims = claims_of(issuer, issuer.mint())
    assert {type(claims["iat"]), type(claims["exp"])} == {int}
