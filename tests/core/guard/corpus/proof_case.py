"""A row of the tables of proofs, and proofs that are good but for one thing."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.core.guard.corpus.building import Builder
from tests.core.support.dpop import ClientKey, proof, proof_claims, proof_header
from tests.core.support.tenant import Tenant

PATH = "/api/me"
URL = f"http://localhost{PATH}"

# Keys of each kind; tokens are bound to the first, and the last is somebody else's.
CLIENT = ClientKey()
EDWARDS = ClientKey("EdDSA")
RSA = ClientKey("RS256")
STRANGER = ClientKey()

Token = Callable[[Tenant], str]
Proof = Callable[[str], str]
"""A proof for an access token."""


class ProofCase(NamedTuple):
    """What is sent, and how it must be answered. proofs: the value of each DPoP line, given the
    access token. reason: what error_description must name."""

    name: str
    proofs: Callable[[str], tuple[bytes, ...]]
    status: int = 200
    error: str | None = None
    reason: str = ""
    token: Token = lambda tenant: tenant.token(cnf=CLIENT.cnf)
    scheme: str = "DPoP"
    path: str = PATH
    host: str = "localhost"


def bound(key: ClientKey = CLIENT, **claims: Any) -> Token:
    """A token that is bound to `key`, its claims as changed."""
    return lambda tenant: tenant.token(**({"cnf": key.cnf} | claims))


def refused(reason: str, proofs: dict[str, Proof]) -> Iterator[ProofCase]:
    """Proofs that fail the check that `reason` names."""
    for name, made in proofs.items():
        yield ProofCase(name, one(made), 401, "invalid_dpop_proof", reason)


def one(made: Proof) -> Callable[[str], tuple[bytes, ...]]:
    """The proof as the one DPoP header."""
    return lambda token: (made(token).encode(),)


def at(url: str, method: str = "GET") -> Proof:
    """A proof for another address or method."""
    return lambda token: proof(CLIENT, method, url, token)


def header(key: ClientKey = CLIENT, /, **changes: Any) -> Proof:
    """A proof of `key`, its header changed as Builder.header does."""
    return _of_key(key).header(**changes)


def _of_key(key: ClientKey) -> Builder[str]:
    return Builder(
        good_header=lambda _token: proof_header(key),
        good_claims=lambda token: proof_claims("GET", URL, token),
        sign=lambda _token, data: key.sign(data),
    )


_proofs = _of_key(CLIENT)
good, claims, parts = _proofs.good, _proofs.claims, _proofs.parts
header_text, payload_text = _proofs.header_text, _proofs.payload_text
loosely_signed = _proofs.loose
