"""What a DPoP proof must say: the table of its checks (RFC 9449 section 4.3)."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64encode

from api.core.guard.address import normalised
from api.core.guard.checks import Check
from api.core.guard.claims import is_number
from api.core.guard.proof import Proof, RequestContext
from api.core.text import shown

ALGORITHMS = ("ES256", "RS256", "EdDSA")
SECONDS_BACK = 300
SECONDS_AHEAD = 30
LONGEST_JTI = 256

# Not by JWSRegistry.get_alg, which warns of EdDSA: RFC 9864 renames it, and clients still say it.
_ALGORITHMS = {name: JWSRegistry.algorithms[name] for name in ALGORITHMS}

ProofCheck = Check[Proof, RequestContext]
ProofText = Callable[[Proof, RequestContext], str]


def is_proof(proof: Proof, _context: RequestContext) -> bool:
    """The type says that it is a proof, so that no other JWT can pass for one."""
    return str(proof.jws.header.get("typ")).lower().removeprefix("application/") == "dpop+jwt"


def is_signed(proof: Proof, _context: RequestContext) -> bool:
    """The signature verifies with the key that the proof brings."""
    alg = proof.jws.header.get("alg")
    if alg not in ALGORITHMS:
        return False
    try:
        _ALGORITHMS[alg].check_key(proof.key)
        return _ALGORITHMS[alg].verify(proof.jws.signing_input, proof.jws.signature, proof.key)
    except (JoseError, ValueError, TypeError):
        return False


def is_for_this_address(proof: Proof, context: RequestContext) -> bool:
    """The address is that of the request, in any of its spellings."""
    htu = proof.jws.claims.get("htu")
    return isinstance(htu, str) and normalised(htu) == normalised(context.url) is not None


def is_of_this_time(proof: Proof, context: RequestContext) -> bool:
    """The proof was made shortly before the request."""
    iat = proof.jws.claims.get("iat")
    return is_number(iat) and context.now - SECONDS_BACK <= iat <= context.now + SECONDS_AHEAD


def is_for_this_token(proof: Proof, context: RequestContext) -> bool:
    """The hash is that of the request's access token."""
    return _same(proof.jws.claims.get("ath"), token_hash(context))


def is_of_the_bound_key(proof: Proof, context: RequestContext) -> bool:
    """The key is the one that the access token is bound to."""
    return _same(proof.key.thumbprint(), context.jkt)


def has_an_id(proof: Proof, _context: RequestContext) -> bool:
    """The id is a text by which the proof can be remembered."""
    jti = proof.jws.claims.get("jti")
    return isinstance(jti, str) and 0 < len(jti) <= LONGEST_JTI


def token_hash(context: RequestContext) -> str:
    """Return what `ath` must be (RFC 9449 section 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(context.token.encode()).digest()).decode()


def _same(value: Any, expected: str) -> bool:
    return isinstance(value, str) and hmac.compare_digest(value.encode(), expected.encode())


def _header(name: str) -> ProofText:
    return lambda proof, _context: shown(proof.jws.header.get(name))


def _claim(name: str) -> ProofText:
    return lambda proof, _context: shown(proof.jws.claims.get(name))


CHECKS = (
    ProofCheck(
        "typ",
        source="RFC 9449 section 4.3, 4",
        passes=is_proof,
        found=_header("typ"),
        expected="dpop+jwt",
        remedy="its header needs typ dpop+jwt",
    ),
    ProofCheck(
        "alg",
        source="RFC 9449 section 4.3, 5",
        passes=lambda proof, _context: proof.jws.header.get("alg") in ALGORITHMS,
        found=_header("alg"),
        expected=" or ".join(ALGORITHMS),
        remedy=f"sign it with one of {' '.join(ALGORITHMS)}",
    ),
    ProofCheck(
        "crit",
        source="RFC 7515 section 4.1.11",
        passes=lambda proof, _context: "crit" not in proof.jws.header,
        found=_header("crit"),
        expected="absent",
        remedy="make it without crit",
    ),
    ProofCheck(
        "signature",
        source="RFC 9449 section 4.3, 6",
        passes=is_signed,
        found=lambda proof, context: "verifies" if is_signed(proof, context) else "does not verify",
        expected="made with the key in jwk",
        remedy="it does not verify with its own jwk",
    ),
    ProofCheck(
        "htm",
        source="RFC 9449 section 4.3, 8",
        passes=lambda proof, context: proof.jws.claims.get("htm") == context.method,
        found=_claim("htm"),
        expected=lambda _proof, context: context.method,
        remedy="it is for another method than this request's",
    ),
    ProofCheck(
        "htu",
        source="RFC 9449 section 4.3, 9",
        passes=is_for_this_address,
        found=_claim("htu"),
        expected=lambda _proof, context: shown(context.url),
        remedy="it is for another address than this request's",
    ),
    ProofCheck(
        "iat",
        source="RFC 9449 section 4.3, 11",
        passes=is_of_this_time,
        found=_claim("iat"),
        expected=f"at most {SECONDS_BACK} s old, and {SECONDS_AHEAD} s ahead",
        remedy="it is too old or from the future; make one for each request",
    ),
    ProofCheck(
        "ath",
        source="RFC 9449 section 4.3, 12",
        passes=is_for_this_token,
        found=_claim("ath"),
        expected=lambda _proof, context: token_hash(context),
        remedy="it is for another access token than this request's",
    ),
    ProofCheck(
        "jkt",
        source="RFC 9449 section 4.3, 12",
        passes=is_of_the_bound_key,
        found=lambda proof, _context: proof.key.thumbprint(),
        expected=lambda _proof, context: shown(context.jkt),
        remedy="its key is not the one that the access token is bound to",
    ),
    ProofCheck(
        "jti",
        source="RFC 9449 section 4.2",
        passes=has_an_id,
        found=_claim("jti"),
        expected=f"a non-empty string of at most {LONGEST_JTI} characters",
        remedy="it needs a jti, a non-empty string of its own",
    ),
)
