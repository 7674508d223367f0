"""Signatures of others, of other content, and none at all (RFC 8725 section 3.3)."""

from tests.core.guard.corpus.case import Case, Token, foreign_key, invalid_token, parts
from tests.core.support.tenant import Tenant, encode, sign


def _of_another_token(tenant: Tenant) -> str:
    signing_input = tenant.token().rpartition(".")[0]
    return f"{signing_input}.{tenant.token(sub='auth0|bob').rpartition('.')[2]}"


def _under_other_claims(tenant: Tenant) -> str:
    header, _, signature = tenant.token(scope="openid").split(".")
    _, claims, _ = tenant.token(scope="admin:messages").split(".")
    return f"{header}.{claims}.{signature}"


def _under_another_header(tenant: Tenant) -> str:
    header = tenant.token({"typ": "at+jwt"}).partition(".")[0]
    return f"{header}.{tenant.token().partition('.')[2]}"


def _of_another_key(tenant: Tenant) -> str:
    return sign(tenant.header(), tenant.claims(), foreign_key())


def _over_bytes(tenant: Tenant) -> str:
    """Signed as if the payload were not encoded (RFC 7797)."""
    header, claims, _ = tenant.token().split(".")
    other = sign(tenant.header(b64=False), tenant.claims(), tenant.key)
    return f"{header}.{claims}.{other.rpartition('.')[2]}"


def _flipped(header: str, payload: str, signature: str) -> str:
    return f"{header}.{payload}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def _replaced(signature: bytes) -> Token:
    return parts(lambda header, payload, _: f"{header}.{payload}.{encode(signature)}")


SIGNATURES: list[Case] = [
    *invalid_token(
        "signature: ",
        {
            "signature stripped": _replaced(b""),
            "signature of one byte": _replaced(b"\0"),
            "signature of zeros": _replaced(bytes(256)),
            "signature of ones": _replaced(b"\xff" * 256),
            "signature of one": _replaced(bytes(255) + b"\1"),
            "signature of 255 bytes": parts(lambda *three: ".".join(three)[:-2]),
            "signature cut in half": parts(
                lambda header, payload, signature: f"{header}.{payload}.{signature[:172]}"
            ),
            "signature with bytes after it": parts(lambda *three: ".".join(three)[:-2] + "AAAA"),
            "signature twice": parts(
                lambda header, payload, signature: f"{header}.{payload}.{signature[:340] * 2}"
            ),
            "signature very long": _replaced(bytes(6000)),
            "signature with one letter changed": parts(_flipped),
            "signature the payload": parts(
                lambda header, payload, _: f"{header}.{payload}.{payload}"
            ),
            "signature of another key": _of_another_key,
            "signature of another token": _of_another_token,
            "signature of other claims": _under_other_claims,
            "signature of another header": _under_another_header,
            "signature of another encoding": _over_bytes,
        },
    )
]
