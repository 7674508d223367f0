"""The issuer's documents, read: OIDC discovery, then the JWKS (RFC 7517) that it names."""

from collections.abc import Mapping
from typing import Any

from joserfc.jwk import RSAKey

from api.core import strictjson
from api.core.guard.fetch import Fetch, FetchError, one_fetch
from api.core.guard.jwk import MIN_BITS, public_key

Keys = Mapping[str, RSAKey]


def load(issuer: str, fetch: Fetch) -> Keys:
    """The signing keys of `issuer` by kid, as it publishes them now.

    Two documents, in the time of one fetch (api.core.guard.fetch). Raises FetchError with
    the reason.
    """
    with one_fetch():
        return _read_keys(_get(_jwks_uri(issuer, fetch), fetch))


def _jwks_uri(issuer: str, fetch: Fetch) -> str:
    document = _get(f"{issuer}.well-known/openid-configuration", fetch)
    if document.get("issuer") != issuer:
        raise FetchError("the discovery document names another issuer", "foreign-issuer")
    uri = document.get("jwks_uri")
    scheme = issuer.partition("://")[0]
    if not isinstance(uri, str) or not uri.startswith(f"{scheme}://"):
        raise FetchError(f"the discovery document has no jwks_uri of scheme {scheme}", "no-keys")
    return uri


def _get(url: str, fetch: Fetch) -> dict[str, Any]:
    try:
        document = strictjson.loads(fetch(url))
    except ValueError as error:
        raise FetchError(f"{url} is not JSON: {error}", "malformed") from None
    if not isinstance(document, dict):
        raise FetchError(f"{url} is not a JSON object", "malformed")
    return document


def _read_keys(document: dict[str, Any]) -> Keys:
    listed = document.get("keys")
    keys: dict[str, RSAKey] = {}
    for jwk in listed if isinstance(listed, list) else []:
        key = _read_key(jwk)
        if key is not None:
            keys.setdefault(jwk["kid"], key)
    # A good set is never traded for an empty one: that is an issuer's mishap, not its will.
    if not keys:
        text = f"the key set holds no RSA signing key for RS256 of {MIN_BITS} bits or more"
        raise FetchError(text, "no-keys")
    return keys


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
