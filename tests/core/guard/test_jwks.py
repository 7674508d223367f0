"""The issuer's documents: which keys count, and which documents are refused."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from joserfc.jwk import ECKey, OctKey, RSAKey

from api.core.guard.fetch import FetchError
from api.core.guard.jwks import load
from tests.core.guard.doubles import DISCOVERY, ISSUER, JWKS, Documents

Jwk = Callable[..., dict[str, Any]]


@pytest.fixture
def documents(jwk: Jwk) -> Documents:
    return Documents(jwk("a"))


@pytest.mark.parametrize(
    ("jwks", "reason"),
    [
        ({"keys": []}, "no RSA signing key"),
        ({"keys": {}}, "no RSA signing key"),
        ({"keys": None}, "no RSA signing key"),
        ({}, "no RSA signing key"),
        ([], "is not a JSON object"),
        (b"", "is not JSON"),
        (b"<html>", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b'{"keys": [], "keys": []}', "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_broken_jwks(documents: Documents, jwks: Any, reason: str) -> None:
    """A JWKS without a usable key is refused, with the reason."""
    documents.jwks = jwks
    with pytest.raises(FetchError, match=reason):
        load(ISSUER, documents)


@pytest.mark.parametrize(
    ("discovery", "reason"),
    [
        ({"jwks_uri": JWKS}, "another issuer"),
        ({"issuer": ISSUER[:-1], "jwks_uri": JWKS}, "another issuer"),
        ({"issuer": "https://evil.example/", "jwks_uri": JWKS}, "another issuer"),
        ({"issuer": [ISSUER], "jwks_uri": JWKS}, "another issuer"),
        ({"issuer": ISSUER}, "no jwks_uri"),
        ({"issuer": ISSUER, "jwks_uri": None}, "no jwks_uri"),
        ({"issuer": ISSUER, "jwks_uri": [JWKS]}, "no jwks_uri"),
        ({"issuer": ISSUER, "jwks_uri": JWKS.replace("https", "http")}, "no jwks_uri"),
        ({"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"}, "no jwks_uri"),
        ({"issuer": ISSUER, "jwks_uri": "/keys"}, "no jwks_uri"),
        ([], "is not a JSON object"),
        (b"not JSON", "is not JSON"),
    ],
)
def test_broken_discovery(documents: Documents, discovery: Any, reason: str) -> None:
    """A discovery document of another issuer, or without a jwks_uri over https, is refused."""
    documents.discovery = discovery
    with pytest.raises(FetchError, match=reason):
        load(ISSUER, documents)
    assert documents.requests == [DISCOVERY]


@pytest.mark.parametrize(
    "changes",
    [{}, {"use": None}, {"alg": None}, {"use": None, "alg": None}, {"x5c": ["MIIB"], "x": 1}],
    ids=str,
)
def test_good_keys(documents: Documents, jwk: Jwk, changes: dict[str, Any]) -> None:
    """A key may leave out use and alg, and may have further members."""
    documents.jwks = {"keys": [jwk("a", **changes)]}
    assert load(ISSUER, documents)["a"]


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "enc"},
        {"use": ""},
        {"use": 5},
        {"alg": "RS384"},
        {"alg": "PS256"},
        {"alg": "RSA-OAEP"},
        {"alg": ["RS256"]},
        {"kty": "EC"},
        {"kty": None},
        {"kid": None},
        {"kid": 5},
        {"n": None},
        {"n": ""},
        {"n": 5},
        {"n": "not base64!"},
        {"n": "AQAB"},
        {"n": ["AQAB"]},
        {"e": None},
        {"e": ""},
        {"e": 65537},
        {"e": "AA"},
        {"e": "AQ"},
        {"e": "Ag"},
        {"e": "!"},
    ],
    ids=str,
)
def test_bad_keys(documents: Documents, jwk: Jwk, changes: dict[str, Any]) -> None:
    """A key that cannot verify RS256 is ignored, and the other keys still count."""
    documents.jwks = {"keys": [jwk("bad") | changes, jwk("a")]}
    assert set(load(ISSUER, documents)) == {"a"}
    documents.jwks = {"keys": [{**jwk("a"), **changes}, jwk("b")]}
    assert set(load(ISSUER, documents)) == {"b"}


@pytest.mark.parametrize("name", ["kty", "kid", "n", "e"])
def test_member_is_missing(documents: Documents, jwk: Jwk, name: str) -> None:
    """A key that lacks a member is ignored."""
    lacking = jwk("bad")
    del lacking[name]
    documents.jwks = {"keys": [lacking, jwk("a")]}
    assert set(load(ISSUER, documents)) == {"a"}


def test_keys_of_other_kinds(documents: Documents, jwk: Jwk) -> None:
    """An entry that is not an RSA key, or no key at all, is ignored."""
    others = [
        ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"}).as_dict(private=False),
        OctKey.generate_key(256, {"kid": "oct"}).as_dict(),
        *(None, 5, "a", [], {}, [jwk("list")]),
    ]
    documents.jwks = {"keys": [*others, jwk("a")]}
    assert set(load(ISSUER, documents)) == {"a"}


@pytest.mark.filterwarnings("ignore:Key size:joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("bits", [1024, 2040, 2047])
def test_short_key(documents: Documents, jwk: Jwk, bits: int) -> None:
    """A key under 2048 bits is ignored (RFC 7518 section 3.3)."""
    private = generate_private_key(65537, bits)
    short = RSAKey(private, private, {"kid": "short"})
    documents.jwks = {"keys": [short.as_dict(private=False), jwk("a")]}
    assert set(load(ISSUER, documents)) == {"a"}


def test_kid_twice(documents: Documents, jwk: Jwk) -> None:
    """Of two keys with one kid, the first usable one is used."""
    documents.jwks = {"keys": [jwk("a", n="AQAB"), jwk("a"), jwk("a", e="Aw")]}
    assert load(ISSUER, documents)["a"].as_dict(private=False)["e"] == "AQAB"


def test_private_parts_are_dropped(documents: Documents, key: RSAKey) -> None:
    """A private key that an issuer publishes by mistake is kept as a public key."""
    documents.jwks = {"keys": [{**key.as_dict(private=True), "kid": "a"}]}
    assert load(ISSUER, documents)["a"].is_private is False
