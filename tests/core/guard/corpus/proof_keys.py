"""typ, alg, crit, the jwk that a proof brings, and its signature (checks 4 to 7)."""

import hmac
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from tests.core.guard.corpus.building import ABSENT
from tests.core.guard.corpus.proof_case import (
    CLIENT,
    EDWARDS,
    RSA,
    STRANGER,
    URL,
    Proof,
    ProofCase,
    good,
    header,
    parts,
    refused,
)
from tests.core.support.dpop import ClientKey, proof_claims, proof_header
from tests.core.support.tenant import as_json, compact, encode


def _signed_otherwise(
    alg: Any, sign: Callable[[bytes], bytes], jwk: dict[str, Any] | None = None
) -> Proof:
    """A proof that is what its header says: signed by another algorithm."""

    def made(token: str) -> str:
        members = proof_header(CLIENT, alg=alg, jwk=jwk or CLIENT.jwk)
        return compact(members, proof_claims("GET", URL, token), sign)

    return made


def _hs256(data: bytes) -> bytes:
    return hmac.digest(CLIENT.key.as_pem(private=False), data, "sha256")


def _hs256_of_jwk(data: bytes) -> bytes:
    return hmac.digest(as_json(CLIENT.jwk), data, "sha256")


def _rs384(data: bytes) -> bytes:
    signature: bytes = RSA.key.private_key.sign(data, padding.PKCS1v15(), hashes.SHA384())
    return signature


def _ps256(data: bytes) -> bytes:
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    signature: bytes = RSA.key.private_key.sign(data, scheme, hashes.SHA256())
    return signature


def _der(data: bytes) -> bytes:
    """An ECDSA signature as X.509 has it, not as RFC 7518 section 3.4 does."""
    raw = CLIENT.sign(data)
    return encode_dss_signature(*(int.from_bytes(half, "big") for half in (raw[:32], raw[32:])))


def _swapped(data: bytes) -> bytes:
    raw = CLIENT.sign(data)
    return raw[32:] + raw[:32]


_1024_BITS = RSAKey.binding.generate_private_key(1024)
# Not by RSAKey.generate_key, which warns of such a key.
_WEAK = ClientKey("RS256", RSAKey(_1024_BITS, _1024_BITS))

_TYP = {
    "typ missing": header(typ=ABSENT),
    "typ null": header(typ=None),
    "typ JWT": header(typ="JWT"),
    "typ at+jwt": header(typ="at+jwt"),
    "typ dpop": header(typ="dpop"),
    "typ dpop-jwt": header(typ="dpop-jwt"),
    "typ with a blank": header(typ="dpop+jwt "),
    "typ with a suffix": header(typ="dpop+jwt2"),
    "typ prefixed twice": header(typ="application/application/dpop+jwt"),
    "typ of another type's prefix": header(typ="text/dpop+jwt"),
    "typ a number": header(typ=1),
    "typ a list": header(typ=["dpop+jwt"]),
    "typ an object": header(typ={"dpop+jwt": 1}),
}

_ALG = {
    "alg none, unsigned": _signed_otherwise("none", lambda _: b""),
    "alg None, unsigned": _signed_otherwise("None", lambda _: b""),
    "alg empty, unsigned": _signed_otherwise("", lambda _: b""),
    "alg none, signed": header(alg="none"),
    "alg HS256, the public key's PEM as secret": _signed_otherwise("HS256", _hs256),
    "alg HS256, the JWK as secret": _signed_otherwise("HS256", _hs256_of_jwk),
    "alg PS256": _signed_otherwise("PS256", _ps256, RSA.jwk),
    "alg RS384": _signed_otherwise("RS384", _rs384, RSA.jwk),
    "alg ES384": header(alg="ES384"),
    "alg ES256K": header(alg="ES256K"),
    "alg es256": header(alg="es256"),
    "alg Ed448": header(EDWARDS, alg="Ed448"),
    "alg with a blank": header(alg="ES256 "),
    "alg missing": header(alg=ABSENT),
    "alg null": header(alg=None),
    "alg a number": header(alg=256),
    "alg true": header(alg=True),
    "alg a list": header(alg=["ES256"]),
    "alg an object": header(alg={"ES256": "ES256"}),
}

_CRIT = {
    "crit of an unknown extension": header(crit=["exp-9"], **{"exp-9": True}),
    "crit of b64": header(crit=["b64"], b64=True),
    "crit an empty list": header(crit=[]),
    "crit null": header(crit=None),
}


def _with(**members: Any) -> Proof:
    """The client's jwk with members changed or added."""
    return header(jwk=CLIENT.jwk | members)


def _without(name: str) -> Proof:
    return header(jwk={kept: value for kept, value in CLIENT.jwk.items() if kept != name})


def _of(key: Any, alg: str, *, private: bool = False) -> Proof:
    """A proof whose jwk is of another kind."""
    return header(alg=alg, jwk=key.as_dict(private=private))


def _rsa_with(**members: Any) -> Proof:
    return header(RSA, jwk=RSA.jwk | members)


_JWK = {
    "jwk missing": header(jwk=ABSENT),
    "jwk missing, kid instead": header(jwk=ABSENT, kid=CLIENT.jkt),
    "jwk missing, jku instead": header(jwk=ABSENT, jku="https://attacker.example/jwks"),
    "jwk null": header(jwk=None),
    "jwk a string": header(jwk=as_json(CLIENT.jwk).decode()),
    "jwk a list": header(jwk=[CLIENT.jwk]),
    "jwk a key set": header(jwk={"keys": [CLIENT.jwk]}),
    "jwk empty": header(jwk={}),
    "jwk private": _of(CLIENT.key, "ES256", private=True),
    "jwk private, EdDSA": header(EDWARDS, jwk=EDWARDS.key.as_dict(private=True)),
    "jwk private, RSA": header(RSA, jwk=RSA.key.as_dict(private=True)),
    **{
        f"jwk with {name}": _with(**{name: "AQAB"})
        for name in ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
    },
    "jwk with d of null": _with(d=None),
    "jwk a secret": _of(OctKey.generate_key(256), "HS256", private=True),
    "jwk a secret without its value": header(jwk={"kty": "oct"}),
    "jwk P-384": _of(ECKey.generate_key("P-384"), "ES384"),
    "jwk P-384 that says ES256": _of(ECKey.generate_key("P-384"), "ES256"),
    "jwk P-521": _of(ECKey.generate_key("P-521"), "ES512"),
    "jwk X25519": _of(OKPKey.generate_key("X25519"), "EdDSA"),
    "jwk Ed448": _of(OKPKey.generate_key("Ed448"), "EdDSA"),
    "jwk RSA of 1024 bits": header(_WEAK),
    "jwk RSA with e of 1": _rsa_with(e="AQ"),
    "jwk RSA with e even": _rsa_with(e="Ag"),
    "jwk RSA with e a number": _rsa_with(e=65537),
    "jwk RSA with n empty": _rsa_with(n=""),
    "jwk RSA with n a list": _rsa_with(n=["AQAB"]),
    "jwk RSA on a curve": _rsa_with(crv="P-256"),
    "jwk off the curve": _with(y=CLIENT.jwk["x"]),
    "jwk at infinity": _with(x="AA", y="AA"),
    "jwk over the field": _with(x="_" * 43),
    "jwk of 4000 letters": _with(x="A" * 4000),
    "jwk with x missing": _without("x"),
    "jwk with y missing": _without("y"),
    "jwk with crv missing": _without("crv"),
    "jwk with kty missing": _without("kty"),
    "jwk with x a number": _with(x=5),
    "jwk with x null": _with(x=None),
    "jwk with x empty": _with(x=""),
    "jwk with x not ASCII": _with(x="ü" * 32),
    "jwk with kty in small letters": _with(kty="ec"),
    "jwk with kty OKP": _with(kty="OKP"),
    "jwk with kty a number": _with(kty=2),
    "jwk with kty a list": _with(kty=["EC"]),
    "jwk with kty an object": _with(kty={"EC": 1}),
    "jwk with crv a list": _with(crv=["P-256"]),
    "jwk with crv an object": _with(crv={}),
    "jwk Ed25519, too short": header(EDWARDS, jwk=EDWARDS.jwk | {"x": "AAAA"}),
    "the access token as proof": lambda token: token,
}


def _spoilt(token: str) -> str:
    """A good proof whose claims were changed after it was signed."""
    head, _, signature = good(token).split(".")
    return f"{head}.{encode(as_json(proof_claims('POST', URL, token)))}.{signature}"


_SIGNATURE = {
    "signature stripped": parts(lambda head, payload, _: f"{head}.{payload}."),
    "signature of zeros": parts(lambda head, payload, _: f"{head}.{payload}.{'A' * 86}"),
    "signature of one byte": parts(lambda head, payload, _: f"{head}.{payload}.AA"),
    "signature of a kilobyte": parts(lambda head, payload, _: f"{head}.{payload}.{'A' * 1024}"),
    "signature of another key": header(STRANGER, jwk=CLIENT.jwk),
    "signature of other claims": _spoilt,
    "signature in DER": _signed_otherwise("ES256", _der),
    "signature with r and s swapped": _signed_otherwise("ES256", _swapped),
    "signature of another proof": lambda token: (
        f"{good(token).rpartition('.')[0]}.{good(token).rpartition('.')[2]}"
    ),
    "ES256 with an RSA jwk": header(jwk=RSA.jwk),
    "RS256 with an EC jwk": header(RSA, jwk=CLIENT.jwk),
    "EdDSA with an EC jwk": header(EDWARDS, jwk=CLIENT.jwk),
    "ES256 with an Ed25519 jwk": header(jwk=EDWARDS.jwk),
    "RS256 by a modulus of 20000 bits": header(
        RSA, jwk=RSA.jwk | {"n": encode(b"\x80" + bytes(2498) + b"\1")}
    ),
    "RS256 by an exponent of 2040 bits": header(
        RSA, jwk=RSA.jwk | {"e": encode(b"\x80" + bytes(253) + b"\1")}
    ),
}

_ANOTHER_KEY = {
    "key of somebody else": header(STRANGER),
    "key of somebody else, of another kind": header(EDWARDS),
    "key of somebody else under the right kid": header(ClientKey(), kid=CLIENT.jkt),
}

KEYS: list[ProofCase] = [
    *refused("typ: ", _TYP),
    *refused("alg: ", _ALG),
    *refused("crit: ", _CRIT),
    *refused("jwk: ", _JWK),
    *refused("signature: ", _SIGNATURE),
    *refused("jkt: ", _ANOTHER_KEY),
]
