"""alg, crit, typ and kid, and keys that a token brings along (RFC 8725 section 3)."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.core.guard.corpus.building import ABSENT, ago
from tests.core.guard.corpus.case import Case, Token, foreign_key, header, invalid_token, of_kid
from tests.core.support.tenant import Tenant, compact, encode, sign

Sign = Callable[[Tenant, bytes], bytes]


def _signed_otherwise(alg: str, sign: Sign) -> Token:
    """A token that is what its header says: signed by another algorithm."""

    def token(tenant: Tenant) -> str:
        return compact(tenant.header(alg=alg), tenant.claims(), lambda data: sign(tenant, data))

    return token


def _with_secret(secret: Callable[[Tenant], bytes], digest: str = "sha256") -> Sign:
    return lambda tenant, data: hmac.digest(secret(tenant), data, digest)


def _pem(tenant: Tenant) -> bytes:
    return tenant.key.as_pem(private=False)


def _modulus(tenant: Tenant) -> bytes:
    return str(tenant.key.as_dict(private=False)["n"]).encode()


def _jwk(tenant: Tenant) -> bytes:
    return json.dumps(tenant.key.as_dict(private=False)).encode()


def _rsa(scheme: padding.AsymmetricPadding, digest: hashes.HashAlgorithm) -> Sign:
    def sign(tenant: Tenant, data: bytes) -> bytes:
        private_key = tenant.key.private_key
        assert private_key
        return private_key.sign(data, scheme, digest)

    return sign


def _es256(_: Tenant, data: bytes) -> bytes:
    made = ec.generate_private_key(ec.SECP256R1()).sign(data, ec.ECDSA(hashes.SHA256()))
    return b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(made))


def _eddsa(_: Tenant, data: bytes) -> bytes:
    return ed25519.Ed25519PrivateKey.generate().sign(data)


_PKCS1 = padding.PKCS1v15()
_PSS = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)

_ALG = {
    "alg none, unsigned": _signed_otherwise("none", lambda *_: b""),
    "alg None, unsigned": _signed_otherwise("None", lambda *_: b""),
    "alg nOnE, unsigned": _signed_otherwise("nOnE", lambda *_: b""),
    "alg NONE, unsigned": _signed_otherwise("NONE", lambda *_: b""),
    "alg empty, unsigned": _signed_otherwise("", lambda *_: b""),
    "alg none, signed": header(alg="none"),
    "alg HS256, the public key's PEM as secret": _signed_otherwise("HS256", _with_secret(_pem)),
    "alg HS256, the JWK's n as secret": _signed_otherwise("HS256", _with_secret(_modulus)),
    "alg HS256, the JWK as secret": _signed_otherwise("HS256", _with_secret(_jwk)),
    "alg HS256, no secret": _signed_otherwise("HS256", _with_secret(lambda _: b"")),
    "alg HS384, the public key's PEM as secret": _signed_otherwise(
        "HS384", _with_secret(_pem, "sha384")
    ),
    "alg HS512, the public key's PEM as secret": _signed_otherwise(
        "HS512", _with_secret(_pem, "sha512")
    ),
    "alg RS384": _signed_otherwise("RS384", _rsa(_PKCS1, hashes.SHA384())),
    "alg RS512": _signed_otherwise("RS512", _rsa(_PKCS1, hashes.SHA512())),
    "alg RS1": _signed_otherwise("RS1", _rsa(_PKCS1, hashes.SHA256())),
    "alg PS256": _signed_otherwise("PS256", _rsa(_PSS, hashes.SHA256())),
    "alg ES256": _signed_otherwise("ES256", _es256),
    "alg EdDSA": _signed_otherwise("EdDSA", _eddsa),
    "alg RSA-OAEP": header(alg="RSA-OAEP"),
    "alg rs256": header(alg="rs256"),
    "alg with a blank": header(alg="RS256 "),
    "alg with a NUL": header(alg="RS256\0"),
    "alg of full-width letters": header(alg="\uff32\uff33\uff12\uff15\uff16"),
    "alg a list": header(alg=["RS256"]),
    "alg an object": header(alg={"RS256": "RS256"}),
    "alg a number": header(alg=256),
    "alg true": header(alg=True),
    "alg null": header(alg=None),
    "alg missing": header(alg=ABSENT),
    "alg in capitals as a name": header(alg=ABSENT, ALG="RS256"),
    "empty header": lambda tenant: sign({}, tenant.claims(), tenant.key),
}

_CRIT = {
    "crit of an unknown extension": header(crit=["exp-9"], **{"exp-9": True}),
    "crit of b64": header(crit=["b64"], b64=True),
    "crit of a known member": header(crit=["kid"]),
    "crit of an absent member": header(crit=["x"]),
    "crit an empty list": header(crit=[]),
    "crit a list of numbers": header(crit=[1]),
    "crit a string": header(crit="b64"),
    "crit an object": header(crit={}),
    "crit null": header(crit=None),
    "crit 1": header(crit=1),
    "crit false": header(crit=False),
}

_TYP = {
    "typ of an ID token for logout": header(typ="logout+jwt"),
    "typ of a DPoP proof": header(typ="dpop+jwt"),
    "typ of a client assertion": header(typ="client-authentication+jwt"),
    "typ of a request object": header(typ="application/oauth-authz-req+jwt"),
    "typ of a security event": header(typ="secevent+jwt"),
    "typ JWE": header(typ="JWE"),
    "typ JOSE": header(typ="JOSE"),
    "typ prefixed twice": header(typ="application/application/jwt"),
    "typ of another type's prefix": header(typ="text/at+jwt"),
    "typ with a parameter": header(typ="at+jwt; charset=utf-8"),
    "typ with blanks": header(typ=" JWT "),
    "typ with a suffix": header(typ="JWTx"),
    "typ empty": header(typ=""),
    "typ a list": header(typ=["JWT"]),
    "typ an object": header(typ={}),
    "typ a number": header(typ=1),
    "typ null": header(typ=None),
}

_KID = {
    "kid missing": header(kid=ABSENT),
    "kid null": header(kid=None),
    "kid a number": header(kid=1),
    "kid true": header(kid=True),
    "kid a list": header(kid=["tenant-1"]),
    "kid an object": header(kid={"kid": "tenant-1"}),
    "kid empty": of_kid(""),
    "kid unknown": of_kid("tenant-2"),
    "kid unknown, iat missing": of_kid("tenant-2", iat=None),
    "kid unknown, iat negative": of_kid("tenant-2", iat=-1),
    "kid unknown, iat a negative integer of 400 digits": of_kid("tenant-2", iat=-(10**400)),
    "kid unknown, iat an integer of 400 digits": of_kid("tenant-2", iat=10**400),
    "kid unknown, iat true": of_kid("tenant-2", iat=True),
    "kid unknown, iat a string": of_kid("tenant-2", iat="0"),
    "kid unknown, iat infinite": of_kid("tenant-2", iat=float("inf")),
    "kid in capitals": of_kid("TENANT-1"),
    "kid with a blank": of_kid("tenant-1 "),
    "kid with a NUL": of_kid("tenant-1\0.pem"),
    "kid with a line break": of_kid("tenant-1\r\nSet-Cookie: a=b"),
    "kid that traverses paths": of_kid("../../../../dev/null"),
    "kid a URL": of_kid("https://attacker.example/jwks.json"),
    "kid of SQL": of_kid("' UNION SELECT 'secret' --"),
    "kid of shell": of_kid("$(id)|`id`"),
    "kid of format characters": of_kid("%s%n{0}{self}"),
    "kid with quotes and backslash": of_kid('"\\", error="none'),
    "kid very long": of_kid("k" * 8000),
    "kid not ASCII": of_kid("schlüssel-\N{KEY}"),
    "kid of the thumbprint": lambda tenant: of_kid(tenant.key.thumbprint())(tenant),
}


def _bringing(**members: Callable[[], object]) -> Token:
    """A token of a foreign key whose header says where to find that key."""
    return lambda tenant: sign(
        tenant.header(**{name: value() for name, value in members.items()}),
        tenant.claims(iat=ago(3600)(tenant)),
        foreign_key(),
    )


def _foreign_jwk() -> Mapping[str, object]:
    return foreign_key().as_dict(private=False)


_BROUGHT = {
    "jwk of the key that signed": _bringing(jwk=_foreign_jwk),
    "jku of a foreign key set": _bringing(jku=lambda: "https://attacker.example/jwks.json"),
    "x5u of a foreign certificate": _bringing(x5u=lambda: "https://attacker.example/cert.pem"),
    "x5c of a foreign certificate": _bringing(x5c=lambda: ["MIIB"]),
    "x5t of a foreign certificate": _bringing(
        x5t=lambda: encode(hashlib.sha1(b"MIIB", usedforsecurity=False).digest())
    ),
}

_BROUGHT_UNDER_A_KID = {
    "jwk and its kid": _bringing(jwk=_foreign_jwk, kid=lambda: "attacker-1"),
    "jku and its kid": _bringing(
        jku=lambda: "https://attacker.example/jwks.json", kid=lambda: "attacker-1"
    ),
}

HEADERS: list[Case] = [
    *invalid_token("alg: ", _ALG),
    *invalid_token("crit: ", _CRIT),
    *invalid_token("typ: ", _TYP),
    *invalid_token("key: ", _KID | _BROUGHT_UNDER_A_KID),
    *invalid_token("signature: ", _BROUGHT),
]
