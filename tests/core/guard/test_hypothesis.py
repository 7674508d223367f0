"""Whatever is sent, the guard decides: it neither breaks nor lets in what it must not."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.guard.corpus.proof_case import CLIENT, URL, bound
from tests.core.support import dpop
from tests.core.support.app import app_of
from tests.core.support.tenant import AUDIENCE, Tenant, sign

# Whether a kid is unknown, the keys tell for tokens that are older than them; others wait (503).
EARLIER = int(time.time()) - 60

fuzzed = settings(deadline=None, derandomize=True, database=None, max_examples=200)

TOKEN68 = "ABCXYZabcxyz0189-._~+/="
NUMBERS = st.integers() | st.floats() | st.integers(-400, 400).map(lambda digits: 10 ** abs(digits))
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
HEADERS = st.sampled_from(["alg", "crit", "typ", "kid", "jwk", "jku", "x5c", "b64", "zip"])
REGISTERED = st.sampled_from(["iss", "aud", "exp", "nbf", "iat", "sub", "scope", "permissions"])
PROOF_HEADERS = st.sampled_from(["typ", "alg", "jwk", "crit", "kid", "x5c"])
PROOF_CLAIMS = st.sampled_from(["htm", "htu", "iat", "ath", "jti", "nonce", "exp"])
JWK_MEMBERS = st.sampled_from(["kty", "crv", "x", "y", "n", "e", "d", "use", "key_ops", "kid"])
CLAIMS = REGISTERED | st.sampled_from(["azp", "client_id", "org_id", "act", "nonce", "cnf"])

Send = Callable[..., Any]


@pytest.fixture(scope="module")
def answer(tenant: Tenant) -> Send:
    """`answer(value)`: what /api/me answers to this Authorization, as WSGI hands it over."""
    client = app_of(tenant).test_client()

    def send(value: Any, path: str = "/api/me") -> Any:
        return client.get(path, environ_overrides={"HTTP_AUTHORIZATION": value})

    return send


@fuzzed
@given(value=st.text(st.characters(max_codepoint=255)))
def test_any_bytes(answer: Send, value: Any) -> None:
    """An Authorization of any bytes is answered 400 or 401."""
    assert answer(value).status_code in {400, 401}


@fuzzed
@given(
    scheme=st.sampled_from(["Bearer", "bearer", "DPoP", "Basic", ""]),
    space=st.sampled_from([" ", "  ", "\t", "", ","]),
    token=st.text(TOKEN68) | st.text(),
)
def test_any_credentials(answer: Send, scheme: str, space: Any, token: Any) -> None:
    """Anything that looks like credentials is answered 400 or 401."""
    value = f"{scheme}{space}{token}".encode("utf-8", "surrogatepass").decode("latin-1")
    assert answer(value).status_code in {400, 401}


@fuzzed
@given(header=VALUES, claims=VALUES)
def test_any_content(answer: Send, tenant: Tenant, header: Any, claims: Any) -> None:
    """A token of any JSON, with a right signature, is answered 401."""
    assert answer(f"Bearer {sign(header, claims, tenant.key)}").status_code == 401


@fuzzed
@given(header=st.dictionaries(HEADERS | st.text(), VALUES, max_size=3))
def test_any_header(answer: Send, tenant: Tenant, header: Any) -> None:
    """A token with any header members changed or added is accepted or refused, never 5xx."""
    token = sign(tenant.header() | header, tenant.claims(iat=EARLIER), tenant.key)
    assert answer(f"Bearer {token}").status_code in {200, 401}


@fuzzed
@given(claims=st.dictionaries(CLAIMS | st.text(), VALUES, max_size=3))
def test_any_claims(answer: Send, tenant: Tenant, claims: Any) -> None:
    """A token with any claims changed or added is accepted or refused, never 5xx."""
    token = sign(tenant.header(), tenant.claims() | claims, tenant.key)
    for path, statuses in (("/api/me", {200, 401}), ("/api/private-scoped", {200, 401, 403})):
        assert answer(f"Bearer {token}", path).status_code in statuses


@fuzzed
@given(data=st.data())
def test_any_change(answer: Send, tenant: Tenant, data: st.DataObject) -> None:
    """A good token with any character changed or removed is refused."""
    token = tenant.token(iat=EARLIER)
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from(["", *TOKEN68]).filter(lambda new: new != token[at]))
    assert answer(f"Bearer {token[:at]}{letter}{token[at + 1 :]}").status_code in {400, 401}


@pytest.fixture(scope="module")
def prove(tenant: Tenant) -> Send:
    """`prove(proof)`: what /api/me answers to a good bound token with this DPoP header."""
    client = app_of(tenant).test_client()
    token = bound()(tenant)

    def send(proof: Any) -> Any:
        sent = {"HTTP_AUTHORIZATION": f"DPoP {token}", "HTTP_DPOP": proof(token)}
        return client.get("/api/me", environ_overrides=sent)

    return send


def proven(header: Any, claims: Any) -> Any:
    """A proof of the right key, its header and claims as changed, for an access token."""
    return lambda token: dpop.signed(
        CLIENT,
        dpop.proof_header(CLIENT) | header,
        dpop.proof_claims("GET", URL, token) | claims,
    )


@fuzzed
@given(value=st.text(st.characters(max_codepoint=255)))
def test_any_bytes_for_dpop(answer: Send, value: Any) -> None:
    """Any bytes after the scheme DPoP are answered 400 or 401."""
    assert answer(f"DPoP {value}").status_code in {400, 401}


@fuzzed
@given(value=st.text(st.characters(max_codepoint=255)) | st.text(TOKEN68))
def test_any_bytes_for_a_proof(prove: Send, value: Any) -> None:
    """A proof of any bytes is answered 401."""
    assert prove(lambda _: value).status_code == 401


@fuzzed
@given(header=VALUES, claims=VALUES)
def test_any_content_of_a_proof(prove: Send, header: Any, claims: Any) -> None:
    """A proof of any JSON, with a right signature, is answered 401."""
    assert prove(lambda _: dpop.signed(CLIENT, header, claims)).status_code == 401


@fuzzed
@given(header=st.dictionaries(PROOF_HEADERS | st.text(), VALUES, max_size=3))
def test_any_header_of_a_proof(prove: Send, header: Any) -> None:
    """A proof with any header members changed or added is accepted or refused, never 5xx."""
    assert prove(proven(header, {})).status_code in {200, 401}


@fuzzed
@given(jwk=st.dictionaries(JWK_MEMBERS | st.text(), VALUES, max_size=3))
def test_any_jwk_of_a_proof(prove: Send, jwk: Any) -> None:
    """A proof with any jwk members changed or added is accepted or refused, never 5xx."""
    assert prove(proven({"jwk": CLIENT.jwk | jwk}, {})).status_code in {200, 401}


@fuzzed
@given(claims=st.dictionaries(PROOF_CLAIMS | st.text(), VALUES, max_size=3))
def test_any_claims_of_a_proof(prove: Send, claims: Any) -> None:
    """A proof with any claims changed or added is accepted or refused, never 5xx."""
    assert prove(proven({}, claims)).status_code in {200, 401}


@fuzzed
@given(htu=st.text() | st.text("htp:/localhost.%2Fe[]@?#\\").map(lambda end: f"http://{end}"))
def test_any_address_of_a_proof(prove: Send, htu: Any) -> None:
    """A proof with any text as htu is accepted or refused, never 5xx."""
    assert prove(proven({}, {"htu": htu})).status_code in {200, 401}


@fuzzed
@given(at=st.integers(0, 2000), letter=st.sampled_from(["", *TOKEN68]))
def test_any_change_of_a_proof(prove: Send, at: Any, letter: Any) -> None:
    """A good proof with any character changed or removed is refused."""

    def changed(token: Any) -> Any:
        proof = proven({}, {})(token)
        place = at % len(proof)
        new = "" if letter == proof[place] else letter
        return f"{proof[:place]}{new}{proof[place + 1 :]}"

    assert prove(changed).status_code == 401


def test_good_proof(prove: Send) -> None:
    """The proof that these tests change is a good one."""
    assert prove(proven({}, {})).json["token_type"] == "DPoP"


def test_good_token(answer: Send, tenant: Tenant) -> None:
    """The token that these tests change is a good one."""
    assert json.loads(answer(f"Bearer {tenant.token()}").data)["audience"][0] == AUDIENCE
