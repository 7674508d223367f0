"""Refusals as WWW-Authenticate."""

import pytest

from api.guard.challenges import challenge
from api.problems import AuthorizationMissing, InsufficientScope, InvalidRequest, InvalidToken

REALM = "https://api.example.com/"


def test_missing():
    """A request without credentials learns the scheme and the realm, and no error."""
    assert challenge(AuthorizationMissing(), REALM, ("a",)) == f'Bearer realm="{REALM}"'


@pytest.mark.parametrize(
    ("refusal", "error"), [(InvalidRequest, "invalid_request"), (InvalidToken, "invalid_token")]
)
def test_error(refusal, error):
    """A refusal names its error and what to do about it, and no scope."""
    assert challenge(refusal("do this"), REALM, ("a",)) == (
        f'Bearer realm="{REALM}", error="{error}", error_description="do this"'
    )


@pytest.mark.parametrize(
    ("alternatives", "scope"), [(("a:b",), "a:b"), (("a:b c",), "a:b c"), (("a b", "c"), "a b")]
)
def test_insufficient_scope(alternatives, scope):
    """A refusal for want of scope names all that would do: of alternatives, the first."""
    assert challenge(InsufficientScope("ask"), "r", alternatives) == (
        f'Bearer realm="r", error="insufficient_scope", error_description="ask", scope="{scope}"'
    )


def test_quotes():
    """Whatever a description holds, it stays within its quotes and on its line."""
    text = 'a"b\\c\r\nd\té\x7f'
    assert challenge(InvalidToken(text), "r", ()) == (
        """Bearer realm="r", error="invalid_token", error_description="a'b/c??d???\""""
    )
