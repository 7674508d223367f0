"""Refusals as WWW-Authenticate."""

from typing import Any

import pytest

from api.core.guard.challenges import ChallengeParameters, challenges
from api.core.guard.problems import (
    AuthorizationMissing,
    InsufficientScope,
    InvalidDPoPProof,
    InvalidRequest,
    InvalidToken,
)

BOTH = ChallengeParameters(("Bearer", "DPoP"), "https://api.example.com/", "https://here/metadata")
KNOWN = 'realm="https://api.example.com/", resource_metadata="https://here/metadata"'
ALGS = 'algs="ES256 RS256 EdDSA"'


@pytest.mark.parametrize(
    ("schemes", "expected"),
    [
        (("Bearer",), [f"Bearer {KNOWN}"]),
        (("DPoP",), [f"DPoP {KNOWN}, {ALGS}"]),
        (("Bearer", "DPoP"), [f"Bearer {KNOWN}", f"DPoP {KNOWN}, {ALGS}"]),
    ],
)
def test_missing(schemes: tuple[str, ...], expected: list[str]) -> None:
    """A request without credentials is answered with a challenge for each scheme, without an
    error."""
    parameters = ChallengeParameters(schemes, BOTH.realm, BOTH.metadata)
    assert list(challenges(parameters, AuthorizationMissing(), None, ("a",))) == expected


@pytest.mark.parametrize(
    ("refusal", "error", "description"),
    [
        (InvalidRequest("do this"), "invalid_request", "do this"),
        (InvalidToken(check="exp", remedy="do this"), "invalid_token", "exp: do this"),
    ],
)
def test_error(refusal: Any, error: str, description: str) -> None:
    """A refusal names its error and what to do about it, and no scope."""
    bearer, dpop = challenges(BOTH, refusal, "Bearer", ("a",))
    assert bearer == f'Bearer {KNOWN}, error="{error}", error_description="{description}"'
    assert dpop == f"DPoP {KNOWN}, {ALGS}"


def test_error_at_the_scheme_that_was_used() -> None:
    """An error of a DPoP request stands in the challenge of DPoP."""
    bearer, dpop = challenges(BOTH, InvalidDPoPProof(check="htm", remedy="do this"), "DPoP", ())
    assert bearer == f"Bearer {KNOWN}"
    assert dpop == (
        f'DPoP {KNOWN}, {ALGS}, error="invalid_dpop_proof", error_description="htm: do this"'
    )


@pytest.mark.parametrize("used", [None, "Basic"])
def test_error_without_a_scheme_of_ours(used: str | None) -> None:
    """An error of a header without a known scheme stands in the first challenge."""
    bearer, dpop = challenges(BOTH, InvalidRequest("do this"), used, ())
    assert "invalid_request" in bearer
    assert "error" not in dpop


@pytest.mark.parametrize(
    ("alternatives", "scope"), [(("a:b",), "a:b"), (("a:b c",), "a:b c"), (("a b", "c"), "a b")]
)
def test_insufficient_scope(alternatives: tuple[str, ...], scope: str) -> None:
    """A refusal for lack of scope names the scopes of the first alternative."""
    [bearer, _] = challenges(BOTH, InsufficientScope("ask"), "Bearer", alternatives)
    assert bearer.endswith(f'error_description="ask", scope="{scope}"')


def test_quotes() -> None:
    """A description stays within its quotes and on its line, whatever it holds."""
    text = 'a"b\\c\r\nd\té\x7f'
    parameters = ChallengeParameters(("Bearer",), "r", "m")
    [challenge] = challenges(parameters, InvalidRequest(text), "Bearer", ())
    assert challenge.endswith('error_description="a\'b/c??d???"')


def test_quotes_of_what_is_said_to_every_caller() -> None:
    """An audience and an address stay within their quotes as well."""
    parameters = ChallengeParameters(("Bearer",), 'urn:"\u00e4"', 'm"\r\n')
    [challenge] = challenges(parameters, AuthorizationMissing(), None, ())
    assert challenge == 'Bearer realm="urn:\'?\'", resource_metadata="m\'??"'
