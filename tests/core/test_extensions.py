"""The functions that return parts of an app fail clearly on an app that lacks them."""

from collections.abc import Callable

import pytest
from flask import Flask

from api.core.bridge import api_of
from api.core.guard import guard_of
from api.core.settings import current_settings
from api.core.storage import current_database, database_of


@pytest.mark.parametrize("of_app", [api_of, guard_of, database_of])
def test_an_app_without_it_says_what_to_call(of_app: Callable[[Flask], object]) -> None:
    """An app that was not made by create_app raises an error that names create_app."""
    with pytest.raises(LookupError, match=r"create_app"):
        of_app(Flask("bare"))


@pytest.mark.parametrize("reach", [current_database, lambda: current_settings.threads])
def test_so_do_those_of_the_current_app(reach: Callable[[], object]) -> None:
    """A handler in an app that was not made by create_app gets an error that names create_app."""
    with Flask("bare").app_context(), pytest.raises(LookupError, match=r"create_app"):
        reach()
