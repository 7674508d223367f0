"""A client that plays the browser and the SPA, and what the issuer answers to it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet
from werkzeug.test import TestResponse

from api.core import problems
from api.core.issuer import EmbeddedIssuer

MakeIssuer = Callable[..., EmbeddedIssuer]
"""Makes issuers that share a clock."""

URL = "http://127.0.0.1:3010/issuer/"
AUDIENCE = "https://api.example.com"
SCOPES = {
    "read:messages": "Read messages",
    "write:messages": "Write messages of one's own",
    "admin:messages": "Change & delete the messages of others",
}


@dataclass
class Browser:
    """Plays both sides of the authorization code flow.

    Overrides change a parameter of the request; None leaves it out.
    """

    client: FlaskClient
    issuer: EmbeddedIssuer
    verifier: str = "v" * 43
    redirect_uri: str = "http://localhost:5173/callback?from=login"
    headers: dict[str, str] = field(default_factory=dict)

    def open(self, **overrides: Any) -> TestResponse:
        return self.client.get(
            self.issuer.authorization_endpoint, query_string=self._request(overrides)
        )

    def choose(self, persona: str, permit: tuple[str, ...] = (), **overrides: Any) -> TestResponse:
        return self.client.post(
            self.issuer.authorization_endpoint,
            query_string=self._request(overrides),
            data={"persona": persona, "permit": list(permit)},
            headers=self.headers,
        )

    def exchange(self, code: str, **overrides: Any) -> TestResponse:
        form = {
            "grant_type": "authorization_code",
            "client_id": self.issuer.spa_client_id,
            "redirect_uri": self.redirect_uri,
            "code": code,
            "code_verifier": self.verifier,
        }
        return self.client.post(self.issuer.token_endpoint, data=_present(form | overrides))

    def log_in(
        self, persona: str, permit: tuple[str, ...] = (), **overrides: Any
    ) -> dict[str, Any]:
        """The token response of a login that goes well."""
        answer = self.exchange(code_of(self.choose(persona, permit, **overrides)))
        assert answer.status_code == 200, answer.text
        token: dict[str, Any] = answer.get_json()
        return token

    def _request(self, overrides: dict[str, Any]) -> dict[str, Any]:
        return _present(
            {
                "response_type": "code",
                "client_id": self.issuer.spa_client_id,
                "redirect_uri": self.redirect_uri,
                "state": "s/t & ü",
                "code_challenge": create_s256_code_challenge(self.verifier),
                "code_challenge_method": "S256",
            }
            | overrides
        )


def _present(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value is not None}


def sent_back(response: TestResponse) -> dict[str, str]:
    """The parameters with which a redirect returns to the client."""
    assert response.status_code == 302, response.text
    return {name: value for name, [value] in parse_qs(urlsplit(response.location).query).items()}


def code_of(response: TestResponse) -> str:
    return sent_back(response)["code"]


def claims_of(issuer: EmbeddedIssuer, token: str) -> dict[str, Any]:
    """The claims of a token, after its signature was checked against the published JWKS."""
    keys = KeySet.import_key_set(json.loads(issuer.fetch(issuer.jwks_uri)))
    return jwt.decode(token, keys, algorithms=["RS256"]).claims


def client_for(issuer: EmbeddedIssuer) -> FlaskClient:
    app = Flask(__name__)
    problems.init_app(app)
    issuer.init_app(app, SCOPES)
    return app.test_client()
