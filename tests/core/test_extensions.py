"""What an app keeps is reached by functions that say what is missing."""

from collections.abc import Callable

import pytest
from flask import Flask

from api.core.bridge import api_of
from api.core.guard import guard_of
from api.core.settings import current_settings
from api.core.storage import current_database, database_of


@pytest.mark.parametrize("of_app", [api_of, guard_of, database_of])
def test_an_app_without_it_says_what_to_call(of_app: Callable[[Flask], object]) -> None:
    """The error names the function that makes an app complete."""
    with pytest.raises(LookupError, match=r"create_app"):
        of_app(Flask("bare"))


@pytest.mark.parametrize("reach", [current_database, lambda: current_settings.threads])
def test_so_do_those_of_the_current_app(reach: Callable[[], object]) -> None:
    """A handler in an app that lacks it gets the same error."""
    with Flask("bare").app_context(), pytest.raises(LookupError, match=r"create_app"):
        reach()
