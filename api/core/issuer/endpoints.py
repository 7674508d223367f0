"""The HTTP endpoints below the issuer's URL, at the paths of an Auth0 tenant."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, render_template, request, send_file

from api.core.issuer.clients import OIDC_SCOPES
from api.core.issuer.loopback import csp_source, is_loopback_host, is_loopback_origin
from api.core.issuer.personas import Approval, approve
from api.core.issuer.server import IssuerServer
from api.core.personas import CUSTOM, DENY, Persona
from api.core.problems import Problem
from openapi.page_headers import set_page_headers

HERE = Path(__file__).parent
# CORS has to allow X-Requested-With, since Swagger UI sends it with its token request.
ALLOWED_HEADERS = "Authorization, Content-Type, X-Requested-With"


class Endpoints:
    """The views of one issuer."""

    def __init__(
        self,
        server: IssuerServer,
        documents: Mapping[str, Callable[[], dict[str, Any]]],
        scopes: Mapping[str, str],
        personas: Sequence[Persona],
    ) -> None:
        """
        :param server: the authorization server
        :param documents: the documents that the issuer publishes, by path
        :param scopes: the API's scopes and their descriptions
        :param personas: as whom one can log in
        """
        self._personas = personas
        self._server = server
        self._documents = documents
        self._scopes = scopes

    def blueprint(self) -> Blueprint:
        """Return the blueprint of the endpoints."""
        # The template folder is the parent, so that the templates are named issuer/… and cannot be
        # confused with a template of the application.
        blueprint = Blueprint("issuer", __name__, template_folder=str(HERE.parent))
        blueprint.before_request(_check_host_and_origin)
        blueprint.after_request(_add_cors_headers)
        for path in self._documents:
            blueprint.add_url_rule(f"/{path}", view_func=self.document, defaults={"path": path})
        blueprint.add_url_rule("/authorize", view_func=self.authorize, methods=["GET", "POST"])
        blueprint.add_url_rule("/oauth/token", view_func=self.token, methods=["POST"])
        blueprint.add_url_rule("/page.css", view_func=self.stylesheet)
        return blueprint

    def document(self, path: str) -> Response:
        """Return a published document.

        :param path: its path below the issuer's URL
        """
        return Response(json.dumps(self._documents[path]()), mimetype="application/json")

    def token(self) -> Response:
        """Answer a token request (RFC 6749 section 3.2)."""
        response: Response = self._server.create_token_response()
        return response

    def stylesheet(self) -> Response:
        """Return the stylesheet of the issuer's pages."""
        return send_file(HERE / "page.css")

    def authorize(self) -> Response:
        """Show the login page on GET, and take its form on POST (RFC 6749 section 4.1.1)."""
        try:
            grant = self._server.get_consent_grant()
        except OAuth2Error as error:
            return self._refuse(error)
        except ValueError:
            # Authlib quotes the request's parameters in an error description, and then raises
            # ValueError if they have characters that RFC 6749 does not allow there.
            return _page("refusal", 400, reason="A parameter has characters it may not have.")
        return self._finish(grant) if request.method == "POST" else self._login(grant)

    def _refuse(self, error: OAuth2Error) -> Response:
        # The error is sent to the client only if its redirect URI has been checked.
        if not error.redirect_uri:
            return _page("refusal", 400, reason=error.description)
        response: Response = self._server.handle_error_response(request, error)
        return response

    def _login(self, grant: Any) -> Response:
        return _page(
            "login",
            form_action=f"'self' {csp_source(grant.redirect_uri)}",
            client_id=grant.client.client_id,
            redirect_uri=grant.redirect_uri,
            personas=[(persona, persona.grants(self._scopes)) for persona in self._personas],
            scopes=self._scopes,
            requested=grant.request.scope.split(),
            custom=CUSTOM,
            deny=DENY,
        )

    def _finish(self, grant: Any) -> Response:
        choice = request.form.get("persona", "")
        try:
            approval = None if choice == DENY else self._approve(choice, grant)
        except LookupError:
            return _page("refusal", 400, reason="Nobody was chosen: go back and choose.")
        response: Response = self._server.create_authorization_response(
            grant.request, approval, grant
        )
        return response

    def _approve(self, choice: str, grant: Any) -> Approval:
        approval = approve(self._personas, choice, self._scopes, request.form.getlist("permit"))
        # The client requests the identity scopes; the person grants the scopes of the API.
        identity = [scope for scope in OIDC_SCOPES if scope in grant.request.scope.split()]
        return replace(approval, scopes=(*identity, *approval.scopes))


def _page(name: str, status: int = 200, form_action: str = "'none'", **context: object) -> Response:
    response = Response(render_template(f"issuer/{name}.html", **context), status)
    # With the policy no-referrer, a browser would send the form with `Origin: null`.
    set_page_headers(
        response, style_src="'self'", form_action=form_action, referrer_policy="same-origin"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


class ForbiddenOrigin(Problem):
    """The embedded issuer asks for no password. It therefore answers only under a loopback host
    name, and accepts its login form only from its own login page."""

    name = "forbidden-origin"
    status = 403
    title = "The embedded issuer does not accept this host or origin"
    detail = "The embedded issuer answers only under a loopback host name, such as localhost."


def _check_host_and_origin() -> None:
    if not is_loopback_host(request.host):
        raise ForbiddenOrigin
    own_origin = request.host_url.rstrip("/")
    is_form = _is("authorize") and request.method == "POST"
    if is_form and request.origin not in (None, own_origin):
        raise ForbiddenOrigin("The login form is accepted only from the issuer's login page.")


def _add_cors_headers(response: Response) -> Response:
    # Other ports of this machine may call. Flask answers the OPTIONS request of a preflight.
    if _is("document", "token"):
        response.vary.add("Origin")
        if is_loopback_origin(request.origin or ""):
            response.access_control_allow_origin = request.origin
            response.headers["Access-Control-Allow-Methods"] = "GET, POST"
            response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
    return response


def _is(*views: str) -> bool:
    return (request.endpoint or "").rpartition(".")[2] in views
