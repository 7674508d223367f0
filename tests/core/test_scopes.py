"""The scopes that people can log in with at the embedded issuer."""

from dataclasses import replace
from typing import Any

from api.core.bridge import Namespace, Resource, api_of
from api.core.factory import create_app
from api.core.guard import require_auth
from api.core.issuer import EmbeddedIssuer
from api.core.scopes import login_scopes
from api.core.settings import Settings
from tests.core.demo import application

SCOPES = {"z": "Last", "unused": "Not required", "hidden": "Of a hidden one", "a": "First"}


def get(self: Any) -> dict[str, str]:
    """Read"""
    return {}


def test_they_are_read_off_the_operations(issuer: EmbeddedIssuer) -> None:
    """Scopes that operations require come first, in order; the others say that none does."""
    ns = Namespace("notes", "Notes", path="/notes", scopes=SCOPES, auth=require_auth("z"))
    ns.add_resource(type("One", (Resource,), {"get": require_auth("a")(get)}), "")
    ns.add_resource(type("Two", (Resource,), {"get": get}), "/two")
    ns.add_resource(ns.hide(type("Three", (Resource,), {"get": require_auth("hidden")(get)})), "/3")
    app = create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)
    nowhere = "(no documented operation requires it)"
    expected = {
        "a": "First",
        "z": "Last",
        "unused": f"Not required {nowhere}",
        "hidden": f"Of a hidden one {nowhere}",
    }
    assert list(login_scopes(api_of(app)).items()) == list(expected.items())
    supported = app.test_client().get("/issuer/.well-known/openid-configuration").json
    assert supported is not None
    assert supported["scopes_supported"] == ["openid", "profile", "email", *expected]
