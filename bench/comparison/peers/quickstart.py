"""An API of Flask and Authlib, in the shape of Auth0's quickstart for Python."""

import json
import os
from typing import Any
from urllib.request import urlopen

from authlib.integrations.flask_oauth2 import ResourceProtector
from authlib.oauth2.rfc7523 import JWTBearerTokenValidator
from flask import Flask, Response, jsonify
from joserfc.jwk import KeySet


class Auth0JWTBearerTokenValidator(JWTBearerTokenValidator):
    def __init__(self, domain: str, audience: str) -> None:
        issuer = f"https://{domain}/"
        with urlopen(f"{issuer}.well-known/jwks.json") as answer:  # noqa: S310
            keys = KeySet.import_key_set(json.load(answer))
        super().__init__(keys)
        self.claims_options: dict[str, Any] = {
            "exp": {"essential": True},
            "aud": {"essential": True, "value": audience},
            "iss": {"essential": True, "value": issuer},
        }


require_auth = ResourceProtector()
require_auth.register_token_validator(
    Auth0JWTBearerTokenValidator(os.environ["AUTH0_DOMAIN"], os.environ["AUTH0_AUDIENCE"])
)

app = Flask(__name__)


@app.route("/api/public")
def public() -> Response:
    return jsonify(
        message="Hello from a public endpoint! You don't need to be authenticated to see this."
    )


@app.route("/api/private")
@require_auth(None)
def private() -> Response:
    return jsonify(
        message="Hello from a private endpoint! You need to be authenticated to see this."
    )
