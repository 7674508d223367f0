"""The issuer's documents: OIDC discovery, then the JWKS (RFC 7517) that it names."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from joserfc.jwk import RSAKey

from api.core import strictjson
from api.core.guard.fetch import SECONDS, Deadline, Fetch, FetchError
from api.core.guard.jwk import MIN_BITS, public_key

Keys = Mapping[str, RSAKey]
"""Signing keys by their kid."""


class PublishedKeys(NamedTuple):
    """What a JWKS holds.

    :param keys: the keys that may verify an access token
    :param ignored: how many others there are: of another kind, use or algorithm, or too short
    """

    keys: Keys
    ignored: int


class ForeignIssuer(FetchError):
    """The discovery document is another issuer's.

    :param named: what it has for `issuer`
    """

    def __init__(self, named: Any) -> None:
        super().__init__("the discovery document names another issuer", "foreign-issuer")
        self.named = named


def load(issuer: str, fetch: Fetch) -> Keys:
    """Return the signing keys that an issuer publishes now. Its two documents share one time limit.

    :param fetch: returns the body of an address
    :raises FetchError: a document cannot be had, or is of no use; the text says why
    """
    deadline = Deadline(SECONDS)
    discovery = fetch(discovery_url(issuer), deadline.seconds_left())
    jwks_uri = read_discovery(issuer, discovery)
    return read_keys(jwks_uri, fetch(jwks_uri, deadline.seconds_left())).keys


def discovery_url(issuer: str) -> str:
    """Return the address of an issuer's discovery document."""
    return f"{issuer}.well-known/openid-configuration"


def read_discovery(issuer: str, body: bytes) -> str:
    """Return the address of the JWKS.

    :param body: the discovery document of that issuer
    :raises FetchError: the document is another issuer's, or names no address of its scheme
    """
    document = _object(discovery_url(issuer), body)
    if document.get("issuer") != issuer:
        raise ForeignIssuer(document.get("issuer"))
    uri = document.get("jwks_uri")
    scheme = issuer.partition("://")[0]
    if not isinstance(uri, str) or not uri.startswith(f"{scheme}://"):
        raise FetchError(f"the discovery document has no jwks_uri of scheme {scheme}", "no-keys")
    return uri


def read_keys(jwks_uri: str, body: bytes) -> PublishedKeys:
    """Return the keys of a JWKS.

    :param jwks_uri: the address that it came from
    :param body: the JWKS
    :raises FetchError: it holds no key that may verify an access token
    """
    listed = _object(jwks_uri, body).get("keys")
    jwks = listed if isinstance(listed, list) else []
    keys: dict[str, RSAKey] = {}
    for jwk in jwks:
        key = _read_key(jwk)
        if key is not None:
            keys.setdefault(jwk["kid"], key)
    # A good set is never traded for an empty one: that is an issuer's mishap, not its will.
    if not keys:
        text = f"the key set holds no RSA signing key for RS256 of {MIN_BITS} bits or more"
        raise FetchError(text, "no-keys")
    return PublishedKeys(keys, len(jwks) - len(keys))


def _object(url: str, body: bytes) -> dict[str, Any]:
    try:
        document = strictjson.loads(body)
    except ValueError as error:
        raise FetchError(f"{url} is not JSON: {error}", "malformed") from None
    if not isinstance(document, dict):
        raise FetchError(f"{url} is not a JSON object", "malformed")
    return document


def _read_key(jwk: Any) -> RSAKey | None:
    """A key that may verify RS256, or None: one bad key must not cost the others."""
    if not isinstance(jwk, dict) or jwk.get("kty") != "RSA" or not isinstance(jwk.get("kid"), str):
        return None
    if jwk.get("use", "sig") != "sig" or jwk.get("alg", "RS256") != "RS256":
        return None
    try:
        key = public_key(jwk)
    except ValueError:
        return None
    return key if isinstance(key, RSAKey) else None
