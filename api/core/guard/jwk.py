"""A public key as a JWK (RFC 7517): the issuer's own, or the one that a proof brings."""

from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from api.core.guard import base64url

PublicKey = RSAKey | ECKey | OKPKey

# RFC 7518 section 3.3.
MIN_BITS = 2048

_PUBLIC_MEMBERS = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}


def public_key(jwk: dict[str, Any]) -> PublicKey:
    """Return the public half of a key. Members that it does not need are left out.

    :raises ValueError: it lacks a member, is no key, or is an RSA key of less than MIN_BITS
    """
    try:
        return _import(jwk)
    except (JoseError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("it is no public key") from error


def _import(jwk: dict[str, Any]) -> PublicKey:
    members = {name: jwk[name] for name in ("kty", *_PUBLIC_MEMBERS[jwk["kty"]])}
    # Measured before it is imported: joserfc would warn of a short key, and accept it.
    if members["kty"] == "RSA" and _bits(members["n"]) < MIN_BITS:
        raise ValueError(f"the key is shorter than {MIN_BITS} bits")
    key = JWKRegistry.import_key(members)
    # Some faults of a key come to light only where it is used.
    key.thumbprint()
    return key  # type: ignore[return-value]


def _bits(number: str) -> int:
    return int.from_bytes(base64url.decode(number), "big").bit_length()
