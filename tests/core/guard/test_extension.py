"""The guard as an extension of a Flask app."""

import pytest
from flask import Flask

from api.core.guard import current_guard, guard_of, init_app, require_auth


def test_each_app_has_its_own(app: Flask) -> None:
    """The guard of an app is the one that it was given, at hand and during a request."""
    other = Flask("other")
    init_app(other, guard_of(app))
    assert guard_of(other) is guard_of(app)
    with other.test_request_context():
        assert current_guard() is guard_of(app)


def test_an_app_without_a_guard_says_what_to_do() -> None:
    """Without a guard the error says how the app gets one."""
    bare = Flask("bare")
    with pytest.raises(LookupError, match=r"no guard.* call api\.core\.guard\.init_app"):
        guard_of(bare)
    with bare.test_request_context(), pytest.raises(LookupError, match="no guard"):
        require_auth.acquire_token()
