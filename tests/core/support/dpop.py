"""A client of DPoP (RFC 9449): its key, and proofs of any form."""

import hashlib
import itertools
import time
from collections.abc import Callable
from typing import Any

from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from tests.core.support.tenant import compact, encode

_KINDS: dict[str, Callable[[], Any]] = {
    "ES256": lambda: ECKey.generate_key("P-256"),
    "RS256": lambda: RSAKey.generate_key(2048),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519"),
}
_numbers = itertools.count(1)


class ClientKey:
    """A key that tokens are bound to. jwk: its public half. jkt: its thumbprint (RFC 7638)."""

    def __init__(self, alg: str = "ES256", key: ECKey | RSAKey | OKPKey | None = None) -> None:
        self.alg = alg
        self.key: Any = key or _KINDS[alg]()
        self.jwk = self.key.as_dict(private=False)
        self.jkt = self.key.thumbprint()

    def sign(self, data: bytes) -> bytes:
        return JWSRegistry.algorithms[self.alg].sign(data, self.key)

    @property
    def cnf(self) -> dict[str, str]:
        """The claim that binds a token to this key."""
        return {"jkt": self.jkt}


def proof_header(key: ClientKey, **changes: Any) -> dict[str, Any]:
    """The header of a good proof; a change to None leaves a member out."""
    return _changed({"typ": "dpop+jwt", "alg": key.alg, "jwk": key.jwk}, changes)


def proof_claims(method: str, url: str, token: str, **changes: Any) -> dict[str, Any]:
    """The claims of a good proof, with a jti of its own; a change to None leaves one out."""
    good = {
        "jti": f"proof-{next(_numbers)}",
        "htm": method,
        "htu": url,
        "iat": int(time.time()),
        "ath": ath(token),
    }
    return _changed(good, changes)


def proof(
    key: ClientKey,
    method: str,
    url: str,
    token: str,
    header: dict[str, Any] | None = None,
    **changes: Any,
) -> str:
    """A proof for one request, signed with `key`, with changes to its header and claims."""
    members = proof_header(key, **(header or {}))
    return signed(key, members, proof_claims(method, url, token, **changes))


def signed(key: ClientKey, header: Any, payload: Any) -> str:
    """A compact JWS that `key` signs, whatever the header says; bytes go in as they are."""
    return compact(header, payload, key.sign)


def ath(token: str) -> str:
    """The hash of an access token (RFC 9449 section 4.2)."""
    return encode(hashlib.sha256(token.encode()).digest())


def _changed(members: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (members | changes).items() if value is not None}
