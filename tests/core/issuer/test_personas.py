"""Personas of a team's own: their claims and organizations reach the tokens."""

import html
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from api.core.application import Application
from api.core.bridge import Namespace, Resource
from api.core.declarations import DeclarationError
from api.core.factory import create_app
from api.core.guard import claim_check, require_auth
from api.core.issuer import EmbeddedIssuer
from api.core.personas import PERSONAS, Persona, claims_of_most_able
from api.core.problems import Problem
from api.core.settings import Settings
from tests.core.demo import application
from tests.core.issuer.browser import Browser, claims_of

ROLES = "https://example.com/roles"
EDITOR = Persona(
    *("editor", "Editor of Acme", "Edits.", ("read:",)),
    claims={ROLES: ["editor"], "subject": "<b>", "expires_in": 5, "claims": {"a": None}},
    organization="org_acme",
)


class EditorsOnly(Problem):
    """Only editors may do this."""

    name = "editors-only"
    status = 403
    title = "Only editors"
    detail = "Be an editor."


ns = Namespace("notes", "Notes", path="/notes", scopes={"read:notes": "Read notes"})


@ns.route("")
class Notes(Resource):
    @require_auth(
        "read:notes",
        checks=[
            claim_check(ROLES, contains="editor", problem=EditorsOnly),
            claim_check("org_id", equals="org_acme", problem=EditorsOnly),
        ],
    )
    def get(self) -> dict[str, str]:
        """Read"""
        return {}


def app_with(issuer: EmbeddedIssuer, personas: Sequence[Persona]) -> Flask:
    multi_tenant = replace(application, namespaces=(ns,), personas=tuple(personas))
    return create_app(multi_tenant, Settings(), issuer=issuer)


@pytest.fixture
def browser(issuer: EmbeddedIssuer) -> Browser:
    return Browser(app_with(issuer, (*PERSONAS, EDITOR)).test_client(), issuer)


def test_the_token_has_the_claims(browser: Browser, issuer: EmbeddedIssuer) -> None:
    """A token of a persona has its claims and organization, whatever their names, and no others."""
    token = browser.log_in("editor")["access_token"]
    claims = claims_of(issuer, token)
    changed = {name: claims[name] for name in (*EDITOR.claims, "org_id", "sub", "azp")}
    assert changed == {
        **EDITOR.claims,
        "org_id": "org_acme",
        "sub": "auth0|editor",
        "azp": "embedded-spa",
    }
    assert claims["exp"] - claims["iat"] == 86400
    assert "org_id" not in claims_of(issuer, browser.log_in("reader")["access_token"])


def test_the_token_reaches_operations_with_checks(
    browser: Browser, issuer: EmbeddedIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operations of a multi-tenant API accept tokens of a persona that has what they demand."""
    now = 1_800_000_000.75
    monkeypatch.setattr("time.time", lambda: now)
    multi_tenant = replace(application, namespaces=(ns,))
    client = create_app(multi_tenant, Settings(), issuer=issuer, now=lambda: now).test_client()
    for persona, status in (("editor", 200), ("reader", 403)):
        token = browser.log_in(persona)["access_token"]
        answer = client.get("/notes", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("personas", "scopes", "claims"),
    [
        (PERSONAS, ["read:x"], {}),
        ((*PERSONAS, EDITOR), ["read:x"], EDITOR.all_claims),
        ((EDITOR, *PERSONAS), ["read:x", "admin:x"], {}),
        ((*PERSONAS, replace(EDITOR, prefixes=("",))), ["admin:x"], EDITOR.all_claims),
        ((), ["read:x"], {}),
    ],
)
def test_the_claims_of_the_first_token(
    personas: tuple[Persona, ...], scopes: list[str], claims: dict[str, Any]
) -> None:
    """The token that `run` prints has the claims of the persona that grants most."""
    assert claims_of_most_able(personas, scopes) == claims


def test_the_login_page_shows_them(browser: Browser) -> None:
    """The card of a persona shows its claims and organization as text."""
    page = browser.open().text
    assert "<b>" not in page
    shown = html.unescape(page)
    assert f'{ROLES}: ["editor"]' in shown
    assert 'org_id: "org_acme"' in shown


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"claims": {"iss": "x"}}, "iss: the issuer writes this claim itself"),
        ({"claims": {"exp": 5}}, "exp: the issuer writes this claim itself"),
        ({"claims": {"org_id": "x"}}, "org_id: the issuer writes this claim itself"),
        ({"claims": {"x": None}}, "a value that is not null"),
        ({"claims": {"": 1}}, "a claim has a name"),
        ({"claims": {"x": {1, 2}}}, "cannot be written as JSON"),
        ({"claims": {"x": float("nan")}}, "cannot be written as JSON"),
        ({"claims": {"x": "\ud800"}}, "cannot be written as JSON"),
        ({"name": "custom"}, "cannot be called custom"),
        ({"name": "deny"}, "cannot be called deny"),
    ],
)
def test_a_persona_that_cannot_be_is_refused(changes: dict[str, Any], said: str) -> None:
    """A persona is refused where it is written if no token could have its claims."""
    with pytest.raises(DeclarationError, match=said):
        replace(EDITOR, **changes)


def test_two_personas_of_one_name_are_refused() -> None:
    """An application has one persona of a name."""
    twice = (*PERSONAS, replace(EDITOR, name="reader"))
    with pytest.raises(DeclarationError, match="two personas have the name reader"):
        Application(import_name="x", title="X", version="1", personas=twice)
