"""Every Flask view that is not a Resource must say who may call it too."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask_restx
import pytest
from flask import Blueprint, Flask
from flask.views import MethodView, View

from api.core.bridge import Namespace, Resource, api_of
from api.core.declarations import DeclarationError
from api.core.factory import create_app
from api.core.guard import public, require_auth
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings
from tests.core.demo import application

Handler = Callable[..., Any]


def secret(*_: Any) -> str:
    return "hello"


def of_class(**members: Any) -> Handler:
    page: type[MethodView] = type("Page", (MethodView,), members)
    return page.as_view("page")


def dispatching(**members: Any) -> Handler:
    return of_class(dispatch_request=secret, **members)


class Page(View):
    """A view that Flask calls itself"""

    def dispatch_request(self) -> str:
        return "hello"


def refusal(app: Flask) -> str:
    """Why the app is not served."""
    with pytest.raises(DeclarationError) as raised:
        api_of(app).check()
    return str(raised.value)


@pytest.mark.parametrize(
    "view",
    [
        secret,
        of_class(get=secret),
        of_class(get=public(secret), post=secret),
        dispatching(get=public(secret)),
        Page.as_view("page"),
    ],
    ids=["function", "MethodView", "one of several", "dispatch_request", "View"],
)
def test_a_view_that_does_not_say_who_may_call_it_is_refused(app: Flask, view: Handler) -> None:
    """The error for an unguarded view names its endpoint and address, and what to write."""
    app.add_url_rule("/page", "page", view)
    said = refusal(app)
    assert said.startswith("the view 'page' (/page, ")
    assert "does not say who may call it: write @require_auth(...) or @public below" in said
    assert "app.view_functions['page'] = public(app.view_functions['page'])" in said


def test_a_view_of_a_blueprint_is_refused(app: Flask) -> None:
    """An unguarded view of a blueprint is refused, and the error names its file and line."""
    blueprint = Blueprint("pages", __name__, url_prefix="/pages")
    blueprint.get("/one")(secret)
    app.register_blueprint(blueprint)
    place = f"{__file__}:{secret.__code__.co_firstlineno}"
    assert f"the view 'pages.secret' (/pages/one, {place})" in refusal(app)


def test_a_guard_above_the_address_is_refused(app: Flask) -> None:
    """A guard above `@app.get` is refused, because Flask registers the view without the guard."""
    require_auth()(app.get("/page")(secret))
    assert "the view 'secret' (/page" in refusal(app)


def test_another_api_beside_ours_is_refused(app: Flask) -> None:
    """A second flask_restx.Api in the app is refused, because its Resources are not checked."""
    other = flask_restx.Api(app, doc=False, prefix="/other", add_specs=False)
    other.add_resource(type("Page", (flask_restx.Resource,), {"get": public(secret)}), "/page")
    assert "(/other/page" in refusal(app)


@pytest.mark.parametrize(
    ("view", "status"),
    [
        (public(secret), 200),
        (require_auth()(secret), 401),
        (of_class(get=public(secret)), 200),
        (of_class(get=require_auth()(secret)), 401),
        (of_class(get=secret, decorators=[require_auth()]), 401),
        (require_auth()(Page.as_view("page")), 401),
    ],
)
def test_a_view_that_says_it_is_served(app: Flask, view: Handler, status: int) -> None:
    """A guarded or public view is served, be it a function, a class or a method of a class."""
    app.add_url_rule("/page", "page", view)
    api_of(app).check()
    assert app.test_client().get("/page").status_code == status


def test_static_files_are_served(app: Flask, tmp_path: Path) -> None:
    """Flask's own view of static files is public, in a blueprint as well."""
    (tmp_path / "a.css").write_text("body {}", encoding="utf-8")
    blueprint = Blueprint("files", __name__, static_folder=tmp_path, static_url_path="/files")
    app.register_blueprint(blueprint)
    with app.test_client().get("/files/a.css") as response:
        assert response.status_code == 200


def test_a_view_that_is_only_called_static_is_refused(app: Flask) -> None:
    """A view whose endpoint is named `static` still has to say who may call it."""
    app.add_url_rule("/page", "static", secret)
    assert "the view 'static' (/page" in refusal(app)


def test_the_start_of_an_app_is_refused(
    issuer: EmbeddedIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """create_app refuses an unguarded view that was added while it ran."""
    monkeypatch.setattr(issuer, "init_app", lambda app, *_: app.get("/page")(secret))
    with pytest.raises(DeclarationError, match=r"the view 'secret' \(/page"):
        create_app(application, Settings(), issuer=issuer)


def test_no_request_is_served_until_every_view_says_it(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    """An unguarded view that is added after create_app makes every request a 500."""
    app.add_url_rule("/page", "page", secret)
    client = app.test_client()
    for path in ("/page", "/api/public"):
        assert client.get(path).status_code == 500
        assert "the view 'page' (/page" in str(caplog.records[-1].exc_info)
    app.view_functions["page"] = public(app.view_functions["page"])
    assert client.get("/page").text == "hello"


def test_a_resource_that_is_replaced_is_not_served(app: Flask) -> None:
    """A view that replaces a guarded Resource after create_app is refused."""
    app.view_functions["private_private"] = public(secret)
    assert "the Resource of the endpoint 'private_private' is never called" in refusal(app)


def test_a_late_resource_with_a_decorator_that_replaces_it_is_not_served(app: Flask) -> None:
    """A Resource that is added late and replaced by a decorator is answered 500."""
    page = type("Page", (Resource,), {"get": public(secret), "decorators": [lambda _: secret]})
    api_of(app).add_namespace(ns := Namespace("late", "Late", path="/late"))
    ns.add_resource(page, "")
    assert app.test_client().get("/late").status_code == 500
