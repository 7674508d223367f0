"""A public key as a JWK, and the base64url that its numbers are written in."""

import warnings
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from joserfc.jwk import ECKey, OKPKey, RSAKey

from api.core.guard import base64url
from api.core.guard.jwk import public_key
from tests.core.support.tenant import encode

KEYS = (
    ECKey.generate_key("P-256"),
    OKPKey.generate_key("Ed25519"),
    RSAKey.generate_key(2048),
)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.key_type)
def test_only_the_public_half_is_read(key: RSAKey | ECKey | OKPKey) -> None:
    """A JWK is read as its public key, without private or unknown members."""
    others: dict[str, Any] = {"use": 5, "kid": [], "x5c": {}}
    read = public_key(key.as_dict(private=True) | others)
    assert read.as_dict(private=False) == key.as_dict(private=False)
    assert not read.is_private


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.key_type)
@pytest.mark.parametrize("value", [None, 5, [], {}, "", "!", "AA="], ids=repr)
def test_a_member_of_another_form_is_refused(key: RSAKey | ECKey | OKPKey, value: Any) -> None:
    """A JWK with a member of another form is refused with a ValueError."""
    jwk = key.as_dict(private=False)
    for name in jwk.keys() - {"kid"}:
        with pytest.raises(ValueError):  # noqa: PT011
            public_key(jwk | {name: value})


@pytest.mark.parametrize("bits", [1024, 2047])
def test_a_short_key_is_refused_without_a_warning(bits: int) -> None:
    """An RSA key of less than 2048 bits is refused, and no client can fill a log with warnings of
    it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        private = generate_private_key(65537, bits)
        jwk = RSAKey(private, private).as_dict(private=False)
    with pytest.raises(ValueError, match="shorter than 2048 bits"):
        public_key(jwk)


@pytest.mark.parametrize("data", [b"", b"a", b"ab", b"abc", bytes(range(256))])
def test_base64url_is_read(data: bytes) -> None:
    """base64url without padding is read back as the bytes that were written."""
    assert base64url.decode(encode(data)) == data


@pytest.mark.parametrize("text", ["A", "AB", "AA=", "A A", "+/", "é30", "e3\n0"])
def test_another_spelling_is_refused(text: str) -> None:
    """Bytes have one spelling: padding, other letters and bits left over are refused."""
    with pytest.raises(ValueError):  # noqa: PT011
        base64url.decode(text)
