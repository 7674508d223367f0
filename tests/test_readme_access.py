"""What the README says of guards is true: its examples are run."""

import hashlib
import hmac
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.application import application
from api.core import PERSONAS
from api.core.bridge import api_of
from api.core.factory import create_app
from api.core.settings import setting
from api.core.testing import FakeIssuer
from api.settings import Settings
from openapi import operations
from tests.core.support.cli import Runner
from tests.core.support.markdown import examples_of
from tests.test_readme import README

BLOCKS = examples_of(README, "Who may call a method", "python guards")
SECRET = "whsec_1"
ROLES = "https://example.com/roles"


@dataclass(frozen=True)
class ShopSettings(Settings):
    shop_secret: str = setting(
        SECRET, "The key of the shop's webhook.", example="whsec_2", secret=True
    )


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    """The examples, as one module."""
    module = ModuleType("pages")
    for block in BLOCKS:
        exec(block, vars(module))  # noqa: S102
    return module


@pytest.fixture
def app(pages: ModuleType, issuer: FakeIssuer) -> Flask:
    own = replace(
        application,
        namespaces=(pages.ns,),
        settings=ShopSettings,
        personas=(*PERSONAS, pages.EDITOR),
    )
    return create_app(own, ShopSettings(), issuer=issuer)


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"org_id": "org_acme", ROLES: ["editor"]}, 204),
        ({"org_id": "org_acme", ROLES: "editor"}, 403),
        ({ROLES: ["editor"]}, 403),
    ],
)
def test_the_checks_of_claims(
    bearer: Callable[..., FlaskClient], claims: dict[str, Any], status: int
) -> None:
    """Only a token that passes both checks changes the pages."""
    answer = bearer("read:pages", claims=claims).put("/api/pages")
    assert answer.status_code == status
    if status == 403:
        assert answer.json is not None
        assert answer.json["type"] == "/problems#editors-only"


def test_the_webhook(client: FlaskClient) -> None:
    """Only an order with the signature of the shop is taken."""
    signature = hmac.new(SECRET.encode(), b"{}", hashlib.sha256).hexdigest()
    for sent, status in ((signature, 204), ("0" * 64, 401)):
        answer = client.post("/api/pages/orders", data=b"{}", headers={"X-Signature": sent})
        assert answer.status_code == status
    assert client.post("/api/pages/orders", data=b"{}").status_code == 401


def test_what_routes_says(app: Flask) -> None:
    """The operations say what they need."""
    assert [str(each.access) for each in operations(api_of(app))] == [
        f'read:pages, {ROLES}: a list with "editor", org_id: "org_acme"',
        "shop (header X-Signature)",
    ]


def test_the_persona(pages: ModuleType) -> None:
    """The persona has what the checks demand."""
    claims = pages.EDITOR.all_claims
    assert pages.is_editor.accepts(claims)
    assert pages.of_acme.accepts(claims)


def test_the_command(runner: Runner, pages: ModuleType) -> None:
    """`token mint`, as the README writes it, makes such a token."""
    [line] = re.findall(r"^\$ python manage.py (token mint --org .*)$", README, re.MULTILINE)
    runner.application = replace(application, namespaces=(pages.ns,))
    token = runner(*shlex.split(line)).out.strip()
    explained = runner("token", "explain", token)
    assert explained.code == 0
    outcomes = dict(each.split()[:2] for each in explained.out.splitlines())
    assert (outcomes[ROLES], outcomes["org_id"]) == ("pass", "pass")
