"""The form of a token. The corpus holds what else is refused, over a socket."""

import pytest
from joserfc.jwk import RSAKey

from api.core.guard import jws
from tests.core.support.tenant import sign


def test_parts(key: RSAKey) -> None:
    """A token is read into its header, its claims, its signing input and its signature."""
    token = sign({"alg": "RS256"}, {"sub": "Änne"}, key)
    read = jws.read(token)
    assert (read.header, read.claims) == ({"alg": "RS256"}, {"sub": "Änne"})
    assert read.signing_input == token.rpartition(".")[0].encode()
    assert len(read.signature) == 256


def test_surrogate_pair(key: RSAKey) -> None:
    """Two surrogates that form a character are valid text."""
    assert jws.read(sign({}, rb'{"sub": "\ud83d\ude00"}', key)).claims == {"sub": "\U0001f600"}


@pytest.mark.parametrize(
    "text", [rb'{"a": "\ud800"}', rb'{"\udfff": 1}', rb'{"a": ["\udc00\ud800"]}']
)
def test_lone_surrogate(key: RSAKey, text: bytes) -> None:
    """A lone surrogate is refused, because it is not text and cannot be printed."""
    with pytest.raises(jws.Unreadable, match="the payload is no strict JSON object"):
        jws.read(sign({}, text, key))


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "opaque"),
        ("opaque", "opaque"),
        ("e30.e30", "opaque"),
        ("e30.e30.AA.AA", "opaque"),
        ("e30.e30.AA.AA.AA", "encrypted"),
        ("e30=.e30.AA", "header is not base64url"),
        (" e30.e30.AA", "header is not base64url"),
        ("e30.e3\n0.AA", "payload is not base64url"),
        ("e30.é30.AA", "payload is not base64url"),
        ("e30.e31.AA", "payload is not base64url"),
        ("e30.e30.+/", "signature is not base64url"),
        ("e30.e30.AB", "signature is not base64url"),
        ("e30.e30.A", "signature is not base64url"),
        ("..", "header is no strict JSON object"),
        ("W10.e30.", "header is no strict JSON object"),
        ("e30.W10.", "payload is no strict JSON object"),
    ],
)
def test_unreadable(token: str, reason: str) -> None:
    """A token that is not a compact JWS is refused, and the reason names the part at fault."""
    with pytest.raises(jws.Unreadable, match=reason):
        jws.read(token)


def test_no_signature() -> None:
    """An empty signature is well formed; it fails when it is verified."""
    assert jws.read("e30.e30.").signature == b""
