"""A row of the tables of proofs, and proofs that are good but for one thing."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.core.support.dpop import ClientKey, proof, proof_claims, proof_header, signed
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


def good(token: str) -> str:
    """A proof without fault."""
    return proof(CLIENT, "GET", URL, token)


def at(url: str, method: str = "GET") -> Proof:
    """A proof for another address or method."""
    return lambda token: proof(CLIENT, method, url, token)


def header(without: tuple[str, ...] = (), key: ClientKey = CLIENT, **changes: Any) -> Proof:
    """A proof of `key`, its header changed; None is JSON's null."""
    return lambda token: signed(
        key,
        _changed(proof_header(key), without, changes, token),
        proof_claims("GET", URL, token),
    )


def claims(without: tuple[str, ...] = (), **changes: Any) -> Proof:
    """A proof whose claims are changed; None is JSON's null, a function is called for the token."""
    return lambda token: signed(
        CLIENT,
        proof_header(CLIENT),
        _changed(proof_claims("GET", URL, token), without, changes, token),
    )


def header_text(text: str | bytes) -> Proof:
    """A proof whose header is `text`; GOOD in it is a good header's members."""
    return lambda token: signed(
        CLIENT, _filled(text, proof_header(CLIENT)), proof_claims("GET", URL, token)
    )


def payload_text(text: str | bytes) -> Proof:
    """A proof whose payload is `text`; GOOD in it is the members of good claims."""
    return lambda token: signed(
        CLIENT, proof_header(CLIENT), _filled(text, proof_claims("GET", URL, token))
    )


def parts(change: Callable[[str, str, str], str]) -> Proof:
    """A good proof, taken apart and put together by `change`."""
    return lambda token: change(*good(token).split("."))


def ago(seconds: float) -> Callable[[str], float]:
    """A time before the request: far enough from it that a slow machine changes nothing."""
    return lambda _: int(time.time()) - seconds


def ahead(seconds: float) -> Callable[[str], float]:
    return lambda _: int(time.time()) + seconds


def _changed(
    members: dict[str, Any], without: tuple[str, ...], changes: dict[str, Any], token: str
) -> dict[str, Any]:
    kept = {name: value for name, value in members.items() if name not in without}
    return kept | {
        name: value(token) if callable(value) else value for name, value in changes.items()
    }


def _filled(text: str | bytes, members: dict[str, Any]) -> bytes:
    if isinstance(text, bytes):
        return text
    return text.replace("GOOD", json.dumps(members)[1:-1]).encode()
