"""The page at /problems."""

import pytest
from flask.testing import FlaskClient

from api.core import problems
from api.core.problems import Problem


@pytest.mark.parametrize("kind", problems.catalogue(), ids=lambda kind: kind.name)
def test_every_type_leads_to_its_explanation(client: FlaskClient, kind: type[Problem]) -> None:
    """The fragment of a type is there, with the title that the problem has."""
    path, _, fragment = kind.type().partition("#")
    page = client.get(path)
    assert page.status_code == 200
    assert f'id="{fragment}"' in page.text
    assert kind.title.replace("'", "&#39;") in page.text


def test_the_page_allows_nothing_inline(client: FlaskClient) -> None:
    """The same strict policy as Swagger UI's."""
    assert "script-src 'self'" in client.get("/problems").headers["Content-Security-Policy"]
