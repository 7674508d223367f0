"""api.wsgi, the callable for other WSGI servers."""

from pathlib import Path

import pytest
from werkzeug.test import Client

from api import wsgi
from tests.core.support.commands import printed_by

TENANT = {"AUTH0_DOMAIN": "tenant.example", "AUTH0_AUDIENCE": "https://api.example.com/"}


def test_it_serves_the_api_without_an_issuer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """api.wsgi does not serve the embedded issuer, even if an earlier `run` left its files."""
    (tmp_path / "instance" / "issuer").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    for name, value in TENANT.items():
        monkeypatch.setenv(name, value)
    client = Client(wsgi.application())
    assert client.get("/health/live").status_code == 200
    assert client.get("/issuer/.well-known/openid-configuration").status_code == 404


def test_it_never_imports_the_issuer(tmp_path: Path) -> None:
    """api.wsgi does not import the embedded issuer."""
    code = (
        "import sys; from api.wsgi import application; application(); "
        "print([name for name in sys.modules if name.startswith('api.core.issuer')])"
    )
    assert printed_by(code, tmp_path, **TENANT).splitlines()[-1] == "[]"
