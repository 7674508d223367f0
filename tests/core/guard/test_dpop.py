"""Every row of the table of proofs over a real socket, against one process that trusts the tenant.

RFC 9449: a token that is bound to a key comes with a proof of the key.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.core.guard.corpus.proof_case import CLIENT, STRANGER, URL, bound, claims, good, header
from tests.core.guard.corpus.proofs import ACCEPTED_PROOFS, REFUSED_PROOFS, ProofCase
from tests.core.guard.exchange import challenges, echoes
from tests.core.support.dpop import proof
from tests.core.support.server import Server
from tests.core.support.sockets import Answer
from tests.core.support.tenant import AUDIENCE, Tenant

CANARY = 'canary", error="none\\\r\nSet-Cookie: canary=1'


@pytest.fixture
def ask(send: Callable[..., Answer]) -> Any:
    """`ask("/api/me", token, proof)`: a request with these as DPoP has them."""

    def request(path: str, token: Any, *proofs: Any, scheme: str = "DPoP", **sent: Any) -> Answer:
        more = sent.pop("more", b"") + lines(proofs)
        return send(path, f"{scheme} {token}".encode(), more=more, **sent)

    return request


def lines(proofs: Any) -> bytes:
    values = (value.encode() if isinstance(value, str) else value for value in proofs)
    return b"".join(b"DPoP: %b\r\n" % value for value in values)


def named(case: ProofCase) -> str:
    return case.name


@pytest.mark.parametrize("case", REFUSED_PROOFS, ids=named)
def test_refused(case: ProofCase, ask: Callable[..., Answer], tenant: Tenant) -> None:
    """A bad proof is refused with its status and its reason each time that its token is sent, and
    the answer repeats nothing of it."""
    token = case.token(tenant)
    for _ in range(2):
        proofs = case.proofs(token)
        answer = ask(case.path, token, *proofs, scheme=case.scheme, host=case.host)
        check_refusal(case, (token.encode(), *proofs), answer)


def check_refusal(case: ProofCase, sent: tuple[bytes, ...], answer: Answer) -> None:
    assert answer.status == case.status, answer.body
    assert answer.headers.get_all("Content-Type") == ["application/problem+json"]
    assert answer.body["status"] == case.status
    assert answer.body["error"] == case.error
    assert case.reason in answer.body["error_description"]
    failing_scheme = "DPoP" if case.scheme == "DPoP" else "Bearer"
    scope = "read:messages" if case.status == 403 else ""
    assert answer.headers.get_all("WWW-Authenticate") == challenges(
        answer.body, failing_scheme, scope
    )
    assert not echoes(answer, sent)


@pytest.mark.parametrize("case", ACCEPTED_PROOFS, ids=named)
def test_accepted(case: ProofCase, ask: Callable[..., Answer], tenant: Tenant) -> None:
    """A good proof is accepted without a challenge, also of a token that was sent before without
    one, and /api/me shows the scheme."""
    token = case.token(tenant)
    ask(case.path, token, scheme=case.scheme, host=case.host)
    answer = ask(case.path, token, *case.proofs(token), scheme=case.scheme, host=case.host)
    assert answer.status == 200, answer.body
    assert "WWW-Authenticate" not in answer.headers
    expected = "Bearer" if case.scheme == "Bearer" else "DPoP"
    assert answer.body.get("token_type", expected) == expected


@pytest.mark.parametrize(
    "made",
    [
        *(header(**{name: CANARY}) for name in ("typ", "alg", "crit", "jwk")),
        *(header(jwk=CLIENT.jwk | {name: CANARY}) for name in ("kty", "crv", "x", "y")),
        *(claims(**{name: CANARY}) for name in ("htm", "htu", "iat", "ath")),
    ],
    ids=["typ", "alg", "crit", "jwk", "kty", "crv", "x", "y", "htm", "htu", "iat", "ath"],
)
def test_nothing_echoed(made: Any, ask: Callable[..., Answer], tenant: Tenant) -> None:
    """A refusal repeats no member of the proof, in no header and not in the body."""
    token = bound()(tenant)
    answer = ask("/api/me", token, made(token))
    assert answer.status == 401
    assert "canary" not in (str(answer.headers) + json.dumps(answer.body)).lower()


def test_replayed(ask: Callable[..., Answer], tenant: Tenant) -> None:
    """A proof is accepted once, and refused at every later time."""
    token = bound()(tenant)
    made = good(token)
    assert ask("/api/me", token, made).status == 200
    for _ in range(3):
        again = ask("/api/me", token, made)
        assert again.status == 401
        assert again.body["error_description"].startswith("jti: it was used before")
        assert again.headers.get_all("WWW-Authenticate") == challenges(again.body, "DPoP")


def test_same_jti_in_another_proof(ask: Callable[..., Answer], tenant: Tenant) -> None:
    """A second proof with the same key and jti is refused, whatever else it says."""
    token = bound()(tenant)
    assert ask("/api/me", token, claims(jti="once")(token)).status == 200
    again = ask("/api/me", token, claims(jti="once", x=1)(token))
    assert again.body["error_description"].startswith("jti: it was used before")


def test_same_jti_of_another_key(ask: Callable[..., Answer], tenant: Tenant) -> None:
    """Two clients may choose the same jti, because it is remembered with its key."""
    for key in (CLIENT, STRANGER):
        token = bound(key)(tenant)
        made = proof(key, "GET", URL, token, jti="chosen by two")
        assert ask("/api/me", token, made).status == 200


def test_refused_is_not_used(ask: Callable[..., Answer], tenant: Tenant) -> None:
    """A proof that is refused for another reason is not used up."""
    token = bound()(tenant)
    made = good(token)
    assert ask("/api/private", token, made).status == 401
    assert ask("/api/me", token, made).status == 200


def test_two_authorization_headers(send: Callable[..., Answer], tenant: Tenant) -> None:
    """Two Authorization headers are answered 400, whichever schemes they have."""
    token = bound()(tenant)
    both = (f"DPoP {token}".encode(), f"Bearer {tenant.token()}".encode())
    for authorization in (both, both[::-1], both[:1] * 2):
        answer = send("/api/me", *authorization, more=lines([good(token)]))
        assert answer.status == 400
        assert answer.body["error"] == "invalid_request"


def test_scheme_alone(send: Callable[..., Answer]) -> None:
    """The scheme without a token is answered 400, and the challenge says so."""
    answer = send("/api/me", b"DPoP", more=lines([good("")]))
    assert answer.status == 400
    assert answer.headers.get_all("WWW-Authenticate") == challenges(answer.body, "DPoP")


def test_proof_alone(send: Callable[..., Answer]) -> None:
    """A proof without an Authorization header counts as no credentials, without an error."""
    answer = send("/api/me", more=lines([good("")]))
    assert answer.status == 401
    assert "error" not in answer.body
    assert answer.headers.get_all("WWW-Authenticate") == challenges(answer.body)


@pytest.mark.parametrize("name", ["DPoP-Proof", "X-DPoP", "D-PoP", "Proof", "Cookie"])
def test_other_headers_are_not_read(name: str, ask: Callable[..., Answer], tenant: Tenant) -> None:
    """A proof in a header of another name is ignored."""
    token = bound()(tenant)
    answer = ask("/api/me", token, more=f"{name}: {good(token)}\r\n".encode())
    assert answer.body["error_description"] == "format: send a proof in the header DPoP"


def test_header_name_in_any_case(send: Callable[..., Answer], tenant: Tenant) -> None:
    """The name of the header DPoP may be written in any case."""
    token = bound()(tenant)
    for name in ("dpop", "DPOP"):
        more = f"{name}: {good(token)}\r\n".encode()
        assert send("/api/me", f"DPoP {token}".encode(), more=more).status == 200


def test_head(ask: Callable[..., Answer], tenant: Tenant) -> None:
    """HEAD needs a proof for HEAD, and answers with its headers alone."""
    token = bound()(tenant)
    let_in = ask("/api/me", token, proof(CLIENT, "HEAD", URL, token), method="HEAD")
    assert (let_in.status, let_in.body) == (200, {})
    refused = ask("/api/me", token, good(token), method="HEAD")
    assert (refused.status, refused.body) == (401, {})
    [bearer, dpop] = refused.headers.get_all("WWW-Authenticate", [])
    assert bearer.startswith(f'Bearer realm="{AUDIENCE}"')
    assert 'error_description="htm: ' in dpop


def test_body(ask: Callable[..., Answer], tenant: Tenant) -> None:
    """A request with a body is accepted only with a proof for its method."""
    token = bound(scope="write:messages")(tenant)
    url = "http://localhost/api/messages"
    body = b'{"text": "hello"}'
    length = b"Content-Length: %d\r\n" % len(body)
    post = {"method": "POST", "body": body, "more": b"Content-Type: application/json\r\n" + length}
    created = ask("/api/messages", token, proof(CLIENT, "POST", url, token), **post)
    assert created.status == 201
    refused = ask("/api/messages", token, proof(CLIENT, "GET", url, token), **post)
    assert refused.body["error_description"].startswith("htm: ")


def test_nothing_logged(ask: Callable[..., Answer], server: Server, tenant: Tenant) -> None:
    """The log of the process has no token, no proof and no traceback."""
    token = bound()(tenant)
    made = claims(htm="POST")(token)
    ask("/api/me", token, made)
    ask("/api/me", token, good(token))
    assert token[-40:] not in server.log
    assert made[-40:] not in server.log
    assert "Traceback" not in server.log
