"""Checks of a team's own on claims: enforced, documented, and safe whatever a token says."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.core.bridge import Namespace, Resource, api_of
from api.core.declarations import DeclarationError
from api.core.documents import build_documents
from api.core.guard import claim_check, guard_of, require_auth
from api.core.problems import NotReady, Problem
from openapi import operations
from tests.core.demo import application
from tests.core.support.app import app_of
from tests.core.support.tenant import Tenant

ROLES = "https://example.com/roles"
NOTHING: Any = object()


class EditorsOnly(Problem):
    """Only editors may do this. Ask for the role of an editor."""

    name = "editors-only"
    status = 403
    title = "Only editors may do this"
    detail = "Ask for the role of an editor, and log in again."


class OtherTeam(EditorsOnly):
    """The token is of another team."""

    name = "other-team"
    title = "Another team's"
    detail = "Log in to the organization acme."


is_editor = claim_check(ROLES, contains="editor", problem=EditorsOnly)
of_acme = claim_check("org_id", equals="org_acme", problem=OtherTeam)
ns = Namespace("notes", "Notes", path="/notes", scopes={"a": "One", "b": "Two"})


@ns.route("")
class Notes(Resource):
    @require_auth("a", checks=[of_acme, is_editor])
    def get(self) -> dict[str, str]:
        """Read"""
        return {"text": "hello"}

    @require_auth.any_of("a", "b", checks=[is_editor], optional=True)
    def put(self) -> dict[str, str]:
        """Write"""
        return {"text": "hello"}


@pytest.fixture
def app(tenant: Tenant) -> Flask:
    return app_of(tenant, api=replace(application, namespaces=(ns,)))


@pytest.fixture
def ask(client: FlaskClient, tenant: Tenant) -> Callable[..., Any]:
    """`ask("GET", org_id="x")`: the answer to a token with these claims."""

    def asked(method: str = "GET", **claims: Any) -> Any:
        headers = {"Authorization": f"Bearer {tenant.token(**claims)}"}
        return client.open("/notes", method=method, headers=headers)

    return asked


@pytest.mark.parametrize(
    ("claims", "status", "problem"),
    [
        ({"scope": "a", "org_id": "org_acme", ROLES: ["editor"]}, 200, None),
        ({"scope": "a", "org_id": "org_acme", ROLES: ["viewer", "editor"]}, 200, None),
        ({"scope": "", "org_id": "org_acme", ROLES: ["editor"]}, 403, "insufficient-scope"),
        ({"scope": "a", "org_id": "org_other", ROLES: []}, 403, "other-team"),
        ({"scope": "a", ROLES: ["editor"]}, 403, "other-team"),
        ({"scope": "a", "org_id": "org_acme", ROLES: ["viewer"]}, 403, "editors-only"),
        ({"scope": "a", "org_id": "org_acme"}, 403, "editors-only"),
    ],
)
def test_a_token_passes_every_check_or_is_refused(
    ask: Any, claims: dict[str, Any], status: int, problem: str | None
) -> None:
    """Scopes are checked first, then the claims in order; each failure has its own problem."""
    answer = ask(**claims)
    assert answer.status_code == status
    if problem:
        assert answer.json["type"] == f"/problems#{problem}"
        assert answer.content_type == "application/problem+json"
        assert answer.json["detail"]


def test_anonymous_callers_have_no_claims(client: FlaskClient, ask: Any) -> None:
    """Where no token is needed, the checks count for those who send one."""
    assert client.put("/notes").status_code == 200
    assert ask("PUT", scope="b").json["type"] == "/problems#editors-only"
    assert ask("PUT", scope="b", **{ROLES: ["editor"]}).status_code == 200


def test_refusals_are_counted_and_logged(
    app: Flask, ask: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A refusal is counted by the name of its problem, and stands in the line of the request."""
    caplog.set_level(logging.INFO)
    ask(scope="a", org_id="org_acme")
    assert guard_of(app).refusals["editors-only"] == 1
    assert "editors-only" in [getattr(each, "refusal", None) for each in caplog.records]


def test_checks_are_documented(app: Flask) -> None:
    """Description and 403 of an operation tell what the claims must be, in each version."""
    for document in build_documents(app).values():
        operation = document["paths"]["/notes"]["get"]
        assert operation["description"] == (
            'Needs an access token that grants `a`. Its claim `org_id` is "org_acme". '
            f'Its claim `{ROLES}` is a list with "editor".'
        )
        reference = operation["responses"]["403"]["$ref"].rpartition("/")[2]
        assert reference == "InsufficientScopeOrOtherTeamOrEditorsOnly"
        optional = document["paths"]["/notes"]["put"]["description"]
        assert optional.endswith(f'or none. Its claim `{ROLES}` is a list with "editor".')
    [get, put] = operations(api_of(app))
    assert str(get.access) == f'a, org_id: "org_acme", {ROLES}: a list with "editor"'
    assert str(put.access) == f'a or b, {ROLES}: a list with "editor", or nothing'
    assert "editors-only" in app.test_client().get("/problems").text


@pytest.mark.parametrize(
    ("value", "rule", "passes"),
    [
        (["editor"], {"contains": "editor"}, True),
        ([1, None, "editor"], {"contains": "editor"}, True),
        ("editor", {"contains": "editor"}, False),
        ("the editors", {"contains": "editor"}, False),
        (["editors"], {"contains": "editor"}, False),
        ([["editor"]], {"contains": "editor"}, False),
        ({"editor": True}, {"contains": "editor"}, False),
        ([True], {"contains": 1}, False),
        ([1.0], {"contains": 1}, True),
        (None, {"contains": "editor"}, False),
        (NOTHING, {"contains": "editor"}, False),
        (True, {"equals": True}, True),
        (1, {"equals": True}, False),
        ("true", {"equals": True}, False),
        (10**400, {"equals": 1.5}, False),
        (False, {"equals": False}, True),
        (0, {"equals": False}, False),
        ("a", {"equals": "a"}, True),
        (["a"], {"equals": "a"}, False),
        ("", {"equals": ""}, True),
        (NOTHING, {"equals": ""}, False),
        (5, {"passes": lambda value: value > 3}, True),
        (2, {"passes": lambda value: value > 3}, False),
        ("five", {"passes": lambda value: value > 3}, False),
        (None, {"passes": lambda value: value > 3}, False),
        (NOTHING, {"passes": lambda value: True}, False),
        (5, {"passes": lambda value: 1}, False),
        (5, {"passes": lambda value: None}, False),
        (5, {"passes": lambda value: "yes"}, False),
        (5, {"passes": lambda value: value.nothing}, False),
        (5, {"passes": lambda: True}, False),
        ([], {"passes": lambda value: value[0]}, False),
    ],
)
def test_a_check_never_fails_open(
    app: Flask, tenant: Tenant, value: Any, rule: dict[str, Any], passes: bool
) -> None:
    """A claim that is missing or of another type, and a check that fails, are 403 and never 500."""
    words: dict[str, Any] = {"expected": "good"} if "passes" in rule else {}
    check = claim_check("claim", problem=EditorsOnly, **rule, **words)
    app.add_url_rule("/page", "page", require_auth(checks=[check])(lambda: "in"))
    claims = {} if value is NOTHING else {"claim": value}
    now = tenant.claims() | claims
    token = tenant.token(**{name: each for name, each in now.items() if each is not None})
    answer = app.test_client().get("/page", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == (200 if passes else 403)


@pytest.mark.parametrize(
    ("passes", "said"),
    [
        (lambda value: value.nothing, "the check of the claim 'claim' has failed"),
        (lambda value: "yes", "the check of the claim 'claim' returned str, not a bool"),
    ],
)
def test_a_check_that_misbehaves_is_logged(
    passes: Any, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The log tells the team of a check that raises, or that returns something else than a bool."""
    check = claim_check("claim", problem=EditorsOnly, passes=passes, expected="good")
    assert not check.accepts({"claim": 1})
    assert said in caplog.text


class Nameless(Problem):
    status = 403


class Unavailable(EditorsOnly):
    status = 503


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"contains": "a", "equals": "b"},
        {"contains": ["a"]},
        {"equals": {"a": 1}},
        {"passes": "a", "expected": "b"},
        {"passes": bool},
        {"contains": "a", "expected": "b"},
        {"contains": "a", "problem": None},
        {"contains": "a", "problem": KeyError},
        {"contains": "a", "problem": EditorsOnly()},
        {"contains": "a", "problem": Nameless},
        {"contains": "a", "problem": Unavailable},
        {"contains": "a", "problem": NotReady},
    ],
    ids=str,
)
def test_a_check_that_is_wrong_is_refused(arguments: dict[str, Any]) -> None:
    """A check is refused where it is written, unless its arguments say one thing."""
    with pytest.raises(DeclarationError, match=r"claim_check\('claim'\): "):
        claim_check("claim", **{"problem": EditorsOnly} | arguments)


@pytest.mark.parametrize("claim", ["", "a\nb", None, 5])
def test_a_check_of_no_claim_is_refused(claim: Any) -> None:
    """A check is of a claim that can be named."""
    with pytest.raises(DeclarationError, match="write the name of a claim"):
        claim_check(claim, contains="a", problem=EditorsOnly)


@pytest.mark.parametrize("checks", [is_editor, ["editor"], [EditorsOnly], "editor", None])
def test_what_is_no_check_is_refused(checks: Any) -> None:
    """`checks=` takes a list of checks."""
    with pytest.raises(DeclarationError, match=r"checks= takes a list of claim_check\("):
        require_auth("a", checks=checks)
