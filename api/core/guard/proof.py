"""A DPoP proof (RFC 9449): how it is read, what it must fit, and how it is remembered."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from api.core.guard import jws
from api.core.guard.jwk import PublicKey, public_key
from api.core.guard.jws import UnverifiedToken
from api.core.guard.problems import InvalidDPoPProof

LONGEST_PROOF = 8 * 1024

_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_KINDS = (("EC", "P-256"), ("OKP", "Ed25519"), ("RSA", None))


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What a proof must fit.

    :param method: the method of the request
    :param url: the address of the request, scheme://host[:port]/path
    :param token: the access token of the request
    :param jkt: the thumbprint of the key that the token is bound to (RFC 7638)
    :param now: seconds since the epoch
    """

    method: str
    url: str
    token: str = field(repr=False)
    jkt: str
    now: float


class Proof(NamedTuple):
    """A proof that has been read and not yet believed.

    :param jws: the proof itself
    :param key: the key that it brings, which need not be the one that signed it
    """

    jws: UnverifiedToken
    key: PublicKey


def read(text: str) -> Proof:
    """Take a proof apart.

    :param text: the value of the header DPoP
    :raises InvalidDPoPProof: it has not the form of a proof, or brings no key of a known kind
    """
    if len(text) > LONGEST_PROOF:
        raise InvalidDPoPProof(check="format", remedy="the proof is over 8 KiB; make a shorter one")
    try:
        unverified = jws.read(text)
    except jws.Unreadable:
        remedy = "send exactly one DPoP header with one signed JWT"
        raise InvalidDPoPProof(check="format", remedy=remedy) from None
    return Proof(unverified, _key(unverified.header.get("jwk")))


def fingerprint(proof: Proof) -> str:
    """Return what a proof is remembered by: its key and its jti, in a text of one length."""
    identity = f"{proof.key.thumbprint()}.{proof.jws.claims['jti']}"
    return hashlib.sha256(identity.encode()).hexdigest()


def _key(jwk: Any) -> PublicKey:
    unfit = InvalidDPoPProof(
        check="jwk", remedy="its header needs the public key, of EC P-256, OKP Ed25519 or RSA"
    )
    if not isinstance(jwk, dict) or _PRIVATE & jwk.keys():
        raise unfit
    # Not a set of kinds: what a client sends may be a list, which has no hash.
    if (jwk.get("kty"), jwk.get("crv")) not in _KINDS:
        raise unfit
    try:
        return public_key(jwk)
    except ValueError:
        raise unfit from None
