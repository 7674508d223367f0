"""The addresses below the issuer's URL, at the paths that Auth0 gives them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, render_template, request, send_file

from api.core.issuer.clients import OIDC_SCOPES
from api.core.issuer.loopback import csp_source, is_loopback_host, is_loopback_origin
from api.core.issuer.personas import CUSTOM, PERSONAS, Approval, approve
from api.core.issuer.server import IssuerServer
from api.core.problems import Problem

HERE = Path(__file__).parent
DENY = "deny"
# Swagger UI sends X-Requested-With with its token request.
ALLOWED_HEADERS = "Authorization, Content-Type, X-Requested-With"


class Endpoints:
    """The views of one issuer.

    `documents` are what it publishes, by path; `scopes` the API's, with their descriptions.
    """

    def __init__(
        self,
        server: IssuerServer,
        documents: Mapping[str, Callable[[], dict[str, Any]]],
        scopes: Mapping[str, str],
    ) -> None:
        self._server = server
        self._documents = documents
        self._scopes = scopes

    def blueprint(self) -> Blueprint:
        # One folder up: so templates are called issuer/…, as no other of the application is.
        blueprint = Blueprint("issuer", __name__, template_folder=str(HERE.parent))
        blueprint.before_request(_refuse_strangers)
        blueprint.after_request(_share)
        for path in self._documents:
            blueprint.add_url_rule(f"/{path}", view_func=self.document, defaults={"path": path})
        blueprint.add_url_rule("/authorize", view_func=self.authorize, methods=["GET", "POST"])
        blueprint.add_url_rule("/oauth/token", view_func=self.token, methods=["POST"])
        blueprint.add_url_rule("/page.css", view_func=self.stylesheet)
        return blueprint

    def document(self, path: str) -> Response:
        return Response(json.dumps(self._documents[path]()), mimetype="application/json")

    def token(self) -> Response:
        response: Response = self._server.create_token_response()
        return response

    def stylesheet(self) -> Response:
        return send_file(HERE / "page.css")

    def authorize(self) -> Response:
        """RFC 6749, section 4.1.1: GET shows the login page, its form comes back as POST."""
        try:
            grant = self._server.get_consent_grant()
        except OAuth2Error as error:
            return self._refuse(error)
        except ValueError:
            # Authlib quotes what it was sent in error descriptions, then finds that RFC 6749
            # allows few characters there.
            return _page("refusal", 400, reason="A parameter has characters it may not have.")
        return self._finish(grant) if request.method == "POST" else self._login(grant)

    def _refuse(self, error: OAuth2Error) -> Response:
        """Tell the client; or the person, as long as the redirect URI cannot be trusted."""
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
            personas=[(persona, persona.grants(self._scopes)) for persona in PERSONAS],
            scopes=self._scopes,
            asked=grant.request.scope.split(),
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
        approval = approve(choice, self._scopes, request.form.getlist("permit"))
        # Who the person is was the client's to ask; what the token may do is the person's.
        identity = [scope for scope in OIDC_SCOPES if scope in grant.request.scope.split()]
        return replace(approval, scopes=(*identity, *approval.scopes))


def _page(name: str, status: int = 200, form_action: str = "'none'", **context: object) -> Response:
    response = Response(render_template(f"issuer/{name}.html", **context), status)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; form-action {form_action}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    # With no-referrer the form's own POST would come with `Origin: null`.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


class Stranger(Problem):
    """The embedded issuer gives a token to anyone who asks, so it answers this machine alone, and
    takes its login form from its own login page alone."""

    name = "stranger"
    status = 403
    title = "The embedded issuer does not know you"
    detail = "The embedded issuer answers on loopback names alone."


def _refuse_strangers() -> None:
    """403 for a name that is not this machine's, and for a login that another page submits."""
    if not is_loopback_host(request.host):
        raise Stranger
    own = request.host_url.rstrip("/")
    if _is("authorize") and request.method == "POST" and request.origin not in (None, own):
        raise Stranger("The login form is sent from the login page alone.")


def _share(response: Response) -> Response:
    """CORS for other ports of this machine; Flask itself answers the preflight's OPTIONS."""
    if _is("document", "token"):
        response.vary.add("Origin")
        if is_loopback_origin(request.origin or ""):
            response.access_control_allow_origin = request.origin
            response.headers["Access-Control-Allow-Methods"] = "GET, POST"
            response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
    return response


def _is(*views: str) -> bool:
    return (request.endpoint or "").rpartition(".")[2] in views
