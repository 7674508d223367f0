"""The two grants, and what narrows them: PKCE with S256, and Auth0's audience parameter."""

import re
from typing import Any

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidRequestError, grants
from authlib.oauth2.rfc7636 import CodeChallenge

from api.core.issuer.codes import AuthorizationCode
from api.core.issuer.personas import Approval


class AuthorizationCodeGrant(grants.AuthorizationCodeGrant):
    """RFC 6749, section 4.1, for public clients: PKCE stands where a secret would."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        payload = request.payload
        self.server.codes.add(
            AuthorizationCode(
                code,
                request.client.client_id,
                payload.redirect_uri,
                payload.data["code_challenge"],
                payload.data["code_challenge_method"],
                request.user,
            )
        )

    def query_authorization_code(self, code: str, client: Any) -> AuthorizationCode | None:
        found: AuthorizationCode | None = self.server.codes.take(code, client.client_id)
        return found

    def delete_authorization_code(self, authorization_code: AuthorizationCode) -> None:
        """Nothing is left to delete: two threads with one code must not both find it."""

    def authenticate_user(self, authorization_code: AuthorizationCode) -> Approval:
        return authorization_code.approval


class ClientCredentialsGrant(grants.ClientCredentialsGrant):
    """RFC 6749, section 4.4."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


class MandatoryS256(CodeChallenge):
    """PKCE without its two gaps: no challenge at all, and `plain`, which is also the default."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError(
                "This issuer wants PKCE: send code_challenge and code_challenge_method=S256."
            )
        super().validate_code_challenge(grant, redirect_uri)


class AudienceParameter:
    """Auth0's `audience`: the API that the token is for. Left out, it is the one API there is."""

    def __init__(self, audience: str) -> None:
        self.audience = audience

    def __call__(self, grant: Any) -> None:
        grant.register_hook("after_validate_authorization_request_payload", self.check)
        grant.register_hook("before_create_token_response", self.check)

    def check(self, grant: Any, *_: object) -> None:
        """Raises AccessDeniedError, as Auth0 does, for another audience."""
        if any(value != self.audience for value in grant.request.payload.datalist["audience"]):
            raise AccessDeniedError(
                f"The only audience here is {_sayable(self.audience)}: send that one or none."
            )


def _sayable(text: str) -> str:
    """`text` in the characters that an error_description may have (RFC 6749, section 5.2)."""
    return re.sub(r"[^ !#-\[\]-~]", "?", text)
