"""What a DPoP proof must say (RFC 9449 section 4.3): one row a check, a pure function each."""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64encode

from api.core.guard import claims, jws
from api.core.guard.jwk import PublicKey, public_key
from api.core.guard.jws import UnverifiedToken
from api.core.guard.problems import InvalidDPoPProof

ALGORITHMS = ("ES256", "RS256", "EdDSA")
SECONDS_BACK = 300
SECONDS_AHEAD = 30
LONGEST_JTI = 256
LONGEST_PROOF = 8 * 1024

# Not by JWSRegistry.get_alg, which warns of EdDSA: RFC 9864 renames it, and clients still say it.
_ALGORITHMS = {name: JWSRegistry.algorithms[name] for name in ALGORITHMS}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_DEFAULT_PORTS = {"https": 443, "http": 80}
# RFC 3986 section 2: urlsplit would leave out blanks and line breaks without a word.
_URI = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a proof must fit. url: of the request, scheme://host[:port]/path. jkt: the thumbprint
    that the token is bound to (RFC 7638). now: seconds since the epoch."""

    method: str
    url: str
    token: str = field(repr=False)
    jkt: str
    now: float


class Proof(NamedTuple):
    """A proof that was read, with the key that it brings; the two may not fit each other yet."""

    read: UnverifiedToken
    key: PublicKey


class Rule(NamedTuple):
    """A check, by name; remedy: what is wrong and what to change, in words of ours."""

    name: str
    holds: Callable[[Proof, Circumstances], bool]
    remedy: str


def read(text: str) -> Proof:
    """Take a proof apart.

    :raises InvalidDPoPProof: it has not the form of a proof, or its key is no public key of ours
    """
    if len(text) > LONGEST_PROOF:
        raise InvalidDPoPProof(check="format", remedy="the proof is over 8 KiB; make a shorter one")
    try:
        found = jws.read(text)
    except jws.Unreadable:
        raise InvalidDPoPProof(
            check="format", remedy="send exactly one DPoP header with one signed JWT"
        ) from None
    return Proof(found, _key(found.header.get("jwk")))


def is_signed(proof: Proof, _circumstances: Circumstances) -> bool:
    algorithm = _ALGORITHMS[proof.read.header["alg"]]
    try:
        algorithm.check_key(proof.key)
        return algorithm.verify(proof.read.signing_input, proof.read.signature, proof.key)
    except (JoseError, ValueError, TypeError):
        return False


def is_of_this_time(proof: Proof, circumstances: Circumstances) -> bool:
    iat = proof.read.claims.get("iat")
    if not claims.is_number(iat):
        return False
    return circumstances.now - SECONDS_BACK <= iat <= circumstances.now + SECONDS_AHEAD


def is_for_this_token(proof: Proof, circumstances: Circumstances) -> bool:
    wanted = urlsafe_b64encode(hashlib.sha256(circumstances.token.encode()).digest())
    return _same(proof.read.claims.get("ath"), wanted.decode())


def is_for_this_address(proof: Proof, circumstances: Circumstances) -> bool:
    htu = proof.read.claims.get("htu")
    return isinstance(htu, str) and normalised(htu) == normalised(circumstances.url) is not None


def is_of_the_bound_key(proof: Proof, circumstances: Circumstances) -> bool:
    return _same(proof.key.thumbprint(), circumstances.jkt)


def has_an_id(proof: Proof, _circumstances: Circumstances) -> bool:
    jti = proof.read.claims.get("jti")
    return isinstance(jti, str) and 0 < len(jti) <= LONGEST_JTI


RULES = (
    Rule("typ", lambda proof, _: _typ(proof) == "dpop+jwt", "its header needs typ dpop+jwt"),
    Rule(
        "alg",
        lambda proof, _: proof.read.header.get("alg") in ALGORITHMS,
        f"sign it with one of {' '.join(ALGORITHMS)}",
    ),
    Rule("crit", lambda proof, _: "crit" not in proof.read.header, "make it without crit"),
    Rule("signature", is_signed, "it does not verify with its own jwk"),
    Rule(
        "htm",
        lambda proof, circumstances: proof.read.claims.get("htm") == circumstances.method,
        "it is for another method than this request's",
    ),
    Rule("htu", is_for_this_address, "it is for another address than this request's"),
    Rule("iat", is_of_this_time, "it is too old or from the future; make one for each request"),
    Rule("ath", is_for_this_token, "it is for another access token than this request's"),
    Rule("jkt", is_of_the_bound_key, "its key is not the one that the access token is bound to"),
    Rule("jti", has_an_id, "it needs a jti, a non-empty string of its own"),
)


def first_failure(proof: Proof, circumstances: Circumstances) -> Rule | None:
    """The first check that fails; None where all hold."""
    return next((rule for rule in RULES if not rule.holds(proof, circumstances)), None)


def fingerprint(proof: Proof) -> str:
    """What a proof is remembered by: its key and its jti, whatever their lengths."""
    seen = f"{proof.key.thumbprint()}.{proof.read.claims['jti']}"
    return hashlib.sha256(seen.encode()).hexdigest()


def normalised(url: str) -> tuple[str, str, int, tuple[bytes, ...]] | None:
    """What two spellings of one address share (RFC 3986 section 6.2): scheme, host, port, path.

    Query and fragment are left out (RFC 9449 section 4.3). None for what is no http(s) address.
    """
    if not _URI.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username is not None:
        return None
    if port is None:
        port = _DEFAULT_PORTS[parts.scheme]
    return parts.scheme, parts.hostname, port, _segments(parts.path or "/")


def _segments(path: str) -> tuple[bytes, ...]:
    """RFC 3986 section 5.2.4, on a path that begins with a slash; `%2F` separates nothing."""
    segments = [unquote_to_bytes(segment) for segment in path.split("/")]
    kept: list[bytes] = []
    for segment in segments:
        if segment == b"..":
            kept = kept[:1] + kept[1:-1]
        elif segment != b".":
            kept.append(segment)
    if segments[-1] in (b".", b".."):
        kept.append(b"")
    return tuple(kept)


def _typ(proof: Proof) -> str:
    return str(proof.read.header.get("typ")).lower().removeprefix("application/")


def _key(jwk: Any) -> PublicKey:
    unfit = InvalidDPoPProof(
        check="jwk", remedy="its header needs the public key, of EC P-256, OKP Ed25519 or RSA"
    )
    if not isinstance(jwk, dict) or _PRIVATE & jwk.keys() or not _is_known(jwk):
        raise unfit
    try:
        return public_key(jwk)
    except ValueError:
        raise unfit from None


def _is_known(jwk: dict[str, Any]) -> bool:
    # Not in a set: what a client sends may be a list, which has no hash.
    kind = (jwk.get("kty"), jwk.get("crv"))
    return kind in (("EC", "P-256"), ("OKP", "Ed25519"), ("RSA", None))


def _same(found: Any, wanted: str) -> bool:
    return isinstance(found, str) and hmac.compare_digest(found.encode(), wanted.encode())
