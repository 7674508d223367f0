"""Tokens are masked in logged paths and lines, and everything else stays readable."""

import base64
import json
from collections.abc import Callable

import pytest

from api.core.masking import mask_line, mask_path

SIGNATURE = "c2lnbmF0dXJl" * 4


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def jwt(header: str) -> str:
    return f"{encoded(header)}.{encoded(json.dumps({'sub': 'ann'}))}.{SIGNATURE}"


JWT = jwt('{"alg":"RS256"}')
HEADERS = [
    '{"alg":"RS256"}',
    '{ "alg": "RS256" }',
    '{  "alg": "RS256" }',
    '{\n "alg": "RS256"}',
    '{\t"alg": "RS256"}',
    '{\r\n"alg": "RS256"}',
    '{"1": 2, "alg": "RS256"}',
    '{"ä": 2, "alg": "RS256"}',
    ' {"alg": "RS256"}',
    '\n{"alg": "RS256"}',
    '\ufeff{"alg": "RS256"}',
]


@pytest.mark.parametrize("dot", [".", "%2E", "%2e", "%252E", "%25252e"])
@pytest.mark.parametrize("header", HEADERS, ids=ascii)
def test_a_jwt_in_a_path(header: str, dot: str) -> None:
    """A JWT in a path is masked, whatever its header contains and however its dots are encoded."""
    token = jwt(header).replace(".", dot)
    for path in (f"/api/{token}/x", f"/api/x?note={token}&order=desc", f"/{token}"):
        masked = mask_path(path)
        assert "***" in masked
        assert not [part for part in jwt(header).split(".") if part in masked]
        assert masked.startswith("/api/") is path.startswith("/api/")


@pytest.mark.parametrize(
    ("path", "masked"),
    [
        (f"/{JWT}/messages", "/***/messages"),
        (f"/{JWT}=", "/***"),
        (f"/x{JWT}", "/x***"),
        (f"/%65{JWT[1:]}/x", "/***/x"),
        (f"/%2565{JWT[1:]}/x", "/***/x"),
        (f"/{JWT.rpartition('.')[0]}./x", "/***/x"),
        ("/Bearer opaque", "/Bearer ***"),
        ("/Bearer%20opaque/x", "/Bearer ***/x"),
        ("/Bearer%2520opaque/x", "/Bearer ***/x"),
        ("/bearer+opaque", "/bearer+***"),
        ("/bearer%2Bopaque", "/bearer+***"),
        ("/BEARER:opaque", "/BEARER:***"),
        ("/Bearer=opaque", "/Bearer=***"),
        ("/Bearer\topaque", "/Bearer\t***"),
        ("/Bearer\xa0opaque", "/Bearer\xa0***"),
        ("/dpop opaque", "/dpop ***"),
        ("/Basic opaque==", "/Basic ***"),
        ("/Basic%20opaque/Opaque==/x", "/Basic ***/x"),
        ("/Bearer b/Opaque", "/Bearer ***"),
        ("/refresh_token:opaque", "/refresh_token:***"),
        ("/refresh_token%3Aopaque/x", "/refresh_token:***/x"),
        ("/access_token%3Dopaque", "/access_token=***"),
        ("/access_token%253Dopaque", "/access_token=***"),
        ("/access_token opaque", "/access_token ***"),
        ("/access_token|opaque", "/access_token|***"),
        ("/access_token,opaque", "/access_token,***"),
        ("/access_token[]=opaque", "/access_token[***"),
        ("/access_token/opaque/x", "/access_token/***/x"),
        ("/id-token~opaque", "/id-token~***"),
        ("/x;access_token=opaque;v=1", "/x;access_token=***;v=1"),
        ("/x?access_token=opaque&order=desc", "/x?access_token=***&order=desc"),
        ("/x?access_token%3Dopaque%26order=desc", "/x?access_token=***&order=desc"),
        ("/x?order=desc&refresh_token=opaque", "/x?order=desc&refresh_token=***"),
        ("/x?my_tokens=opaque", "/x?my_tokens=***"),
        ("/x?client_secret=opaque&code=opaque", "/x?client_secret=***&code=***"),
        ("/x?password=opaque", "/x?password=***"),
        ("/x?api-key=opaque", "/x?api-key=***"),
        ("/x?id_token_hint=opaque", "/x?id_token_hint=***"),
        ("/x?client_assertion=opaque", "/x?client_assertion=***"),
        ("/%" + "25" * 4 + "2Eopaque", "***"),
    ],
    ids=ascii,
)
def test_a_token_in_a_path(path: str, masked: str) -> None:
    """A token in a path is masked, and its name and the rest of the path stay readable."""
    assert mask_path(path) == masked


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api/messages",
        "/api/messages/42",
        "/api/messages/0192f0c1-2345-7abc-8def-0123456789ab",
        "/api/messages?order=desc",
        "/api/messages?limit=2&cursor=WzIsIDFd",
        "/api/messages?text=caf%C3%A9%20au%20lait",
        "/api/messages/caf\xc3\xa9",
        "/api/100%/50%25",
        "/docs/oauth2-redirect.html",
        "/issuer/oauth/token",
        "/issuer/.well-known/openid-configuration",
        "/.well-known/oauth-protected-resource",
        "/api/tokens/42",
        "/api/plans/basic",
        "/api/basic-plans/Basic.html",
        "/api/bearer-tokens?order=desc",
        "/api/basic?order=desc",
        "/api/secret-santas/7",
        "/reworked-documents-of.the-newest.network",
        "/keyAgreement.html",
        "/fonts/Inter-Regular.v3.19.woff2",
        "/~ann/www.example.org",
    ],
    ids=ascii,
)
def test_an_ordinary_path_is_as_it_was(path: str) -> None:
    """A path without a token is unchanged, and so is its percent-encoding."""
    assert mask_path(path) == path


@pytest.mark.parametrize(
    "piece",
    [
        *("eyJ", "eyA", "a", ".", "eyJ.", "%25", "25", "%", "bearer ", "Bearer+", "token=/", "a/A"),
        *("access_token", "id_token'", "bearer%25", "a" * 16 + ".", "/token=a", "?code=", "\\"),
    ],
)
@pytest.mark.parametrize("mask", [mask_path, mask_line])
@pytest.mark.parametrize("start", ["/", "/token=", "/access_token"])
def test_a_long_path_costs_as_much_as_it_is_long(
    mask: Callable[[str], str], start: str, piece: str
) -> None:
    """Masking takes time in proportion to the length: quadratic time would be minutes here."""
    path = start + piece * (100_000 // len(piece))
    assert mask(path)


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        (f"sent {JWT}", "sent ***"),
        (f"sent {jwt(HEADERS[1])}, twice", "sent ***, twice"),
        (f"GET /x?note={JWT.replace('.', '%252E')} 200", "GET /x?note=*** 200"),
        ("Authorization: Bearer 0paque-opaque-opaque", "Authorization: Bearer ***"),
        ("'Basic b3BhcXVlOm9wYXF1ZQ=='", "'Basic ***'"),
        ("GET /Basic%20b3BhcXVlOm9wYXF1ZQ== 200", "GET /Basic%20*** 200"),
        ("GET /x?access_token=opaque&y=1 200", "GET /x?access_token=***&y=1 200"),
        ("GET /x?refresh_token%3Dopaque 200", "GET /x?refresh_token%3D*** 200"),
        ("refresh_token:opaque", "refresh_token:***"),
        ("{'access_token': 'opaque', 'x': 1}", "{'access_token': '***', 'x': 1}"),
        (json.dumps(json.dumps({"id_token": "opaque"})), r'"{\"id_token\": \"***\"}"'),
        ("client_secret=opaque", "client_secret=***"),
    ],
)
def test_a_token_in_a_line(line: str, masked: str) -> None:
    """A token in a line is masked, whether it is plain, quoted or encoded."""
    assert mask_line(line) == masked


@pytest.mark.parametrize(
    "line",
    [
        "GET /api/messages/42 200 3.1 ms invalid_token:exp",
        '{"refusal": "invalid_token:exp", "path": "/api/caf%C3%A9"}',
        "the Redis at localhost:6379 (REDIS_URL) cannot be used, and DPoP proofs are answered 503",
        "send it with the scheme DPoP and a proof; the token is not bound to a key",
        "Send exactly one header Authorization: Bearer TOKEN.",
        'Bearer realm="https://api.example/", error="invalid_token"',
        "tests.test_declarations.test_a_method_that_is_replaced_after_the_start_is_not_served",
        "2026-11-25T12:53:11.123456+00:00 api.reworked_documents.of.the_newest_network",
    ],
)
def test_an_ordinary_line_is_as_it_was(line: str) -> None:
    """A line that only names tokens, their faults or schemes is unchanged."""
    assert mask_line(line) == line
