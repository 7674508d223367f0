"""Whatever is sent, the guard decides: it neither breaks nor lets in what it must not."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.guard.conftest import app_of
from tests.guard.corpus.case import signed
from tests.support.tenant import AUDIENCE

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
CLAIMS = REGISTERED | st.sampled_from(["azp", "client_id", "org_id", "act", "nonce", "cnf"])


@pytest.fixture(scope="module")
def answer(tenant):
    """`answer(value)`: what /api/me answers to this Authorization, as WSGI hands it over."""
    client = app_of(tenant).test_client()

    def send(value, path="/api/me"):
        return client.get(path, environ_overrides={"HTTP_AUTHORIZATION": value})

    return send


@fuzzed
@given(value=st.text(st.characters(max_codepoint=255)))
def test_any_bytes(answer, value):
    """Any bytes for an Authorization are 400 or 401."""
    assert answer(value).status_code in {400, 401}


@fuzzed
@given(
    scheme=st.sampled_from(["Bearer", "bearer", "DPoP", "Basic", ""]),
    space=st.sampled_from([" ", "  ", "\t", "", ","]),
    token=st.text(TOKEN68) | st.text(),
)
def test_any_credentials(answer, scheme, space, token):
    """Anything that looks like credentials is 400 or 401."""
    value = f"{scheme}{space}{token}".encode("utf-8", "surrogatepass").decode("latin-1")
    assert answer(value).status_code in {400, 401}


@fuzzed
@given(header=VALUES, claims=VALUES)
def test_any_content(answer, tenant, header, claims):
    """Any JSON for a header and for claims, rightly signed, is 401."""
    assert answer(f"Bearer {signed(tenant.key, header, claims)}").status_code == 401


@fuzzed
@given(header=st.dictionaries(HEADERS | st.text(), VALUES, max_size=3))
def test_any_header(answer, tenant, header):
    """A good header with any members changed or added is let in or refused, never 5xx."""
    token = signed(tenant.key, tenant.header() | header, tenant.claims())
    assert answer(f"Bearer {token}").status_code in {200, 401}


@fuzzed
@given(claims=st.dictionaries(CLAIMS | st.text(), VALUES, max_size=3))
def test_any_claims(answer, tenant, claims):
    """Good claims with any members changed or added are let in or refused, never 5xx."""
    token = signed(tenant.key, tenant.header(), tenant.claims() | claims)
    for path, statuses in (("/api/me", {200, 401}), ("/api/private-scoped", {200, 401, 403})):
        assert answer(f"Bearer {token}", path).status_code in statuses


@fuzzed
@given(data=st.data())
def test_any_change(answer, tenant, data):
    """A good token with any one character changed or taken out is refused."""
    token = tenant.token()
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from(["", *TOKEN68]).filter(lambda new: new != token[at]))
    assert answer(f"Bearer {token[:at]}{letter}{token[at + 1 :]}").status_code in {400, 401}


def test_good_token(answer, tenant):
    """The token that these tests change is a good one."""
    assert json.loads(answer(f"Bearer {tenant.token()}").data)["audience"][0] == AUDIENCE
